/**
 * Finds workers that hang: whose process is there, and whose event loop does not go round any more, because it was stopped or never comes
 * out of something. Owns the deadline, which runs from the last word that a worker has said: whoever is over it is to be ended.
 *
 *     heard ──▶ silent, after half of the deadline ──▶ hung, after all of it
 *       ▲          │ counts as not ready                 │ ended, and replaced
 *       └──────────┘ says something
 */

/** How often each worker says that it is there. */
export const ALIVE_MS = 500
/** How often is looked. */
const LOOK_MS = 500
/** Looks that are further apart say that this process stood still itself: what was said meanwhile is yet to be read. */
const STOOD_STILL_MS = 2 * LOOK_MS

/** Whoever begins has at least so long for each thing that it does in one go: loading itself, on a machine that is busy with other things. */
const STARTING_MS = 60_000

/** A worker, as far as this goes. */
export interface Watched {
  /** It does not take connections yet. */
  readonly isStarting: boolean
  /** When it said something last, on the clock of `now`. */
  readonly heardMs: number
  /** Set here; whoever hears it again takes it back. */
  isSilent: boolean
}

export interface WatchOptions<W extends Watched> {
  /** Those whose process is there, and was not ended. */
  readonly workers: () => readonly W[]
  /** Asked at each look. */
  readonly hungMs: () => number | 'off'
  /** Told once for each: it is the caller's to end it. @param silentMs for how long it has said nothing */
  readonly hung: (worker: W, silentMs: number) => void
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
}

export class Watch<W extends Watched> {
  readonly #options: WatchOptions<W>
  readonly #found = new WeakSet<W>()
  #lookedMs: number
  /** Before this nobody can be blamed for silence. */
  #sinceMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(options: WatchOptions<W>) {
    this.#options = options
    this.#lookedMs = this.#sinceMs = options.now()
  }

  start(): void {
    this.#lookedMs = this.#sinceMs = this.#options.now()
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  look(): void {
    const { workers, hungMs, hung } = this.#options
    const now = this.#options.now()
    if (now - this.#lookedMs > STOOD_STILL_MS) this.#sinceMs = now
    this.#lookedMs = now
    const wanted = hungMs()
    if (wanted === 'off') return
    for (const worker of workers()) {
      const deadlineMs = worker.isStarting ? Math.max(wanted, STARTING_MS) : wanted
      const silentMs = now - Math.max(worker.heardMs, this.#sinceMs)
      if (silentMs >= deadlineMs / 2) worker.isSilent = true
      if (silentMs < deadlineMs || this.#found.has(worker)) continue
      this.#found.add(worker)
      hung(worker, Math.round(silentMs))
    }
  }
}
