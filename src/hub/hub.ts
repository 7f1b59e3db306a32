/**
 * Who is here, who is in which room, and what was said. Owns sessions, names and rooms; events go out through
 * the audiences and recipients that it is given. Knows no sockets, bytes or dialects, and nothing in it
 * waits: a call has happened when it returns, which is what makes claims atomic (N3) and order plain (M5).
 */

import type { Audience, HubEvent, JoinedEvent, LeftEvent, Recipient, RoomEvent, Status } from './events.js'
import { Messages } from './messages.js'
import { type ClaimRefusal, Names } from './names.js'
import type { RecentLimits } from './recent-messages.js'
import { Room, Session } from './session.js'
import { byBytes, isRoomName } from './text.js'

export interface HubOptions<R extends Recipient> {
  /** Makes the audience of a room that comes into being. */
  readonly audience: (room: string) => Audience<R>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The room that always exists (R1, R2). */
  readonly defaultRoom: string
  /** In a room with more members than this, joins and leaves are told as one line a second. */
  readonly announceUpTo: number
  /** How long and how much of what was said can be referred to (C8, C13). */
  readonly recent: RecentLimits
  /** Calls back once after so many milliseconds. */
  readonly later: (callback: () => void, delayMs: number) => void
  /** Sees every event once, after it was told: logs and counters. */
  readonly observe: (event: HubEvent) => void
}

/** How often a room too large for announcements hears how many came and went. */
const CROWD_MS = 1000

export class Hub<R extends Recipient> {
  readonly defaultRoom: Room<R>
  /** What people say to each other. */
  readonly messages: Messages<R>
  readonly #audience: (room: string) => Audience<R>
  readonly #now: () => number
  readonly #observe: (event: HubEvent) => void
  readonly #announceUpTo: number
  readonly #later: (callback: () => void, delayMs: number) => void
  readonly #names = new Names<R>()
  readonly #rooms = new Map<string, Room<R>>()
  #publicRoomNames: readonly string[] | null = null
  #isEnding = false

  constructor(options: HubOptions<R>) {
    this.#audience = options.audience
    this.#now = options.now
    this.#observe = options.observe
    this.#announceUpTo = options.announceUpTo
    this.#later = options.later
    this.messages = new Messages(this.#names, options)
    this.defaultRoom = this.#makeRoom(options.defaultRoom, null)
  }

  get sessionCount(): number {
    return this.#names.size
  }

  get roomCount(): number {
    return this.#rooms.size
  }

  /**
   * N1–N3: a session under `name`, unless somebody has it or it is not a name.
   * @param refersToMessages whether the session will `edit` and `acknowledge`
   */
  claim(name: string, dialect: string, recipient: R, refersToMessages = false): Session<R> | ClaimRefusal {
    const refusal = this.#names.refusal(name, recipient)
    if (refusal !== null) return refusal
    const session = new Session(name, dialect, recipient, refersToMessages)
    this.#names.add(name, session)
    return session
  }

  /** The name is taken for everybody but `holder` from now on, who is not here yet (C1). @returns why not, or `null` */
  hold(name: string, holder: R): ClaimRefusal | null {
    return this.#names.hold(name, holder)
  }

  /** What `holder` holds is free again. */
  release(holder: R): void {
    this.#names.release(holder)
  }

  /** X6: the new name is claimed before the old one is free. @returns why not, or `null` */
  rename(session: Session<R>, name: string): ClaimRefusal | null {
    const refusal = this.#names.refusal(name, session.recipient)
    if (refusal !== null) return refusal
    if (!this.#names.isLive(session)) return 'invalid'
    const formerName = session.name
    this.#names.add(name, session)
    session.name = name
    this.messages.blocks.renamed(formerName, name)
    const { dialect } = session
    for (const room of session.rooms) {
      this.#tell(room, session, {
        kind: 'renamed',
        at: this.#now(),
        room: room.name,
        name,
        formerName,
        dialect,
      })
    }
    this.#names.delete(formerName)
    return null
  }

  /** Everybody's name, sorted. The array is shared and not to be changed; it is a new one after a change. */
  names(): readonly string[] {
    return this.#names.sorted()
  }

  /** Whether somebody has that name; one that is only held is nobody's yet. */
  isHere(name: string): boolean {
    return this.#names.get(name) !== undefined
  }

  /** R4: the rooms that may be listed, sorted. The array is shared and not to be changed. */
  publicRoomNames(): readonly string[] {
    this.#publicRoomNames ??= [...this.#rooms.values()]
      .filter(({ isPrivate }) => !isPrivate)
      .map(({ name }) => name)
      .sort(byBytes)
    return this.#publicRoomNames
  }

  /** The room of that name, private or not; `undefined` when there is none. */
  room(name: string): Room<R> | undefined {
    return this.#rooms.get(name)
  }

  /** The names of a room's members, sorted. */
  memberNames(room: Room<R>): string[] {
    return Array.from(room.members.keys(), ({ name }) => name).sort(byBytes)
  }

  /** R2, R3: enters a room, making it if need be. `null` when it is not a room name, or the session has ended. */
  join(session: Session<R>, roomName: string): Room<R> | null {
    if (!isRoomName(roomName) || !this.#names.isLive(session)) return null
    const room = this.#rooms.get(roomName) ?? this.#makeRoom(roomName, session)
    if (room.members.has(session)) return room
    room.members.set(session, this.messages.nextSequence())
    session.rooms = [...session.rooms, room]
    if (session.refersToMessages) room.referring++
    room.audience.add(session.recipient)
    const { name, dialect } = session
    const event = { kind: 'joined', at: this.#now(), room: roomName, name, dialect } as const
    this.#announce(room, event, session.recipient)
    this.#observe(event)
    return room
  }

  /** Leaves one room. The last one out takes it along (R2). @param reason a close reason's label */
  leave(session: Session<R>, room: Room<R>, reason: string): void {
    if (!room.members.delete(session)) return
    session.rooms = session.rooms.filter((one) => one !== room)
    if (session.refersToMessages) room.referring--
    room.audience.remove(session.recipient)
    const { name, dialect } = session
    const event = { kind: 'left', at: this.#now(), room: room.name, name, dialect, reason } as const
    this.#announce(room, event, session.recipient)
    this.#observe(event)
    if (room.members.size === 0) this.#emptied(room)
  }

  /** R4, X9: whether the room is in listings. @returns whether the session may say so: only its creator may */
  setPrivate(session: Session<R>, room: Room<R>, isPrivate: boolean): boolean {
    if (room.creator !== session || !room.members.has(session)) return false
    room.isPrivate = isPrivate
    this.#publicRoomNames = null
    const { name, dialect } = session
    this.#tell(room, session, {
      kind: 'visibility',
      at: this.#now(),
      room: room.name,
      name,
      dialect,
      isPrivate,
    })
    return true
  }

  /** C10: tells the session's rooms when it is another status than before. */
  setStatus(session: Session<R>, status: Status): void {
    if (session.status === status) return
    session.status = status
    const { name, dialect } = session
    for (const room of session.rooms) {
      this.#tell(room, session, { kind: 'status', at: this.#now(), room: room.name, name, dialect, status })
    }
  }

  /**
   * Ends a session: out of its rooms, then free its name, so that nobody can take the name before the others
   * heard of the leave (N3). Ending one twice does nothing. @param reason a close reason's label
   */
  end(session: Session<R>, reason: string): void {
    if (!this.#names.isLive(session)) return
    for (const room of session.rooms) this.leave(session, room, reason)
    this.messages.blocks.forget(session)
    this.#names.delete(session.name)
  }

  /** From now on nobody is told who leaves: when all do, that would be everyone times everyone. */
  endQuietly(): void {
    this.#isEnding = true
  }

  /** Tells a room what a member did, and records it. */
  #tell(room: Room<R>, session: Session<R>, event: Exclude<RoomEvent, { kind: 'crowd' }>): void {
    room.audience.tell(event, session.recipient)
    this.#observe(event)
  }

  /** Tells a room who came or went: one by one, or as a crowd, where that would be everyone times everyone. */
  #announce(room: Room<R>, event: JoinedEvent | LeftEvent, actor: R): void {
    if (this.#isEnding && event.kind === 'left') return
    if (room.members.size <= this.#announceUpTo) {
      room.audience.tell(event, actor)
      return
    }
    if (room.untoldJoins + room.untoldLeaves === 0) this.#later(() => this.#tellCrowd(room), CROWD_MS)
    if (event.kind === 'joined') room.untoldJoins++
    else room.untoldLeaves++
  }

  #tellCrowd(room: Room<R>): void {
    const { untoldJoins: joined, untoldLeaves: left } = room
    room.untoldJoins = room.untoldLeaves = 0
    room.audience.tell({ kind: 'crowd', at: this.#now(), room: room.name, joined, left }, null)
  }

  #makeRoom(name: string, creator: Session<R> | null): Room<R> {
    const room = new Room(name, this.#audience(name), creator)
    this.#rooms.set(name, room)
    this.#publicRoomNames = null
    return room
  }

  /** R2, C12. */
  #emptied(room: Room<R>): void {
    this.messages.recent.forget(room)
    if (room === this.defaultRoom) return
    this.#rooms.delete(room.name)
    this.#publicRoomNames = null
  }
}
