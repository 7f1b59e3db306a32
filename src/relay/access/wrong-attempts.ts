/**
 * How many wrong passwords each address has shown of late. Owns that somebody who guesses is soon not listened to, for as long as
 * they have guessed too much; what it remembers is bounded.
 */

import { countedAddress } from '../addresses/network.js'

/** Of the addresses that were heard of last; a map keeps the order. */
const MAX_ADDRESSES = 10_000

interface Wrong {
  readonly count: number
  readonly atMs: number
}

export class WrongAttempts {
  /** So many in a minute, and so many at once. Changes with a reload. */
  perMinute: number
  readonly #now: () => number
  readonly #wrong = new Map<string, Wrong>()

  /** @param now milliseconds on a clock that never jumps */
  constructor(perMinute: number, now: () => number) {
    this.perMinute = perMinute
    this.#now = now
  }

  /** Whether what comes from there is looked at. */
  mayTry(address: string): boolean {
    return this.#left(countedAddress(address)) <= this.perMinute - 1
  }

  /** One more was wrong. Those that were under way when there were enough are counted too, and waited for longer. */
  add(address: string): void {
    const network = countedAddress(address)
    const count = this.#left(network) + 1
    this.#wrong.delete(network)
    this.#wrong.set(network, { count, atMs: this.#now() })
    if (this.#wrong.size <= MAX_ADDRESSES) return
    const [oldest] = this.#wrong.keys()
    this.#wrong.delete(oldest as string)
  }

  /** How many are not forgiven yet. */
  #left(network: string): number {
    const wrong = this.#wrong.get(network)
    if (wrong === undefined) return 0
    return Math.max(0, wrong.count - ((this.#now() - wrong.atMs) * this.perMinute) / 60_000)
  }
}
