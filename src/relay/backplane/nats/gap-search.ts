/**
 * Looks in the stream for what this node has missed. Owns for how long: what is not there may still be on its way, from a node that was cut off as well;
 * but as long as nothing of it comes, somebody waits.
 */

import type { Gap, Search } from '../cluster/durable.js'
import { Slots } from './slots.js'
import { Waits } from './waits.js'

export interface GapSearchOptions {
  readonly isUp: () => boolean
  readonly now: () => number
  /** From which sequence of the stream on. */
  readonly from: () => number
  readonly read: (
    gap: Gap,
    from: number,
    read: (batches: readonly Uint8Array[]) => boolean,
  ) => Promise<number>
  readonly failed: (error: Error) => void
  /** What has not come, nor anything before it, while NATS was there for this long, is lost. */
  readonly patienceMs: number
}

/** So many are looked for at once. */
const AT_ONCE = 8
/** How often the stream is looked at for what was not there. */
const AGAIN_MS = 500

export class GapSearch {
  readonly #options: GapSearchOptions
  readonly #slots = new Slots(AT_ONCE)
  readonly #waits = new Waits()
  #isClosed = false
  /** How many are under way. */
  active = 0

  constructor(options: GapSearchOptions) {
    this.#options = options
  }

  async begin(gap: Gap, search: Search): Promise<void> {
    this.active++
    try {
      await this.#look(gap, search)
    } finally {
      this.active--
    }
  }

  close(): void {
    this.#isClosed = true
    this.#waits.endAll()
  }

  async #look(gap: Gap, search: Search): Promise<void> {
    const { isUp, now, failed, patienceMs } = this.#options
    let from = this.#options.from()
    let { missing } = search
    let leftMs = patienceMs
    while (search.missing !== null && !this.#isClosed) {
      const beganMs = now()
      if (isUp()) {
        try {
          from = await this.#slots.run(() => this.#read(gap, search, from))
        } catch (error) {
          if (isUp()) failed(error as Error)
        }
      }
      if (search.missing === null) return
      await this.#waits.wait(AGAIN_MS)
      if (search.missing !== missing) {
        missing = search.missing
        leftMs = patienceMs
      } else if (isUp()) {
        leftMs -= now() - beganMs
        if (leftMs <= 0) search.giveUp()
      }
    }
  }

  #read(gap: Gap, search: Search, from: number): Promise<number> {
    return this.#options.read(gap, from, (batches) => {
      search.found(batches)
      return search.missing !== null && !this.#isClosed
    })
  }
}
