/**
 * Deadlines of one length for many connections, without a timer each. Since all run equally long, the order in
 * which they were set is the order in which they end, and one look at the oldest is enough.
 */

export interface DeadlineOptions<T> {
  /** How long they run at first; `change` makes it another. */
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
  /** Subject to the time at which it was set; a map keeps the order of insertion. */
  readonly #begins = new Map<T, number>()
  #durationMs: number
  #timer: NodeJS.Timeout | null = null

  constructor(options: DeadlineOptions<T>) {
    this.#options = options
    this.#durationMs = options.durationMs
  }

  /** How long they run from now on, also those that are set: each from when it was. */
  change(durationMs: number): void {
    this.#durationMs = durationMs
    this.#stopTimer()
    this.#wait()
  }

  /** Sets a deadline; one that is set already stays as it is: it is absolute. */
  set(subject: T): void {
    if (this.#begins.has(subject)) return
    this.#begins.set(subject, this.#options.now())
    this.#wait()
  }

  clear(subject: T): void {
    this.#begins.delete(subject)
  }

  /** The one that was set first is over now, whatever its time. */
  endOldest(): void {
    const [oldest] = this.#begins.keys()
    if (oldest === undefined) return
    this.#begins.delete(oldest)
    this.#options.expired(oldest)
  }

  stop(): void {
    this.#begins.clear()
    this.#stopTimer()
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #wait(): void {
    if (this.#timer !== null) return
    const oldest = this.#begins.values().next()
    if (oldest.done === true) return
    const waitMs = Math.max(oldest.value + this.#durationMs - this.#options.now(), RESOLUTION_MS)
    this.#timer = setTimeout(this.#expire, waitMs)
    this.#timer.unref()
  }

  readonly #expire = (): void => {
    this.#timer = null
    const now = this.#options.now()
    for (const [subject, begin] of this.#begins) {
      if (begin + this.#durationMs > now) break
      this.#begins.delete(subject)
      this.#options.expired(subject)
    }
    this.#wait()
  }
}
