/**
 * Connections without a name that no login deadline ends, because their dialect lets people look around without one
 * (S3). Owns that they never keep the others out: beyond their share of all connections, who has been here longest
 * without a name makes room for the next.
 */

import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'

const SHARE = 1 / 4

/** A connection, as far as this goes. */
export interface Expellable {
  expel(reason: CloseReason): void
}

export class Strangers<Connection extends Expellable> {
  readonly #maxConnections: () => number
  /** In the order of coming. */
  readonly #here = new Set<Connection>()

  /** @param maxConnections of the whole relay */
  constructor(maxConnections: () => number) {
    this.#maxConnections = maxConnections
  }

  add(connection: Connection): void {
    this.#here.add(connection)
    if (this.#here.size <= this.#most) return
    // Not now: whoever adds one is in the middle of accepting it.
    setImmediate(this.#makeRoom)
  }

  delete(connection: Connection): void {
    this.#here.delete(connection)
  }

  get #most(): number {
    return Math.max(1, Math.floor(this.#maxConnections() * SHARE))
  }

  readonly #makeRoom = (): void => {
    for (const longest of this.#here) {
      if (this.#here.size <= this.#most) return
      this.#here.delete(longest)
      longest.expel(CLOSE_REASONS.full)
    }
  }
}
