/**
 * Gives out the relay's message ids (M1): unique, and sorting as text in the order in which they were given.
 *
 *     0mi8k2f3q 00001      milliseconds since 1970 in base 36 (9 digits, good until the year 5188),
 *     --------- -----      then a counter within the millisecond (5 digits), then what tells nodes apart, where there are several
 *
 * A clock that steps back does not take ids back: the last millisecond is kept until time passes it, and is
 * followed by the next one should its counter run out meanwhile.
 */

const TIME_DIGITS = 9
const COUNTER_DIGITS = 5

export class MessageIds {
  readonly #now: () => number
  readonly #perMillisecond: number
  readonly #suffix: string
  #millisecond = -1
  #prefix = ''
  #counter = 0

  /**
   * @param now milliseconds since 1970
   * @param suffix another one for each node: letters and digits, or nothing
   * @param perMillisecond for tests: what the counter's digits hold otherwise
   */
  constructor(now: () => number, suffix = '', perMillisecond: number = 36 ** COUNTER_DIGITS) {
    this.#now = now
    this.#suffix = suffix
    this.#perMillisecond = perMillisecond
  }

  next(): string {
    const now = this.#now()
    if (now > this.#millisecond) this.#begin(now)
    else if (this.#counter === this.#perMillisecond) this.#begin(this.#millisecond + 1)
    return this.#prefix + (this.#counter++).toString(36).padStart(COUNTER_DIGITS, '0') + this.#suffix
  }

  #begin(millisecond: number): void {
    this.#millisecond = millisecond
    this.#prefix = timeOf(millisecond)
    this.#counter = 0
  }
}

/** What stands at the beginning of ids that are given at `atMs`: those given before sort before it. */
export function timeOf(atMs: number): string {
  return atMs.toString(36).padStart(TIME_DIGITS, '0')
}
