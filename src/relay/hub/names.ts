/**
 * Who has which name. Owns that a name is one person's at a time over all dialects (N1, N3), also while it is
 * only held for somebody who has not joined yet.
 */

import type { Recipient } from './events.js'
import type { Session } from './session.js'
import { SortedNames } from './sorted-names.js'
import { isName } from './text.js'

/** Why a claim failed. */
export type ClaimRefusal = 'taken' | 'invalid'

export class Names<R extends Recipient> {
  // N4: maps, so that `__proto__` is a name like any other.
  readonly #sessions = new Map<string, Session<R>>()
  readonly #holders = new Map<string, R>()
  readonly #held = new Map<R, string>()
  readonly #isForbidden: (name: string) => boolean
  readonly #sorted = new SortedNames(() => this.#sessions.keys())

  /** @param isForbidden what nobody can have from now on: it counts as taken */
  constructor(isForbidden: (name: string) => boolean = () => false) {
    this.#isForbidden = isForbidden
  }

  get size(): number {
    return this.#sessions.size
  }

  get(name: string): Session<R> | undefined {
    return this.#sessions.get(name)
  }

  isHeld(name: string): boolean {
    return this.#holders.has(name)
  }

  sessions(): Iterable<Session<R>> {
    return this.#sessions.values()
  }

  /** Somebody else may have the name of a session that has ended. */
  isLive(session: Session<R>): boolean {
    return this.#sessions.get(session.name) === session
  }

  /** Everybody's name, sorted. The array is shared and not to be changed; it is a new one after a change. */
  sorted(): readonly string[] {
    return this.#sorted.sorted()
  }

  /** @returns why `claimant` cannot have the name; `null` when it can: who holds it may claim it */
  refusal(name: string, claimant: R): ClaimRefusal | null {
    if (!isName(name)) return 'invalid'
    const holder = this.#holders.get(name)
    if (this.#sessions.has(name)) return 'taken'
    if (holder !== undefined && holder !== claimant) return 'taken'
    // Also for whoever holds it, and was there before it was forbidden.
    return this.#isForbidden(name) ? 'taken' : null
  }

  /** The name, which `refusal` said `null` about, is taken for everybody else from now on; the holder holds no other. */
  hold(name: string, holder: R): void {
    this.#holders.set(name, holder)
    this.#held.set(holder, name)
  }

  /** @returns what it held */
  release(holder: R): string | null {
    const name = this.#held.get(holder)
    if (name === undefined) return null
    this.#held.delete(holder)
    this.#holders.delete(name)
    return name
  }

  /** Only after `refusal` said `null`, or for somebody elsewhere when nobody has it. */
  add(name: string, session: Session<R>): void {
    this.#sessions.set(name, session)
    this.#sorted.added(name)
  }

  delete(name: string): void {
    this.#sessions.delete(name)
    this.#sorted.deleted(name)
  }
}
