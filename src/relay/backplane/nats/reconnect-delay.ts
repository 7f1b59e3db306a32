/** How long to wait before NATS is tried again: next to nothing at first, then longer, and never all nodes at the same moment. */

const FIRST_MS = 50
const MOST_MS = 2_000

export class ReconnectDelay {
  readonly #random: () => number
  #tries = 0

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  /** It was reached: the next time is the first again. */
  reset(): void {
    this.#tries = 0
  }

  /** Between half of the time and all of it. */
  next(): number {
    const whole = Math.min(MOST_MS, FIRST_MS * 2 ** this.#tries)
    if (whole < MOST_MS) this.#tries++
    return Math.round(whole * (0.5 + this.#random() / 2))
  }
}
