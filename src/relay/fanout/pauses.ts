/**
 * Why reading from a connection is paused, and how often and how long it was. Pausing is how the relay says "slower":
 * what is not read stays in the kernel, and TCP carries that back to the sender.
 */

/** One bit each, so that a connection can be paused for several causes at once. */
export const PAUSE = {
  /** It sends more than its share to a room that is congested. */
  room: 1,
  /** It sends more than its share to one person who is slow. */
  direct: 2,
  /** It does not read the answers to what it asks. */
  answers: 4,
  /** It had its share of this turn; the others are next. */
  turn: 8,
  /** What it sent takes time to decode. */
  decoding: 16,
  /** Too many of the names that it asked for were refused. */
  refusals: 32,
  /** The password or token that it has shown is being checked. */
  access: 64,
  /** It, or its address, has asked for more than its allowance. */
  allowance: 128,
  /** Other nodes are asked whether the name that it wants is free. */
  cluster: 256,
  /** What was said in the room that it enters is being read. */
  history: 512,
  /** So much of what was said waits for NATS that there is no room for more. */
  durable: 1024,
} as const

export type PauseCause = (typeof PAUSE)[keyof typeof PAUSE]

/** A connection, as those who pause it see it. Calls may be made at any time, and again. */
export interface Source {
  pause(cause: PauseCause): void
  resume(cause: PauseCause): void
  /** It said something that is told to so many people, and that is no message: costly for its size. */
  spend(deliveries: number): void
  /** It has ended: nobody needs to remember it. */
  readonly gone: boolean
}

/** Several may hold one connection for the same cause: it goes on when the last of them lets go. */
export class Holds {
  readonly #cause: PauseCause
  readonly #counts = new Map<Source, number>()

  constructor(cause: PauseCause) {
    this.#cause = cause
  }

  hold(source: Source): void {
    const count = this.#counts.get(source) ?? 0
    this.#counts.set(source, count + 1)
    if (count === 0) source.pause(this.#cause)
  }

  letGo(source: Source): void {
    const count = this.#counts.get(source) as number
    if (count > 1) {
      this.#counts.set(source, count - 1)
      return
    }
    this.#counts.delete(source)
    source.resume(this.#cause)
  }
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
    turn: clock(),
    decoding: clock(),
    refusals: clock(),
    access: clock(),
    allowance: clock(),
    cluster: clock(),
    history: clock(),
    durable: clock(),
  }
}

const WORDS = new Map(Object.entries(PAUSE).map(([word, cause]) => [cause, word as keyof typeof PAUSE]))

export function wordOf(cause: PauseCause): keyof typeof PAUSE {
  return WORDS.get(cause) as keyof typeof PAUSE
}
