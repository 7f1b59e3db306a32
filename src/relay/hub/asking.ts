/**
 * Asks the hooks, where there are some, about names and rooms. Owns that nobody is asked twice about one room: who enters it
 * together with their name, or has to leave another one first, was asked about before.
 */

import type { Recipient } from './events.js'
import type { Hooks, Person } from './hooks.js'

export class Asking<R extends Recipient> {
  readonly #hooks: Hooks<R> | null
  /** Who was asked about already, for the `mayJoin` that follows. */
  #admitted: { readonly recipient: R; readonly room: string } | null = null

  constructor(hooks: Hooks<R> | null) {
    this.#hooks = hooks
  }

  /** Whether `person` may have their name. @param entering the room that they enter with it, or `null` */
  mayComeIn(person: Person<R>, entering: string | null): boolean {
    if (this.#hooks === null) return true
    return this.#hooks.name(person, null) && (entering === null || this.admits(person, entering))
  }

  /** @param name that `person` is to be called from now on */
  mayBeCalled({ name: formerName, dialect, recipient }: Person<R>, name: string): boolean {
    return this.#hooks === null || this.#hooks.name({ name, dialect, recipient }, formerName)
  }

  /** Whether `person` may enter the room; the `mayJoin` that follows does not ask again. */
  admits(person: Person<R>, room: string): boolean {
    if (this.#hooks === null) return true
    if (!this.#hooks.join(person, room)) return false
    this.#admitted = { recipient: person.recipient, room }
    return true
  }

  /** Whether `person` may enter the room now. */
  mayJoin(person: Person<R>, room: string): boolean {
    if (this.#hooks === null) return true
    const admitted = this.#admitted
    this.#admitted = null
    if (admitted !== null && admitted.recipient === person.recipient && admitted.room === room) return true
    return this.#hooks.join(person, room)
  }
}
