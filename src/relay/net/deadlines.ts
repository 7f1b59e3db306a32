/**
 * Deadlines of one length for many connections, without a timer each. Since all run equally long, the order in
 * which they were set is the order in which they end, and one look at the oldest is enough.
 */

export interface DeadlineOptions<T> {
  readonly durationMs: number
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
  /** Called once for each that ran out. It is no longer set then. */
  readonly expired: (subject: T) => void
}

/** How far behind its time a deadline may be noticed. */
const RESOLUTION_MS = 100

export class Deadlines<T> {
  readonly #options: DeadlineOptions<T>
  /** Subject to the time at which it ends; a map keeps the order of insertion. */
  readonly #ends = new Map<T, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(options: DeadlineOptions<T>) {
    this.#options = options
  }

  /** Sets a deadline; one that is set already stays as it is: it is absolute. */
  set(subject: T): void {
    if (this.#ends.has(subject)) return
    this.#ends.set(subject, this.#options.now() + this.#options.durationMs)
    this.#wait()
  }

  clear(subject: T): void {
    this.#ends.delete(subject)
  }

  /** The one that was set first is over now, whatever its time. */
  endOldest(): void {
    const [oldest] = this.#ends.keys()
    if (oldest === undefined) return
    this.#ends.delete(oldest)
    this.#options.expired(oldest)
  }

  stop(): void {
    this.#ends.clear()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #wait(): void {
    if (this.#timer !== null) return
    const oldest = this.#ends.values().next()
    if (oldest.done === true) return
    const waitMs = Math.max(oldest.value - this.#options.now(), RESOLUTION_MS)
    this.#timer = setTimeout(this.#expire, waitMs)
    this.#timer.unref()
  }

  readonly #expire = (): void => {
    this.#timer = null
    const now = this.#options.now()
    for (const [subject, end] of this.#ends) {
      if (end > now) break
      this.#ends.delete(subject)
      this.#options.expired(subject)
    }
    this.#wait()
  }
}
