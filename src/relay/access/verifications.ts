/**
 * Passwords and tokens that are being checked, a few at once, and those that wait for it. Owns that checking never takes more
 * threads or memory than that: Node has four threads for everything, and the log files need one.
 */

export interface VerificationOptions {
  /** How many are checked at the same time. */
  readonly atOnce: number
  /** How many more may wait. */
  readonly mostWaiting: number
}

/** What is to be found out, and who is told. */
interface Verification<Result> {
  readonly work: () => Promise<Result>
  readonly done: (result: Result) => void
  isGivenUp: boolean
}

export class Verifications<Result> {
  readonly #options: VerificationOptions
  /** In the order of coming; a set, so that giving one up is cheap. */
  readonly #waiting = new Set<Verification<Result>>()
  #underWay = 0

  constructor(options: VerificationOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Has something checked, now or in its turn.
   * @param work does not reject
   * @param done is told what came out, never before this returns
   * @returns gives it up: one that waits is not begun, and `done` is not told. `null` when too many wait already
   */
  add(work: () => Promise<Result>, done: (result: Result) => void): (() => void) | null {
    const verification = { work, done, isGivenUp: false }
    if (this.#underWay < this.#options.atOnce) void this.#carryOut(verification)
    else if (this.#waiting.size < this.#options.mostWaiting) this.#waiting.add(verification)
    else return null
    return () => {
      verification.isGivenUp = true
      this.#waiting.delete(verification)
    }
  }

  async #carryOut(verification: Verification<Result>): Promise<void> {
    this.#underWay++
    const result = await verification.work()
    this.#underWay--
    const [next] = this.#waiting
    if (next !== undefined) {
      this.#waiting.delete(next)
      void this.#carryOut(next)
    }
    if (!verification.isGivenUp) verification.done(result)
  }
}
