/**
 * Sessions and rooms, and the index between them, which is kept both ways (R5): leaving costs a session its own
 * rooms and never all rooms. Both are made, joined and ended by the hub alone.
 */

import type { Audience, Recipient } from './events.js'

/** One person: a name that is theirs, and the rooms that they are in. */
export class Session<R extends Recipient> {
  readonly name: string
  readonly dialect: string
  readonly recipient: R
  readonly rooms = new Set<Room<R>>()

  constructor(name: string, dialect: string, recipient: R) {
    this.name = name
    this.dialect = dialect
    this.recipient = recipient
  }
}

/** One room: who is in it, and the audience that tells them. It lives while somebody is in it (R2). */
export class Room<R extends Recipient> {
  readonly name: string
  readonly audience: Audience<R>
  readonly members = new Set<Session<R>>()
  /** Joins and leaves that nobody was told of yet, because the room is too large to announce each. */
  untoldJoins = 0
  untoldLeaves = 0

  constructor(name: string, audience: Audience<R>) {
    this.name = name
    this.audience = audience
  }
}
