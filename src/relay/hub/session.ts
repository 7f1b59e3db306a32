/**
 * Sessions and rooms, and the index between them, which is kept both ways (R5): leaving costs a session its own
 * rooms and never all rooms. Both are made, joined and ended by the hub alone.
 */

import type { Audience, Recipient, Status } from './events.js'
import type { SortedNames } from './sorted-names.js'

/** Who is in a room, by name, and how they are to be found. */
export type Board = readonly (readonly [name: string, status: Status])[]

/** One person: a name that is theirs, and the rooms that they are in. */
export class Session<R extends Recipient> {
  /** Changes when they are renamed. */
  name: string
  readonly dialect: string
  /** Whether they can say which message they mean: one that nobody can refer to need not be remembered. */
  readonly refersToMessages: boolean
  /** An array, because nearly everybody is in one room, and a set takes 200 bytes more. */
  rooms: Room<R>[] = []
  status: Status = 'online'
  #recipient: R | null

  /** @param recipient `null` for one that never lives */
  constructor(name: string, dialect: string, recipient: R | null, refersToMessages: boolean) {
    this.name = name
    this.dialect = dialect
    this.#recipient = recipient
    this.refersToMessages = refersToMessages
  }

  /** Only as long as the session lives. */
  get recipient(): R {
    return this.#recipient as R
  }

  /** It has ended: whatever still remembers it does not keep its connection. */
  letGo(): void {
    this.#recipient = null
  }
}

/** One room: who is in it, and the audience that tells them. It lives while somebody is in it (R2). */
export class Room<R extends Recipient> {
  readonly name: string
  readonly audience: Audience<R>
  /** Who is in it, and the number of the hub's event from which on they are told everything. */
  readonly members = new Map<Session<R>, number>()
  /** R4: who may set it private; `null` for the default room, and once they have left. */
  creator: Session<R> | null
  isPrivate = false
  /** The members' names in order, and those with their statuses; made when somebody asks. */
  names: SortedNames | null = null
  board: Board | null = null
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
