/** Whom this node waits for before it knows everybody's people: each node that is there has to have told of its own. */

import type { Leases } from '../bus.js'
import { SILENT_MS } from './timing.js'

export class Joining {
  readonly #leases: Leases
  readonly #waiting = new Set<string>()
  #sinceMs = 0

  constructor(leases: Leases) {
    this.#leases = leases
  }

  get isDone(): boolean {
    return this.#waiting.size === 0
  }

  begin(nowMs: number): void {
    this.#sinceMs = nowMs
    this.#waiting.clear()
    for (const { node } of this.#leases.others()) this.#waiting.add(node)
  }

  /** Its people are known, or it is dead. */
  settled(node: string): void {
    this.#waiting.delete(node)
  }

  /** @param ask called for each node that has not answered */
  check(nowMs: number, ask: (node: string) => void): void {
    if (this.#waiting.size === 0) return
    const there = new Set(this.#leases.others().map(({ node }) => node))
    for (const node of this.#waiting) {
      if (!there.has(node)) this.#waiting.delete(node)
      else ask(node)
      if (nowMs - this.#sinceMs > SILENT_MS) this.#leases.suspect(node)
    }
  }
}
