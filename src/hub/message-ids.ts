/**
 * Gives out the relay's message ids (M1): unique, and sorting as text in the order in which they were given.
 *
 *     0mi8k2f3q 00001      milliseconds since 1970 in base 36 (9 digits, good until the year 5188),
 *     --------- -----      then a counter within the millisecond (5 digits)
 *
 * A clock that steps back does not take ids back: the last millisecond is kept until time passes it.
 */

const TIME_DIGITS = 9
const COUNTER_DIGITS = 5

export class MessageIds {
  readonly #now: () => number
  #millisecond = 0
  #prefix = ''
  #counter = 0

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
  }

  next(): string {
    const now = this.#now()
    if (now > this.#millisecond) {
      this.#millisecond = now
      this.#prefix = now.toString(36).padStart(TIME_DIGITS, '0')
      this.#counter = 0
    }
    return this.#prefix + (this.#counter++).toString(36).padStart(COUNTER_DIGITS, '0')
  }
}
