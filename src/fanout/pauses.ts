/**
 * Why reading from a connection is paused, and how often and how long it was. Pausing is how the relay says "slower":
 * what is not read stays in the kernel, and TCP carries that back to the sender.
 */

/** One bit each, so that a connection can be paused for several causes at once. */
export const PAUSE = {
  /** It sends to a room in which too many are behind. */
  room: 1,
  /** It sends to one person who is behind. */
  direct: 2,
  /** It does not read the answers to what it asks. */
  answers: 4,
  /** The relay retains as much as it may. */
  retained: 8,
  /** It had its share of this turn; the others are next. */
  turn: 16,
  /** What it sent takes time to decode. */
  decoding: 32,
} as const

export type PauseCause = (typeof PAUSE)[keyof typeof PAUSE]

/** A connection, as those who pause it see it. Both calls may be made at any time, and again. */
export interface Source {
  pause(cause: PauseCause): void
  resume(cause: PauseCause): void
}

/** Counts pauses of one cause without a clock per connection: seconds are how many were paused, over time. */
export class PauseClock {
  /** Connections paused now. */
  active = 0
  /** Pauses so far. */
  total = 0
  #milliseconds = 0
  #changedAt = 0
  readonly #now: () => number

  /** @param now milliseconds on a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now
  }

  /** How long connections have been paused, all together. */
  get seconds(): number {
    return (this.#milliseconds + this.active * (this.#now() - this.#changedAt)) / 1000
  }

  begin(): void {
    this.#advance()
    this.active++
    this.total++
  }

  end(): void {
    this.#advance()
    this.active--
  }

  #advance(): void {
    const now = this.#now()
    this.#milliseconds += this.active * (now - this.#changedAt)
    this.#changedAt = now
  }
}

/** One clock for each cause, by its word. */
export type PauseClocks = { readonly [Cause in keyof typeof PAUSE]: PauseClock }

export function createPauseClocks(now: () => number): PauseClocks {
  const clock = () => new PauseClock(now)
  return {
    room: clock(),
    direct: clock(),
    answers: clock(),
    retained: clock(),
    turn: clock(),
    decoding: clock(),
  }
}

const WORDS = new Map(Object.entries(PAUSE).map(([word, cause]) => [cause, word as keyof typeof PAUSE]))

export function wordOf(cause: PauseCause): keyof typeof PAUSE {
  return WORDS.get(cause) as keyof typeof PAUSE
}
