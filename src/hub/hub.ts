/**
 * Who is here, who is in which room, and what was said. Owns sessions, names and rooms; events go out through
 * the audiences and recipients that it is given. Knows no sockets, bytes or dialects, and nothing in it
 * waits: a call has happened when it returns, which is what makes claims atomic (N3) and order plain (M5).
 */

import type { Audience, HubEvent, JoinedEvent, LeftEvent, Recipient } from './events.js'
import { MessageIds } from './message-ids.js'
import { Room, Session } from './session.js'
import { byBytes, isName, isRoomName } from './text.js'

export interface HubOptions<R extends Recipient> {
  /** Makes the audience of a room that comes into being. */
  readonly audience: (room: string) => Audience<R>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The room that always exists (R1, R2). */
  readonly defaultRoom: string
  /** In a room with more members than this, joins and leaves are told as one line a second. */
  readonly announceUpTo: number
  /** Calls back once after so many milliseconds. */
  readonly later: (callback: () => void, delayMs: number) => void
  /** Sees every event once, after it was told: logs and counters. */
  readonly observe: (event: HubEvent) => void
}

/** How often a room too large for announcements hears how many came and went. */
const CROWD_MS = 1000

/** Why a claim failed; a session otherwise. */
export type ClaimRefusal = 'taken' | 'invalid'

export class Hub<R extends Recipient> {
  readonly defaultRoom: Room<R>
  readonly #audience: (room: string) => Audience<R>
  readonly #now: () => number
  readonly #observe: (event: HubEvent) => void
  readonly #announceUpTo: number
  readonly #later: (callback: () => void, delayMs: number) => void
  readonly #ids: MessageIds
  // N4: maps, so that `__proto__` is a name like any other.
  readonly #sessions = new Map<string, Session<R>>()
  readonly #rooms = new Map<string, Room<R>>()
  #sortedNames: readonly string[] | null = null

  constructor(options: HubOptions<R>) {
    this.#audience = options.audience
    this.#now = options.now
    this.#observe = options.observe
    this.#announceUpTo = options.announceUpTo
    this.#later = options.later
    this.#ids = new MessageIds(options.now)
    this.defaultRoom = this.#makeRoom(options.defaultRoom)
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  get roomCount(): number {
    return this.#rooms.size
  }

  /** N1–N3: a session under `name`, unless somebody has it or it is not a name. */
  claim(name: string, dialect: string, recipient: R): Session<R> | ClaimRefusal {
    if (!isName(name)) return 'invalid'
    if (this.#sessions.has(name)) return 'taken'
    const session = new Session(name, dialect, recipient)
    this.#sessions.set(name, session)
    this.#sortedNames = null
    return session
  }

  /** Everybody's name, sorted. The array is shared and not to be changed; it is a new one after a change. */
  names(): readonly string[] {
    this.#sortedNames ??= [...this.#sessions.keys()].sort(byBytes)
    return this.#sortedNames
  }

  /** R2, R3: enters a room, making it if need be. `null` when it is not a room name, or the session has ended. */
  join(session: Session<R>, roomName: string): Room<R> | null {
    if (!isRoomName(roomName) || !this.#lives(session)) return null
    const room = this.#rooms.get(roomName) ?? this.#makeRoom(roomName)
    if (room.members.has(session)) return room
    room.members.add(session)
    session.rooms.add(room)
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
    session.rooms.delete(room)
    room.audience.remove(session.recipient)
    const { name, dialect } = session
    const event = { kind: 'left', at: this.#now(), room: room.name, name, dialect, reason } as const
    this.#announce(room, event, session.recipient)
    this.#observe(event)
    if (room.members.size === 0 && room !== this.defaultRoom) this.#rooms.delete(room.name)
  }

  /**
   * Says `text` to a room. The text is taken as it is: whoever calls has refused what must not pass (M3).
   * @returns the message's id (M1), or `null` when the session is not in that room
   */
  say(session: Session<R>, room: Room<R>, text: string): string | null {
    if (!room.members.has(session)) return null
    const id = this.#ids.next()
    const { name, dialect } = session
    const event = { kind: 'message', id, at: this.#now(), room: room.name, name, dialect, text } as const
    room.audience.tell(event, session.recipient)
    this.#observe(event)
    return id
  }

  /** Says `text` to one person. @returns the message's id, or `null` when nobody has that name or the session has ended */
  direct(session: Session<R>, to: string, text: string): string | null {
    const target = this.#sessions.get(to)
    if (target === undefined || !this.#lives(session)) return null
    const id = this.#ids.next()
    const { name, dialect } = session
    const event = { kind: 'direct', id, at: this.#now(), name, dialect, to, text } as const
    target.recipient.receive(event, session.recipient)
    this.#observe(event)
    return id
  }

  /**
   * Ends a session: out of its rooms, then free its name, so that nobody can take the name before the others
   * heard of the leave (N3). Ending one twice does nothing. @param reason a close reason's label
   */
  end(session: Session<R>, reason: string): void {
    if (!this.#lives(session)) return
    for (const room of session.rooms) this.leave(session, room, reason)
    this.#sessions.delete(session.name)
    this.#sortedNames = null
  }

  /** Ends every session at once. They are not told of each other: that would be everyone times everyone. */
  endAll(reason: string): void {
    for (const room of this.#rooms.values()) {
      for (const session of room.members) room.audience.remove(session.recipient)
    }
    for (const session of [...this.#sessions.values()]) this.end(session, reason)
  }

  /** Tells a room who came or went: one by one, or as a crowd, where that would be everyone times everyone. */
  #announce(room: Room<R>, event: JoinedEvent | LeftEvent, actor: R): void {
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

  /** Somebody else may have the name of a session that has ended. */
  #lives(session: Session<R>): boolean {
    return this.#sessions.get(session.name) === session
  }

  #makeRoom(name: string): Room<R> {
    const room = new Room(name, this.#audience(name))
    this.#rooms.set(name, room)
    return room
  }
}
