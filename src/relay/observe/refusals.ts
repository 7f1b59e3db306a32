/**
 * Refusals on their way to the log: of connections, of names, of requests to become a WebSocket, and what else those do who are
 * refused over and over. The first few of an address in ten seconds are records of their own, and of all addresses together not
 * many more; the rest is one record with a count. So nobody can wash the log away by being refused: one address makes some two
 * megabytes an hour, and any number of them some fifteen.
 */

import { countedAddress } from '../addresses/network.js'

/** What there are many of. */
export interface Refusal {
  readonly event: 'rejected' | 'connected' | 'closed'
  readonly dialect: string
  /** A fixed word, where there is one. */
  readonly reason?: string
}

/** Refusals that were not recorded one by one. */
export interface RefusalSum extends Refusal {
  /** As `countedAddress` gives it; `null` for those of all the addresses beyond `MAX_ADDRESSES`. */
  readonly address: string | null
  count: number
}

const WINDOW_MS = 10_000
const RECORDED_EACH = 30
const RECORDED_IN_ALL = 100
/** So many addresses are told apart in one window. */
const MAX_ADDRESSES = 64

/** One address's refusals in the window that is running. */
class Window {
  recorded = 0
  readonly sums = new Map<string, RefusalSum>()
}

export class Refusals {
  readonly #summed: (sum: RefusalSum) => void
  readonly #windows = new Map<string | null, Window>()
  #recorded = 0
  #timer: NodeJS.Timeout | null = null

  /** @param summed called for each sum, at the end of its window or by `flush` */
  constructor(summed: (sum: RefusalSum) => void) {
    this.#summed = summed
  }

  /** @returns whether it is to be recorded by itself; otherwise it was added to a sum */
  count(address: string, refusal: Refusal): boolean {
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS)
    const counted = countedAddress(address)
    const told = this.#windows.has(counted) || this.#windows.size < MAX_ADDRESSES ? counted : null
    let window = this.#windows.get(told)
    if (window === undefined) {
      window = new Window()
      this.#windows.set(told, window)
    }
    if (told !== null && window.recorded < RECORDED_EACH && this.#recorded < RECORDED_IN_ALL) {
      window.recorded++
      this.#recorded++
      return true
    }
    const { event, dialect, reason } = refusal
    const kind = `${event} ${dialect} ${reason}`
    const sum = window.sums.get(kind)
    if (sum === undefined) window.sums.set(kind, { ...refusal, address: told, count: 1 })
    else sum.count++
    return false
  }

  /** Ends the window that is running. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const windows = [...this.#windows.values()]
    this.#windows.clear()
    this.#recorded = 0
    for (const { sums } of windows) for (const sum of sums.values()) this.#summed(sum)
  }
}
