/**
 * Refused names in the log of connections: the first few of an address in a second as they are, the rest of that second
 * in one line with a count. Somebody who asks for names without end could otherwise rotate everybody else's records away.
 */

/** What is written of the one that was withheld last, and how many they were. */
type WriteSum<Refusal> = (last: Refusal, count: number) => void

const FREE_A_SECOND = 5
const SECOND_MS = 1000
/** So many addresses are told apart; the others of a second are one. */
const MAX_ADDRESSES = 1000
const OTHERS = ''

interface Sum<Refusal> {
  written: number
  withheld: number
  last: Refusal | null
}

export class RefusalSums<Refusal> {
  readonly #write: WriteSum<Refusal>
  #sums = new Map<string, Sum<Refusal>>()
  #timer: NodeJS.Timeout | null = null

  constructor(write: WriteSum<Refusal>) {
    this.#write = write
  }

  /** @returns whether this one is to be written now, by itself */
  add(address: string, refusal: Refusal): boolean {
    const key = this.#sums.has(address) || this.#sums.size < MAX_ADDRESSES ? address : OTHERS
    let sum = this.#sums.get(key)
    if (sum === undefined) {
      sum = { written: 0, withheld: 0, last: null }
      this.#sums.set(key, sum)
      this.#timer ??= setTimeout(this.flush, SECOND_MS).unref()
    }
    if (sum.written < FREE_A_SECOND) {
      sum.written++
      return true
    }
    sum.withheld++
    sum.last = refusal
    return false
  }

  /** Writes what was withheld; the next second begins. */
  readonly flush = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const sums = this.#sums
    this.#sums = new Map()
    for (const { last, withheld } of sums.values()) if (last !== null) this.#write(last, withheld)
  }
}
