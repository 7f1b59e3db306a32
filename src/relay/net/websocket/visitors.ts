/**
 * Connections to an HTTP server that are no WebSocket yet, and perhaps never will be. Owns that they never keep those who
 * chat out: beyond their share of all connections, who has been here longest makes room for the next.
 */

import type { Socket } from 'node:net'

const SHARE = 1 / 4

export class Visitors {
  readonly #maxConnections: () => number
  readonly #left: (remoteAddress: string) => void
  /** In the order of coming. */
  readonly #here = new Set<Socket>()
  /** Where those are from who are still to be told of as gone. */
  readonly #addresses = new WeakMap<Socket, string>()

  /** @param maxConnections of the whole relay @param left one who was here has gone, and has become nothing else */
  constructor(maxConnections: () => number, left: (remoteAddress: string) => void) {
    this.#maxConnections = maxConnections
    this.#left = left
  }

  get size(): number {
    return this.#here.size
  }

  add(socket: Socket, remoteAddress: string): void {
    this.#here.add(socket)
    this.#addresses.set(socket, remoteAddress)
    socket.once('close', () => {
      this.#here.delete(socket)
      const address = this.#addresses.get(socket)
      if (address !== undefined) this.#left(address)
    })
    if (this.#here.size > Math.max(1, Math.floor(this.#maxConnections() * SHARE))) this.endOldest()
  }

  /** It is no visitor any more. */
  delete(socket: Socket): void {
    this.#here.delete(socket)
    this.#addresses.delete(socket)
  }

  /** @returns whether there was one */
  endOldest(): boolean {
    const [oldest] = this.#here
    if (oldest === undefined) return false
    this.#here.delete(oldest)
    oldest.destroy()
    return true
  }

  /** Gives up all of them. */
  end(): void {
    for (const socket of this.#here) socket.destroy()
    this.#here.clear()
  }
}
