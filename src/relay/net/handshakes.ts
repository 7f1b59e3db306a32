/**
 * The TLS handshakes that are under way on one server. They are not connections yet, so nobody else would give
 * up those that fail or stall, count them, or end them when the listener closes.
 */

import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'

export class Handshakes {
  /** The plain sockets below, by the address of the client: all that both events know of it. */
  readonly #underWay = new Map<string, Socket>()

  /** @param mayBegin asked for each new one, with how many are under way; those it refuses are closed without a word */
  constructor(server: Server, mayBegin: (socket: Socket, underWay: number) => boolean) {
    server.on('connection', (socket: Socket) => {
      if (mayBegin(socket, this.#underWay.size)) this.#began(socket)
      else socket.destroy()
    })
    server.on('secureConnection', (socket: TLSSocket) => this.#underWay.delete(addressOf(socket)))
    // Node says that a handshake failed or took too long, and leaves the socket open.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
  }

  /** Gives up all of them. */
  end(): void {
    for (const socket of this.#underWay.values()) socket.destroy()
    this.#underWay.clear()
  }

  #began(socket: Socket): void {
    const address = addressOf(socket)
    this.#underWay.set(address, socket)
    socket.on('close', () => {
      if (this.#underWay.get(address) === socket) this.#underWay.delete(address)
    })
  }
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
