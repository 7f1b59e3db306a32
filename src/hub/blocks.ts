/**
 * Who does not want to hear from whom (C11). Indexed by who is blocked, because that is what has to be known for
 * every message; nobody pays for it whom nobody has blocked. A block is of a name, so that it outlasts a
 * reconnect, and it ends with the session of whoever made it.
 */

import type { Recipient } from './events.js'
import type { Session } from './session.js'

export class Blocks<R extends Recipient> {
  readonly #blockers = new Map<string, Set<Session<R>>>()
  readonly #blocked = new Map<Session<R>, Set<string>>()

  /** Who has blocked `name`; `null` when nobody has. The set is live. */
  blockersOf(name: string): ReadonlySet<Session<R>> | null {
    return this.#blockers.get(name) ?? null
  }

  add(blocker: Session<R>, name: string): void {
    addTo(this.#blockers, name, blocker)
    addTo(this.#blocked, blocker, name)
  }

  /** @returns whether there was such a block */
  delete(blocker: Session<R>, name: string): boolean {
    if (!deleteFrom(this.#blocked, blocker, name)) return false
    deleteFrom(this.#blockers, name, blocker)
    return true
  }

  /** All blocks of `blocker` end. */
  forget(blocker: Session<R>): void {
    for (const name of this.#blocked.get(blocker) ?? []) deleteFrom(this.#blockers, name, blocker)
    this.#blocked.delete(blocker)
  }

  /** A block goes along with whom it is about. */
  renamed(formerName: string, name: string): void {
    for (const blocker of [...(this.#blockers.get(formerName) ?? [])]) {
      this.delete(blocker, formerName)
      this.add(blocker, name)
    }
  }
}

function addTo<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

/** A set that is empty is gone. */
function deleteFrom<K, V>(sets: Map<K, Set<V>>, key: K, value: V): boolean {
  const set = sets.get(key)
  if (set === undefined || !set.delete(value)) return false
  if (set.size === 0) sets.delete(key)
  return true
}
