/** A link over TCP or TLS. For Node alone: the one file of this library that is. */

import type { Socket } from 'node:net'
import { openConnection } from '../open-connection.js'
import { destroyWhenQuiet } from '../quiet-socket.js'
import type { Link, LinkListener, LinkTarget } from './link.js'

/** The system asks a peer that is silent whether it is still there. */
const KEEP_ALIVE_MS = 30_000
/** The time for a connection is the chat's to keep. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

export class TcpLink implements Link {
  readonly #socket: Socket
  #cause: Error | null = null

  constructor({ url, ca, identity }: LinkTarget, port: number, listener: LinkListener) {
    // An IPv6 address comes in brackets.
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const tls = url.protocol.endsWith('+tls:') ? { ca, identity } : undefined
    const { socket, opened } = openConnection({ host, port, tls }, NO_TIMEOUT_MS)
    this.#socket = socket
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    opened.then(
      () => listener.opened(),
      () => {},
    )
    socket.on('data', (chunk: Buffer) => listener.data(chunk))
    socket.on('drain', () => listener.drained())
    socket.on('error', (error) => {
      this.#cause ??= error
    })
    socket.on('close', () => listener.closed(this.#cause))
  }

  get isFull(): boolean {
    return this.#socket.writableNeedDrain
  }

  send(data: string | Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(data)
  }

  end(graceMs: number): void {
    this.#socket.end()
    destroyWhenQuiet(this.#socket, graceMs)
  }

  destroy(cause: Error): void {
    this.#cause ??= cause
    this.#socket.destroy()
  }
}
