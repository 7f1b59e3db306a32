/**
 * Refused names, refused connections, and refused requests to become a WebSocket, on their way to the log. The first few of an
 * address in a second are records of their own; the rest of that second is one record with a count, so that nobody can wash
 * the log away by being refused.
 */

/** Why, in one of few words: a sum is kept for each. */
export type Refusal = string

/** Refusals that were not recorded one by one. */
export interface RefusalSum {
  /** `null` for those of all the addresses beyond `MAX_ADDRESSES`. */
  readonly address: string | null
  readonly dialect: string
  readonly reason: Refusal
  count: number
}

const WINDOW_MS = 1000
const RECORDED_EACH = 10
/** So many addresses are told apart in one second. */
const MAX_ADDRESSES = 256

/** One address's refusals in the second that is running. */
class Window {
  recorded = 0
  readonly sums = new Map<string, RefusalSum>()
}

export class Refusals {
  readonly #summed: (sum: RefusalSum) => void
  readonly #windows = new Map<string | null, Window>()
  #timer: NodeJS.Timeout | null = null

  /** @param summed called for each sum, at the end of its second or by `flush` */
  constructor(summed: (sum: RefusalSum) => void) {
    this.#summed = summed
  }

  /** @returns whether it is to be recorded by itself; otherwise it was added to a sum */
  count(address: string, dialect: string, reason: Refusal): boolean {
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS)
    const told = this.#windows.has(address) || this.#windows.size < MAX_ADDRESSES ? address : null
    let window = this.#windows.get(told)
    if (window === undefined) {
      window = new Window()
      this.#windows.set(told, window)
    }
    if (told !== null && window.recorded < RECORDED_EACH) {
      window.recorded++
      return true
    }
    const kind = `${dialect} ${reason}`
    const sum = window.sums.get(kind)
    if (sum === undefined) window.sums.set(kind, { address: told, dialect, reason, count: 1 })
    else sum.count++
    return false
  }

  /** Ends the second that is running. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const windows = [...this.#windows.values()]
    this.#windows.clear()
    for (const { sums } of windows) for (const sum of sums.values()) this.#summed(sum)
  }
}
