/**
 * How much each of many may have: token buckets of one size, one number for each. A bucket is known by when it will be full
 * again (the generic cell rate algorithm), so nothing has to be filled, and one that is full need not be remembered.
 */

export interface RateLimit {
  readonly perSecond: number
  /** How much may be had at once, after a time without any. */
  readonly burst: number
}

/** So many are remembered at once; of more, those that were heard of first are forgotten early and have a new bucket. */
const MAX_KEYS = 32 * 1024

export class RateLimits {
  readonly #now: () => number
  readonly #intervalMs: number
  /** How far in the future the time may be at which a bucket is full again. */
  readonly #mostMs: number
  readonly #most: number
  /** When each is full again. */
  #recent = new Map<string, number>()
  /** Those that were not heard of since `#turnedMs`. */
  #before = new Map<string, number>()
  #turnedMs: number

  /** @param now milliseconds on a clock that never jumps @param most another number of keys, for tests */
  constructor({ perSecond, burst }: RateLimit, now: () => number, most = MAX_KEYS) {
    this.#now = now
    this.#intervalMs = 1000 / perSecond
    // A little more, for what is lost where thirds of a millisecond are added up.
    this.#mostMs = burst * this.#intervalMs + 1e-3
    this.#most = most
    this.#turnedMs = now()
  }

  /** @returns whether there was one left, which is gone now */
  take(key: string): boolean {
    const nowMs = this.#now()
    const fullMs = this.#fullMs(key, nowMs) + this.#intervalMs
    if (fullMs - nowMs > this.#mostMs) return false
    this.#turn(nowMs)
    this.#recent.set(key, fullMs)
    return true
  }

  /** Takes one in any case: what there was not is owed. */
  charge(key: string): void {
    const nowMs = this.#now()
    const fullMs = this.#fullMs(key, nowMs) + this.#intervalMs
    this.#turn(nowMs)
    this.#recent.set(key, fullMs)
  }

  /** Whether something is owed. */
  isOverdrawn(key: string): boolean {
    const nowMs = this.#now()
    return this.#fullMs(key, nowMs) - nowMs > this.#mostMs
  }

  /** Whether there is none left. */
  isSpent(key: string): boolean {
    const nowMs = this.#now()
    return this.#fullMs(key, nowMs) + this.#intervalMs - nowMs > this.#mostMs
  }

  /** How many are remembered. */
  get size(): number {
    return this.#recent.size + this.#before.size
  }

  #fullMs(key: string, nowMs: number): number {
    return Math.max(this.#recent.get(key) ?? this.#before.get(key) ?? 0, nowMs)
  }

  /** Who was not heard of for as long as an empty bucket takes to fill has a full one. */
  #turn(nowMs: number): void {
    if (nowMs - this.#turnedMs < this.#mostMs && this.#recent.size < this.#most / 2) return
    this.#before = nowMs - this.#turnedMs < 2 * this.#mostMs ? this.#recent : new Map()
    this.#recent = new Map()
    this.#turnedMs = nowMs
  }
}
