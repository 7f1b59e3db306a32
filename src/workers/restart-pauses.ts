/**
 * How long a worker that has crashed waits for its replacement: not at all the first time, and longer each time that it crashes
 * again soon. It is given up never.
 */

const FIRST_MS = 250
const MOST_MS = 30_000
/** Whoever was well for so long has begun anew. */
const WELL_MS = 60_000

export class RestartPauses {
  readonly #now: () => number
  #startedMs: number
  /** In a row. */
  #crashes = 0

  /** @param now milliseconds on a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now
    this.#startedMs = now()
  }

  /** How often it has crashed in a row. */
  get crashes(): number {
    return this.#crashes
  }

  started(): void {
    this.#startedMs = this.#now()
  }

  /** @returns for how many milliseconds to wait */
  crashed(): number {
    if (this.#now() - this.#startedMs >= WELL_MS) this.#crashes = 0
    this.#crashes++
    return this.#crashes === 1 ? 0 : Math.min(MOST_MS, FIRST_MS * 2 ** (this.#crashes - 2))
  }
}
