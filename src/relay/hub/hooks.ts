/**
 * What is asked before something happens, and told after somebody is gone. Whoever makes a hub may give one; without it,
 * nobody is asked and nothing is paid. It is asked when the hub is whole and nothing has changed yet, so that a refusal
 * leaves no trace; what it throws is its caller's, as if nothing had been asked for.
 */

import type { Recipient } from './events.js'
import type { Session } from './session.js'

/** Somebody who has a name, or is about to have one. */
export interface Person<R extends Recipient> {
  readonly name: string
  readonly dialect: string
  readonly recipient: R
}

export interface Hooks<R extends Recipient> {
  /** Whether `person` may have their name. @param formerName what they are called so far; `null` for a newcomer */
  name(person: Person<R>, formerName: string | null): boolean
  /** Whether `person` may enter a room. */
  join(person: Person<R>, room: string): boolean
  /** @returns what is said to the room instead, which may be the same; `null` when nothing is to be said */
  message(session: Session<R>, room: string, text: string, saidAt: string | null): string | null
  /** The same for what is said to these people alone. */
  direct(session: Session<R>, to: readonly string[], text: string, saidAt: string | null): string | null
  /** The same for what the message `id` is to say from now on. @param room `null` for a direct message, to `to` */
  edit(
    session: Session<R>,
    id: string,
    room: string | null,
    to: readonly string[],
    text: string,
  ): string | null
  /** The session is no longer in `room`. @param reason a close reason's label */
  left(session: Session<R>, room: string, reason: string): void
  /** The name is free again. @param reason a close reason's label */
  gone(person: Person<R>, reason: string): void
}
