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
  /** Which other node they are connected to; `null` for somebody of this one. */
  readonly node: string | null
  /** Of somebody elsewhere: where they last did something; see `Audience.collect`. */
  lastRoom: Room<R> | null = null
  #recipient: R | null

  /** @param recipient `null` for one that never lives, or is of another node */
  constructor(
    name: string,
    dialect: string,
    recipient: R | null,
    refersToMessages: boolean,
    node: string | null = null,
  ) {
    this.name = name
    this.dialect = dialect
    this.#recipient = recipient
    this.refersToMessages = refersToMessages
    this.node = node
  }

  /** Only of a session of this node, and as long as it lives. */
  get recipient(): R {
    return this.#recipient as R
  }

  /** `null` for who is elsewhere, or gone. */
  get recipientHere(): R | null {
    return this.#recipient
  }

  /** It has ended: whatever still remembers it does not keep its connection. */
  letGo(): void {
    this.#recipient = null
  }
}

/** That somebody has made a room. */
export interface Claim<R extends Recipient> {
  readonly session: Session<R>
  /** When, milliseconds since 1970, and what they were called then: the smallest is the first. */
  readonly founding: number
  readonly founder: string
  /** Whether they have it private. */
  isPrivate: boolean
}

/** What other nodes are told of a room together with who enters it. */
export interface RoomOrigin {
  /** Whether they have made it, and when: milliseconds since 1970. */
  readonly isFounder: boolean
  readonly founding: number
  /** As they have it who made it, or else as it is. */
  readonly isPrivate: boolean
}

/** One room: who is in it, and the audience that tells them. It lives while somebody is in it (R2). */
export class Room<R extends Recipient> {
  readonly name: string
  readonly audience: Audience<R>
  /** Who is in it, and the number of the hub's event from which on they are told everything. */
  readonly members = new Map<Session<R>, number>()
  /** How many of them are of this node. */
  here = 0
  /** The members who have made it, the first one first: at most one, unless several nodes made it at once. */
  claims: Claim<R>[]
  isPrivate = false
  /** The members' names in order, and those with their statuses; made when somebody asks. */
  names: SortedNames | null = null
  board: Board | null = null
  /** How many of the members can refer to messages. */
  referring = 0
  /** Joins and leaves that nobody was told of yet, because the room is too large to announce each. */
  untoldJoins = 0
  untoldLeaves = 0

  constructor(name: string, audience: Audience<R>, claim: Claim<R> | null) {
    this.name = name
    this.audience = audience
    this.claims = claim === null ? [] : [claim]
  }

  /** R4: who may set it private; `null` for the default room, and once they have left. */
  get creator(): Session<R> | null {
    return this.claims[0]?.session ?? null
  }

  /** The session's, where it has made the room. */
  claimOf(session: Session<R>): Claim<R> | undefined {
    return this.claims.find((claim) => claim.session === session)
  }

  /** @param session a member */
  originOf(session: Session<R>): RoomOrigin {
    const claim = this.claimOf(session)
    if (claim === undefined) return { isFounder: false, founding: 0, isPrivate: this.isPrivate }
    return { isFounder: true, founding: claim.founding, isPrivate: claim.isPrivate }
  }
}
