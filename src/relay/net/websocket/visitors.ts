/**
 * Connections to an HTTP server that are no WebSocket yet, and perhaps never will be. Owns that they never keep those who
 * chat out: beyond their share of all connections, who has been here longest makes room for the next.
 */

import type { Socket } from 'node:net'

const SHARE = 1 / 4

export class Visitors {
  readonly #maxConnections: () => number
  /** In the order of coming. */
  readonly #here = new Set<Socket>()

  /** @param maxConnections of the whole relay */
  constructor(maxConnections: () => number) {
    this.#maxConnections = maxConnections
  }

  get size(): number {
    return this.#here.size
  }

  add(socket: Socket): void {
    this.#here.add(socket)
    socket.once('close', () => this.#here.delete(socket))
    if (this.#here.size > Math.max(1, Math.floor(this.#maxConnections() * SHARE))) this.endOldest()
  }

  /** It is no visitor any more. */
  delete(socket: Socket): void {
    this.#here.delete(socket)
  }

  endOldest(): void {
    const [oldest] = this.#here
    if (oldest === undefined) return
    this.#here.delete(oldest)
    oldest.destroy()
  }

  /** Gives up all of them. */
  end(): void {
    for (const socket of this.#here) socket.destroy()
    this.#here.clear()
  }
}
