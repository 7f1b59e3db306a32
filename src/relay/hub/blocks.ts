/**
 * Who does not want to hear from whom (C11). A block holds for the name that was written, whoever has it, and for the
 * session that had it then, whatever it is called; once that session has ended, for the written name alone. It ends
 * with the session of whoever made it.
 *
 *   byName     mallory  -> { Amy }        looked at for every message, by the name of who sends it
 *   bySession  session  -> { Amy }        and by their session; nobody pays for it whom nobody has blocked
 *   made       Amy      -> { mallory -> session, or null when it has ended }
 */

import type { Recipient } from './events.js'
import type { Session } from './session.js'

/** So many names may one session have blocked. */
const MAX_BLOCKS = 1000

type Sessions<R extends Recipient> = Set<Session<R>>

export class Blocks<R extends Recipient> {
  readonly #byName = new Map<string, Sessions<R>>()
  readonly #bySession = new Map<Session<R>, Sessions<R>>()
  readonly #made = new Map<Session<R>, Map<string, Session<R> | null>>()

  /** Who has blocked the session, or the name that it has; `null` when nobody has. The set is live. */
  blockersOf(session: Session<R>): ReadonlySet<Session<R>> | null {
    const byName = this.#byName.get(session.name)
    const bySession = this.#bySession.get(session)
    if (byName === undefined || bySession === undefined) return byName ?? bySession ?? null
    return new Set([...byName, ...bySession])
  }

  /** Whether the session has blocked nobody. */
  hasNone(session: Session<R>): boolean {
    return !this.#made.has(session)
  }

  /** Whether the session hears nothing of who was called `name`. @param sender whose session that was, where it is known */
  isDeafTo(session: Session<R>, name: string, sender: Session<R> | null): boolean {
    const made = this.#made.get(session)
    if (made === undefined) return false
    return made.has(name) || (sender !== null && this.#bySession.get(sender)?.has(session) === true)
  }

  /** The names that the session has blocked. */
  madeBy(session: Session<R>): Iterable<string> {
    return this.#made.get(session)?.keys() ?? []
  }

  /**
   * @param target who has that name now; `null` where nobody has it any more
   * @returns `begun`; `moved` when there was such a block, and it is about `target` from now on; `repeated` when there was;
   *   `full` when there are as many as may be
   */
  add(blocker: Session<R>, name: string, target: Session<R> | null): 'begun' | 'moved' | 'repeated' | 'full' {
    let made = this.#made.get(blocker)
    if (made === undefined) {
      made = new Map()
      this.#made.set(blocker, made)
    }
    const before = made.get(name)
    if (before === undefined && made.size >= MAX_BLOCKS) return 'full'
    // A repeated block moves to whoever has the name now, unless the session that it was about is still here.
    if (before === undefined || (before === null && target !== null)) {
      made.set(name, target)
      if (target !== null) addTo(this.#bySession, target, blocker)
    }
    if (before !== undefined) return before === null && target !== null ? 'moved' : 'repeated'
    addTo(this.#byName, name, blocker)
    return 'begun'
  }

  /**
   * @param name as it was written, or as whom it is about is called now
   * @param holder who has that name now
   * @returns whether there was such a block
   */
  delete(blocker: Session<R>, name: string, holder: Session<R> | undefined): boolean {
    const made = this.#made.get(blocker)
    if (made === undefined) return false
    const written = made.has(name)
      ? [name]
      : [...made.keys()].filter((one) => holder !== undefined && made.get(one) === holder)
    for (const one of written) this.#delete(blocker, made, one)
    return written.length > 0
  }

  /** Ends the blocks that the session made. Blocks of the session go on as blocks of the names that were written. */
  ended(session: Session<R>): void {
    const made = this.#made.get(session)
    if (made !== undefined) for (const name of made.keys()) this.#delete(session, made, name)
    for (const blocker of this.#bySession.get(session) ?? []) {
      const theirs = this.#made.get(blocker)
      for (const [name, target] of theirs ?? []) if (target === session) theirs?.set(name, null)
    }
    this.#bySession.delete(session)
  }

  #delete(blocker: Session<R>, made: Map<string, Session<R> | null>, name: string): void {
    const target = made.get(name) ?? null
    made.delete(name)
    if (made.size === 0) this.#made.delete(blocker)
    deleteFrom(this.#byName, name, blocker)
    // It may be blocked by another name too.
    if (target !== null && ![...made.values()].includes(target)) deleteFrom(this.#bySession, target, blocker)
  }
}

function addTo<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

/** A set that is empty is gone. */
function deleteFrom<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key)
  if (set?.delete(value) === true && set.size === 0) sets.delete(key)
}
