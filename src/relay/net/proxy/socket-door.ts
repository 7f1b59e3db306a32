/**
 * The PROXY header of a connection that is one of Node's sockets: for TLS, for the web, and where no handles are used. What has
 * come behind the header is put back, so that whoever gets the socket finds it as if nothing had been read.
 */

import type { Server, Socket } from 'node:net'
import { ownPeer, type PeerAddress, standFor } from '../peer-address.js'
import type { Arrival, Door, ProxyGate } from './proxy-gate.js'

/** Holds back the connections of `server` from everybody who listens for them so far, until their clients are known. */
export function holdBack(server: Server, gate: ProxyGate): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  const accept = (socket: Socket) => {
    for (const listener of listeners) listener.call(server, socket)
  }
  server.on('connection', (socket: Socket) => new SocketDoor(socket, gate, accept).open())
}

class SocketDoor implements Door {
  readonly peer: PeerAddress
  readonly #socket: Socket
  readonly #gate: ProxyGate
  readonly #accept: (socket: Socket) => void
  #arrival: Arrival | null = null

  constructor(socket: Socket, gate: ProxyGate, accept: (socket: Socket) => void) {
    this.#socket = socket
    this.#gate = gate
    this.#accept = accept
    this.peer = ownPeer(socket)
  }

  open(): void {
    const socket = this.#socket
    // For good: an unhandled `error` would end the process, and somebody else hears of it besides.
    socket.on('error', ignore)
    this.#arrival = this.#gate.arrive(this)
    if (this.#arrival === null) return
    socket.on('readable', this.#read)
    socket.on('end', this.#ended)
    socket.on('close', this.#ended)
  }

  enter(client: PeerAddress | null, rest: Buffer): void {
    const socket = this.#socket
    this.#letGo()
    if (client !== null) standFor(socket, client)
    if (rest.length > 0) socket.unshift(rest)
    // Not now: the stream notices only then that nobody reads it by `readable` any more.
    process.nextTick(() => {
      if (socket.readableEnded) socket.destroy()
      if (!socket.destroyed) this.#accept(socket)
    })
  }

  close(): void {
    this.#letGo()
    this.#socket.destroy()
  }

  readonly #read = (): void => {
    while (this.#arrival !== null) {
      const bytes = this.#socket.read() as Buffer | null
      if (bytes === null) return
      this.#arrival.take(bytes)
    }
  }

  readonly #ended = (): void => {
    this.#arrival?.ended()
  }

  #letGo(): void {
    this.#arrival = null
    this.#socket.removeListener('readable', this.#read)
    this.#socket.removeListener('end', this.#ended)
    this.#socket.removeListener('close', this.#ended)
  }
}

function ignore(): void {}
