/**
 * Gives out the relay's message ids (M1): unique, and sorting as text in the order in which they were given.
 *
 *     0mi8k2f3q 00001      milliseconds since 1970 in base 36 (9 digits, good until the year 5188),
 *     --------- -----      then a counter within the millisecond (5 digits)
 *
 * A clock that steps back does not take ids back: the last millisecond is kept until time passes it, and is
 * followed by the next one should its counter run out meanwhile.
 */

const TIME_DIGITS = 9
const COUNTER_DIGITS = 5

export class MessageIds {
  readonly #now: () => number
  readonly #perMillisecond: number
  #millisecond = -1
  #prefix = ''
  #counter = 0

  /** @param now milliseconds since 1970 @param perMillisecond for tests: what the counter's digits hold otherwise */
  constructor(now: () => number, perMillisecond: number = 36 ** COUNTER_DIGITS) {
    this.#now = now
    this.#perMillisecond = perMillisecond
  }

  next(): string {
    const now = this.#now()
    if (now > this.#millisecond) this.#begin(now)
    else if (this.#counter === this.#perMillisecond) this.#begin(this.#millisecond + 1)
    return this.#prefix + (this.#counter++).toString(36).padStart(COUNTER_DIGITS, '0')
  }

  #begin(millisecond: number): void {
    this.#millisecond = millisecond
    this.#prefix = millisecond.toString(36).padStart(TIME_DIGITS, '0')
    this.#counter = 0
  }
}
