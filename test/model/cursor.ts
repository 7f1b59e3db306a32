/**
 * How far what one client was told is explained by what the model says it is told. What it is told has to be all of that, each once, and
 * in an order that the rules allow:
 *
 *   - what happens in one room comes in one order to all of its members, and what one session does in the order in which it did it (M5);
 *   - in one relay, answers and what one is told alone come behind all that came before them, and in front of all that came after.
 *
 * Between nodes of a cluster only the order of each session is promised.
 */

import type { ClientId } from './actions.js'
import { isLike } from './tongue.js'

export interface Expected {
  readonly unit: string
  readonly by: ClientId
  readonly room: string | null
}

/** What is promised of order. */
export type Order = 'relay' | 'cluster'

export class Cursor {
  readonly #units: readonly string[]
  readonly #order: Order
  /** Whether the connection has ended, so that the last of what it is told may be missing. */
  readonly #mayEnd: boolean
  /** Everything in front of this is explained, and what is in `#beyond`. */
  #low = 0
  #beyond: ReadonlySet<number> = new Set()
  #last: ReadonlyMap<string, number> = new Map()
  #highest = -1
  #fence = -1
  /** Rooms and sessions of which nothing more has come. */
  #over: ReadonlySet<string> = new Set()

  constructor(units: readonly string[], order: Order, mayEnd: boolean) {
    this.#units = units
    this.#order = order
    this.#mayEnd = mayEnd
  }

  get isDone(): boolean {
    return this.#low === this.#units.length
  }

  get explained(): number {
    return this.#low + this.#beyond.size
  }

  get unexplained(): readonly string[] {
    return this.#units.filter((_, at) => at >= this.#low && !this.#beyond.has(at))
  }

  /** The same for all orders in which it may have come here. */
  key(): string {
    const last: string[] = []
    for (const [key, at] of this.#last) if (at > this.#fence) last.push(`${key} ${at}`)
    return `${this.#low};${[...this.#beyond].sort()};${last.sort()};${this.#fence};${[...this.#over].sort()}`
  }

  /** Where the first such unit is that is not explained, behind all that it must follow; -1 when it has not come there. */
  placeOf(expected: Expected): number {
    let least = this.#isFence(expected) ? Math.max(this.#fence, this.#highest) : this.#fence
    for (const key of this.#keysOf(expected)) least = Math.max(least, this.#last.get(key) ?? -1)
    return this.#find(expected.unit, least + 1)
  }

  /** @returns the cursor behind that unit, or `null` when it has not come where it must */
  behind(expected: Expected): Cursor | null {
    const isFence = this.#isFence(expected)
    const keys = this.#keysOf(expected)
    if (keys.some((key) => this.#over.has(key)) || this.#over.has(EVERYTHING)) return this
    const at = this.placeOf(expected)
    // Nothing that was before it can come later.
    if (at < 0 || (isFence && at > this.#low))
      return this.#mayEnd ? this.#without(isFence ? [EVERYTHING] : keys) : null
    const next = this.#copy()
    next.#last = new Map(this.#last)
    for (const key of keys) (next.#last as Map<string, number>).set(key, at)
    next.#highest = Math.max(this.#highest, at)
    if (isFence) next.#fence = at
    if (at === this.#low && this.#beyond.size === 0) {
      next.#low++
      return next
    }
    const beyond = new Set(this.#beyond).add(at)
    while (beyond.delete(next.#low)) next.#low++
    next.#beyond = beyond
    return next
  }

  #isFence({ room }: Expected): boolean {
    return this.#order === 'relay' && room === null
  }

  /** What its order is promised in. */
  #keysOf({ by, room }: Expected): string[] {
    const keys = [`by ${by}`]
    if (this.#order === 'relay' && room !== null) keys.push(`in ${room}`)
    return keys
  }

  #find(unit: string, from: number): number {
    for (let at = Math.max(from, this.#low); at < this.#units.length; at++) {
      if (!this.#beyond.has(at) && isLike(unit, this.#units[at] as string)) return at
    }
    return -1
  }

  #without(keys: readonly string[]): Cursor {
    const next = this.#copy()
    next.#over = new Set([...this.#over, ...keys])
    return next
  }

  #copy(): Cursor {
    const copy = new Cursor(this.#units, this.#order, this.#mayEnd)
    copy.#low = this.#low
    copy.#beyond = this.#beyond
    copy.#last = this.#last
    copy.#highest = this.#highest
    copy.#fence = this.#fence
    copy.#over = this.#over
    return copy
  }
}

const EVERYTHING = 'everything'
