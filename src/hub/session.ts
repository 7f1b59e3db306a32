/**
 * Sessions and rooms, and the index between them, which is kept both ways (R5): leaving costs a session its own
 * rooms and never all rooms. Both are made, joined and ended by the hub alone.
 */

import type { Audience, Recipient, Status } from './events.js'

/** One person: a name that is theirs, and the rooms that they are in. */
export class Session<R extends Recipient> {
  /** Changes when they are renamed. */
  name: string
  readonly dialect: string
  readonly recipient: R
  /** Whether they can say which message they mean: one that nobody can refer to need not be remembered. */
  readonly refersToMessages: boolean
  /** An array that is replaced and not changed: nearly everybody is in one room, and a set takes 200 bytes more. */
  rooms: readonly Room<R>[] = []
  status: Status = 'online'

  constructor(name: string, dialect: string, recipient: R, refersToMessages: boolean) {
    this.name = name
    this.dialect = dialect
    this.recipient = recipient
    this.refersToMessages = refersToMessages
  }
}

/** One room: who is in it, and the audience that tells them. It lives while somebody is in it (R2). */
export class Room<R extends Recipient> {
  readonly name: string
  readonly audience: Audience<R>
  /** Who is in it, and the number of the hub's event from which on they are told everything. */
  readonly members = new Map<Session<R>, number>()
  /** R4: who may set it private; `null` for the default room, and once they are gone. */
  creator: Session<R> | null
  isPrivate = false
  /** How many of the members can refer to messages. */
  referring = 0
  /** Joins and leaves that nobody was told of yet, because the room is too large to announce each. */
  untoldJoins = 0
  untoldLeaves = 0

  constructor(name: string, audience: Audience<R>, creator: Session<R> | null) {
    this.name = name
    this.audience = audience
    this.creator = creator
  }
}
