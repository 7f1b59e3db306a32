/**
 * Who has which name, is in which room, and how they are to be found: the changes themselves, of somebody of this node or of
 * another one. Owns that names, rooms and both halves of their index agree, and that everybody of this node whom it concerns
 * is told. Who may do what, and what else hears of it, is the hub's and `elsewhere.ts`'s.
 */

import type { HubEvent, JoinedEvent, LeftEvent, Recipient, RoomEvent, Status } from './events.js'
import type { Names } from './names.js'
import type { Rooms } from './rooms.js'
import type { Claim, Room, Session } from './session.js'
import { goTo, recipientsOf, type Telling } from './telling.js'
import { byBytes } from './text.js'

export interface PresenceOptions<R extends Recipient> {
  readonly names: Names<R>
  readonly rooms: Rooms<R>
  readonly telling: Telling<R>
  readonly defaultRoom: Room<R>
  /** See `Hub.announceUpTo`. */
  readonly announceUpTo: number
  /** See `HubOptions`. */
  readonly now: () => number
  readonly later: (callback: () => void, delayMs: number) => void
  readonly observe: (event: HubEvent) => void
}

/** How often a room too large for announcements hears how many came and went, at the most. */
const CROWD_MS = 1000
/**
 * More members than that hear it less often, in proportion: told once a second, a room of 100,000 on two cores kept both busy with
 * that alone, so that newcomers came in ever more slowly (`npm run bench:scale`).
 */
const MEMBERS_TOLD_A_SECOND = 20_000

export class Presence<R extends Recipient> {
  announceUpTo: number
  readonly #names: Names<R>
  readonly #rooms: Rooms<R>
  readonly #telling: Telling<R>
  readonly #defaultRoom: Room<R>
  readonly #now: () => number
  readonly #later: (callback: () => void, delayMs: number) => void
  readonly #observe: (event: HubEvent) => void
  /** See `Hub.isChanging`. */
  isChanging = false
  /** See `Hub.endQuietly`. */
  isEnding = false

  constructor(options: PresenceOptions<R>) {
    this.announceUpTo = options.announceUpTo
    this.#names = options.names
    this.#rooms = options.rooms
    this.#telling = options.telling
    this.#defaultRoom = options.defaultRoom
    this.#now = options.now
    this.#later = options.later
    this.#observe = options.observe
  }

  came(session: Session<R>): void {
    this.isChanging = true
    this.#names.add(session.name, session)
    this.isChanging = false
  }

  /** X6: the new name is theirs before the old one is free. */
  rename(session: Session<R>, name: string): void {
    this.isChanging = true
    const formerName = session.name
    this.#names.add(name, session)
    session.name = name
    const { dialect } = session
    for (const room of session.rooms) {
      room.names?.deleted(formerName)
      room.names?.added(name)
      room.board = null
      const at = this.#now()
      this.#tell(room, session, { kind: 'renamed', at, room: room.name, name, formerName, dialect })
    }
    this.#names.delete(formerName)
    this.isChanging = false
  }

  /** They are not in it yet. */
  join(session: Session<R>, room: Room<R>): void {
    this.isChanging = true
    room.members.set(session, this.#telling.nextSequence())
    room.names?.added(session.name)
    room.board = null
    // A push would make place for sixteen, and most are in one.
    if (session.rooms.length === 0) session.rooms = [room]
    else session.rooms.push(room)
    if (session.refersToMessages) room.referring++
    const { name, dialect, recipientHere } = session
    if (recipientHere !== null) {
      room.here++
      room.audience.add(recipientHere)
    }
    this.#announce(room, session, { kind: 'joined', at: this.#now(), room: room.name, name, dialect })
    this.isChanging = false
  }

  /** The last one out takes the room along (R2). @returns whether they were in it */
  leave(session: Session<R>, room: Room<R>, reason: string): boolean {
    if (!room.members.delete(session)) return false
    this.isChanging = true
    room.names?.deleted(session.name)
    room.board = null
    const at = session.rooms.indexOf(room)
    if (at >= 0) session.rooms.splice(at, 1)
    if (session.refersToMessages) room.referring--
    const { name, dialect, recipientHere } = session
    if (recipientHere !== null) {
      room.here--
      room.audience.remove(recipientHere)
    }
    this.#announce(room, session, { kind: 'left', at: this.#now(), room: room.name, name, dialect, reason })
    if (room.members.size === 0) this.#emptied(room)
    else if (room.claims.length > 0) this.#unclaimed(session, room)
    this.isChanging = false
    return true
  }

  /** R4, X9: who has made the room has it private, or not. Tells the room, where they are its creator. */
  setPrivate(session: Session<R>, room: Room<R>, isPrivate: boolean): void {
    const claim = room.claimOf(session)
    if (claim === undefined) return
    claim.isPrivate = isPrivate
    if (room.creator === session) this.#setPrivate(session, room, isPrivate)
  }

  /** Somebody who is in the room has made it as well, at another node: the first one counts, and has it as they want. */
  claimed(room: Room<R>, claim: Claim<R>): void {
    room.claims.push(claim)
    room.claims.sort((a, b) => a.founding - b.founding || byBytes(a.founder, b.founder))
    this.#asClaimed(room)
  }

  /** The next one is the creator, where there was another. If there was none, the room is as private as before. */
  #unclaimed(session: Session<R>, room: Room<R>): void {
    const at = room.claims.findIndex((claim) => claim.session === session)
    if (at < 0) return
    room.claims.splice(at, 1)
    this.#asClaimed(room)
  }

  #asClaimed(room: Room<R>): void {
    const first = room.claims[0]
    if (first !== undefined && first.isPrivate !== room.isPrivate)
      this.#setPrivate(first.session, room, first.isPrivate)
  }

  #setPrivate(session: Session<R>, room: Room<R>, isPrivate: boolean): void {
    this.isChanging = true
    this.#rooms.setPrivate(room, isPrivate)
    const { name, dialect } = session
    const at = this.#now()
    this.#tell(room, session, { kind: 'visibility', at, room: room.name, name, dialect, isPrivate })
    this.isChanging = false
  }

  /** C10: it is another status than before. */
  setStatus(session: Session<R>, status: Status): void {
    this.isChanging = true
    session.status = status
    const { name, dialect } = session
    // C11: it is something that they say.
    const blockers = recipientsOf(this.#telling.blocks.blockersOf(session))
    for (const room of session.rooms) {
      room.board = null
      const event = { kind: 'status', at: this.#now(), room: room.name, name, dialect, status } as const
      this.#tell(room, session, event, blockers)
    }
    this.isChanging = false
  }

  /** Frees the name of somebody who is out of their rooms: nobody can take it before the others heard of the leave (N3). */
  gone(session: Session<R>): void {
    this.isChanging = true
    this.#telling.blocks.ended(session)
    this.#names.delete(session.name)
    session.letGo()
    this.isChanging = false
  }

  /** Tells a room what a member did, and records it. */
  #tell(
    room: Room<R>,
    session: Session<R>,
    event: Exclude<RoomEvent, { kind: 'crowd' }>,
    except: ReadonlySet<R> | null = null,
  ): void {
    goTo(session, room)
    room.audience.tell(event, session.recipientHere, except)
    if (session.node === null) this.#observe(event)
  }

  /** Tells a room who came or went: one by one, or as a crowd, where that would be everyone times everyone. */
  #announce(room: Room<R>, session: Session<R>, event: JoinedEvent | LeftEvent): void {
    if (!this.isEnding && room.here > 0) {
      if (room.members.size <= this.announceUpTo) {
        goTo(session, room)
        room.audience.tell(event, session.recipientHere)
      } else {
        if (room.untoldJoins + room.untoldLeaves === 0)
          this.#later(() => this.#tellCrowd(room), crowdMs(room))
        if (event.kind === 'joined') room.untoldJoins++
        else room.untoldLeaves++
      }
    }
    if (session.node === null) this.#observe(event)
  }

  #tellCrowd(room: Room<R>): void {
    const { untoldJoins: joined, untoldLeaves: left } = room
    room.untoldJoins = room.untoldLeaves = 0
    room.audience.tell({ kind: 'crowd', at: this.#now(), room: room.name, joined, left }, null)
  }

  /** R2, C12. */
  #emptied(room: Room<R>): void {
    this.#telling.recent.forget(room)
    if (room !== this.#defaultRoom) this.#rooms.delete(room)
  }
}

function crowdMs(room: Room<Recipient>): number {
  return CROWD_MS * Math.max(1, room.members.size / MEMBERS_TOLD_A_SECOND)
}
