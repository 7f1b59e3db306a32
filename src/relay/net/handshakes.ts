/**
 * The TLS handshakes that are under way on one server. They are not connections yet, so nobody else would give
 * up those that fail or stall, count them, or end them when the listener closes.
 */

import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import { type Comer, comerOf } from './comer.js'

export interface HandshakesOptions {
  /** Asked for each new one, with how many are under way. Whoever refuses closes it. */
  readonly mayBegin: (comer: Comer, underWay: number) => boolean
  /** One that had begun has failed, or was given up. */
  readonly failed: (remoteAddress: string) => void
}

export class Handshakes {
  readonly #options: HandshakesOptions
  /** The plain sockets below, by the address of the client: all that both events know of it. */
  readonly #underWay = new Map<string, Socket>()

  constructor(server: Server, options: HandshakesOptions) {
    this.#options = options
    server.on('connection', (socket: Socket) => {
      const comer = comerOf(socket)
      if (options.mayBegin(comer, this.#underWay.size)) this.#began(socket, comer)
    })
    server.on('secureConnection', (socket: TLSSocket) => this.#underWay.delete(keyOf(comerOf(socket))))
    // Node says that a handshake failed or took too long, and leaves the socket open.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
  }

  /** Gives up all of them. */
  end(): void {
    for (const socket of this.#underWay.values()) socket.destroy()
  }

  #began(socket: Socket, comer: Comer): void {
    const key = keyOf(comer)
    this.#underWay.set(key, socket)
    socket.on('close', () => {
      if (this.#underWay.get(key) !== socket) return
      this.#underWay.delete(key)
      this.#options.failed(comer.remoteAddress)
    })
  }
}

function keyOf({ remoteAddress, remotePort }: Comer): string {
  return `${remoteAddress} ${remotePort}`
}
