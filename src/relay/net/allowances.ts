/**
 * How much each may ask for: so many requests a second for each connection, and so many for each address. Whoever asks for more is
 * not read from until there is more, which TCP carries back to them; who never lets up is sent away. Owns who has how much left
 * and who waits; the rest is the connection's.
 *
 *   within the allowance ──one request too many──▶ not read from ──there is more──▶ read from again
 *                                                       │
 *                                                       └── so it went for floodMs: sent away
 */

import { countedAddress } from '../addresses/network.js'
import { type RateLimit, RateLimits } from '../addresses/rate-limits.js'
import { PAUSE, type Source } from '../fanout/pauses.js'
import { Deadlines } from './deadlines.js'

/** `null` is no such limit. */
export interface AllowanceRules {
  readonly connection: RateLimit | null
  readonly address: RateLimit | null
  /** Who was always made to wait for so long is sent away. */
  readonly floodMs: number
}

/** What one connection has used. */
export interface Spending {
  readonly address: string
  /** When its own allowance is full again. */
  fullMs: number
  /** Since when it has been made to wait, again and again; and when last. */
  waitingSinceMs: number
  waitedMs: number
}

/** A connection, as far as this goes. */
export interface Spender extends Pick<Source, 'pause' | 'resume'> {
  /** Made at its first request, where there are allowances. */
  spending: Spending | null
  readonly remoteAddress: string
  /** It never let up. */
  flooded(): void
}

/** Shorter waits would cost more than they bring. */
const LEAST_WAIT_MS = 100
/** Whoever has not been made to wait for so long has let up. */
const LET_UP_MS = 1000

export class Allowances {
  /** Whether there are any: asked at each request. */
  isOn = false
  readonly #now: () => number
  readonly #waiting = new Set<Spender>()
  #rules: AllowanceRules = { connection: null, address: null, floodMs: 0 }
  #intervalMs = 0
  #mostMs = Number.POSITIVE_INFINITY
  #addresses: RateLimits | null = null
  #waitMs = LEAST_WAIT_MS
  #waits: Deadlines<Spender>

  /** @param now milliseconds on a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now
    this.#waits = this.#makeWaits()
  }

  /** From now on. Whoever waits is read from again. */
  use(rules: AllowanceRules): void {
    const { connection, address } = rules
    this.#rules = rules
    this.isOn = connection !== null || address !== null
    this.#intervalMs = connection === null ? 0 : 1000 / connection.perSecond
    // A little more, for what is lost where thirds of a millisecond are added up.
    this.#mostMs = connection === null ? Number.POSITIVE_INFINITY : connection.burst * this.#intervalMs + 1e-3
    this.#addresses = address === null ? null : new RateLimits(address, this.#now)
    this.#waits.stop()
    this.#waitMs = Math.max(LEAST_WAIT_MS, this.#intervalMs)
    this.#waits = this.#makeWaits()
    for (const spender of this.#waiting) this.#goOn(spender)
  }

  /** It has asked for something, which is carried out; it may have to wait before anything more is read. */
  spend(spender: Spender): void {
    const nowMs = this.#now()
    spender.spending ??= {
      address: countedAddress(spender.remoteAddress),
      fullMs: 0,
      waitingSinceMs: 0,
      waitedMs: Number.NEGATIVE_INFINITY,
    }
    const { spending } = spender
    spending.fullMs = Math.max(spending.fullMs, nowMs) + this.#intervalMs
    this.#addresses?.charge(spending.address)
    if (this.#isOver(spending, nowMs)) this.#wait(spender, spending, nowMs)
  }

  /** It has ended. */
  forget(spender: Spender): void {
    if (this.#waiting.delete(spender)) this.#waits.clear(spender)
  }

  stop(): void {
    this.#waits.stop()
  }

  #isOver({ fullMs, address }: Spending, nowMs: number): boolean {
    return fullMs - nowMs > this.#mostMs || this.#addresses?.isOverdrawn(address) === true
  }

  #wait(spender: Spender, spending: Spending, nowMs: number): void {
    const hasLetUp = nowMs - spending.waitedMs > this.#waitMs + LET_UP_MS
    if (hasLetUp) spending.waitingSinceMs = nowMs
    spending.waitedMs = nowMs
    spender.pause(PAUSE.allowance)
    this.#waiting.add(spender)
    this.#waits.set(spender)
    if (nowMs - spending.waitingSinceMs >= this.#rules.floodMs) spender.flooded()
  }

  #makeWaits(): Deadlines<Spender> {
    const expired = (spender: Spender) => this.#waited(spender)
    return new Deadlines<Spender>({ durationMs: this.#waitMs, now: this.#now, expired })
  }

  #waited(spender: Spender): void {
    const spending = spender.spending as Spending
    const nowMs = this.#now()
    if (this.#isOver(spending, nowMs)) this.#wait(spender, spending, nowMs)
    else this.#goOn(spender)
  }

  #goOn(spender: Spender): void {
    this.#waiting.delete(spender)
    spender.resume(PAUSE.allowance)
  }
}
