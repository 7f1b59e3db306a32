/**
 * Who is here, who is in which room, and what was said. Owns sessions, names and rooms; events go out through
 * the audiences and recipients that it is given. Knows no sockets, bytes or dialects, and nothing in it
 * waits: a call has happened when it returns, which is what makes claims atomic (N3) and order plain (M5).
 */

import { Asking } from './asking.js'
import type { Audience, HubEvent, JoinedEvent, LeftEvent, Recipient, RoomEvent, Status } from './events.js'
import type { Hooks } from './hooks.js'
import { Messages } from './messages.js'
import { type ClaimRefusal, Names } from './names.js'
import type { RecentLimits } from './recent-messages.js'
import { Rooms } from './rooms.js'
import { type Room, Session } from './session.js'
import { isRoomName } from './text.js'

export interface HubOptions<R extends Recipient> {
  /** Makes the audience of a room that comes into being. */
  readonly audience: (room: string) => Audience<R>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The room that always exists (R1, R2). */
  readonly defaultRoom: string
  /** See `Hub.announceUpTo`. */
  readonly announceUpTo: number
  /** How long and how much of what was said can be referred to (C8, C13). */
  readonly recent: RecentLimits
  /** Calls back once after so many milliseconds. */
  readonly later: (callback: () => void, delayMs: number) => void
  /** Sees every event once, after it was told: logs and counters. */
  readonly observe: (event: HubEvent) => void
  /** Who is asked before something happens; without it nobody is. */
  readonly hooks?: Hooks<R> | undefined
  /** Names that nobody can have from now on. Who has one already keeps it. */
  readonly isForbiddenName?: ((name: string) => boolean) | undefined
}

/** How often a room too large for announcements hears how many came and went. */
const CROWD_MS = 1000

export class Hub<R extends Recipient> {
  readonly defaultRoom: Room<R>
  /** What people say to each other. */
  readonly messages: Messages<R>
  /** Which rooms there are, and who is in them. */
  readonly rooms: Rooms<R>
  /** In a room with more members than this, joins and leaves are told as one line a second. */
  announceUpTo: number
  readonly #now: () => number
  readonly #observe: (event: HubEvent) => void
  readonly #later: (callback: () => void, delayMs: number) => void
  readonly #names: Names<R>
  readonly #hooks: Hooks<R> | null
  readonly #asking: Asking<R>
  #isChanging = false
  #isEnding = false

  constructor(options: HubOptions<R>) {
    this.#now = options.now
    this.#observe = options.observe
    this.announceUpTo = options.announceUpTo
    this.#later = options.later
    this.#hooks = options.hooks ?? null
    this.#asking = new Asking(this.#hooks)
    this.#names = new Names<R>(options.isForbiddenName)
    this.messages = new Messages(this.#names, options)
    this.rooms = new Rooms(options.audience, (name) => this.#names.get(name)?.status ?? 'online')
    this.defaultRoom = this.rooms.make(options.defaultRoom, null)
  }

  get sessionCount(): number {
    return this.#names.size
  }

  /**
   * Whether a change is under way; also after one that threw, because then it is half done: names, rooms and audiences may
   * disagree for everybody, and it is better to end than to go on.
   */
  get isChanging(): boolean {
    return this.#isChanging || this.messages.isChanging
  }

  /**
   * N1–N3: a session under `name`, unless somebody has it or it is not a name.
   * @param refersToMessages whether the session will `edit` and `acknowledge`
   * @param entering the room that it will `join` at once, where the dialect has it so: who may not enter it cannot have
   *   the name either
   */
  claim(
    name: string,
    dialect: string,
    recipient: R,
    refersToMessages = false,
    entering: string | null = null,
  ): Session<R> | ClaimRefusal {
    const refusal = this.#names.refusal(name, recipient)
    if (refusal !== null) return refusal
    if (!this.#asking.mayComeIn({ name, dialect, recipient }, entering)) return 'invalid'
    this.#isChanging = true
    const session = new Session(name, dialect, recipient, refersToMessages)
    this.#names.add(name, session)
    this.#isChanging = false
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
    if (!this.#names.isLive(session) || !this.#asking.mayBeCalled(session, name)) return 'invalid'
    this.#isChanging = true
    const formerName = session.name
    this.#names.add(name, session)
    session.name = name
    const { dialect } = session
    for (const room of session.rooms) {
      room.names?.deleted(formerName)
      room.names?.added(name)
      room.board = null
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
    this.#isChanging = false
    return null
  }

  /** Everybody's name, sorted. The array is shared and not to be changed; it is a new one after a change. */
  names(): readonly string[] {
    return this.#names.sorted()
  }

  /** Who has that name. */
  session(name: string): Session<R> | undefined {
    return this.#names.get(name)
  }

  /** Whether somebody has that name; one that is only held is nobody's yet. */
  isHere(name: string): boolean {
    return this.#names.get(name) !== undefined
  }

  /** Everybody who is here. */
  sessions(): Iterable<Session<R>> {
    return this.#names.sessions()
  }

  /**
   * Whether the session may enter the room, for dialects that have to know before they leave another one. The `join` that
   * follows does not ask again.
   */
  admits(session: Session<R>, roomName: string): boolean {
    return this.#asking.admits(session, roomName)
  }

  /**
   * R2, R3: enters a room, making it if need be. `null` when it is not a room name, the session has ended, or may not
   * enter it.
   */
  join(session: Session<R>, roomName: string): Room<R> | null {
    if (!isRoomName(roomName) || !this.#names.isLive(session)) return null
    const known = this.rooms.get(roomName)
    if (known?.members.has(session) === true) return known
    if (!this.#asking.mayJoin(session, roomName)) return null
    this.#isChanging = true
    const room = known ?? this.rooms.make(roomName, session)
    room.members.set(session, this.messages.nextSequence())
    room.names?.added(session.name)
    room.board = null
    // A push would make place for sixteen, and most are in one.
    if (session.rooms.length === 0) session.rooms = [room]
    else session.rooms.push(room)
    if (session.refersToMessages) room.referring++
    room.audience.add(session.recipient)
    const { name, dialect } = session
    const event = { kind: 'joined', at: this.#now(), room: roomName, name, dialect } as const
    this.#announce(room, event, session.recipient)
    this.#observe(event)
    this.#isChanging = false
    return room
  }

  /** Leaves one room. The last one out takes it along (R2). @param reason a close reason's label */
  leave(session: Session<R>, room: Room<R>, reason: string): void {
    if (!room.members.delete(session)) return
    this.#isChanging = true
    room.names?.deleted(session.name)
    room.board = null
    const at = session.rooms.indexOf(room)
    if (at >= 0) session.rooms.splice(at, 1)
    if (room.creator === session) room.creator = null
    if (session.refersToMessages) room.referring--
    room.audience.remove(session.recipient)
    const { name, dialect } = session
    const event = { kind: 'left', at: this.#now(), room: room.name, name, dialect, reason } as const
    this.#announce(room, event, session.recipient)
    this.#observe(event)
    if (room.members.size === 0) this.#emptied(room)
    this.#isChanging = false
    this.#hooks?.left(session, room.name, reason)
  }

  /** R4, X9: whether the room is in listings. @returns whether the session may say so: only its creator may */
  setPrivate(session: Session<R>, room: Room<R>, isPrivate: boolean): boolean {
    if (room.creator !== session || !room.members.has(session)) return false
    this.#isChanging = true
    this.rooms.setPrivate(room, isPrivate)
    const { name, dialect } = session
    this.#tell(room, session, {
      kind: 'visibility',
      at: this.#now(),
      room: room.name,
      name,
      dialect,
      isPrivate,
    })
    this.#isChanging = false
    return true
  }

  /** C10: tells the session's rooms when it is another status than before. */
  setStatus(session: Session<R>, status: Status): void {
    if (session.status === status) return
    this.#isChanging = true
    session.status = status
    const { name, dialect } = session
    // C11: it is something that they say.
    const blockers = this.messages.blockersOf(session)
    for (const room of session.rooms) {
      room.board = null
      const event = { kind: 'status', at: this.#now(), room: room.name, name, dialect, status } as const
      room.audience.tell(event, session.recipient, blockers)
      this.#observe(event)
    }
    this.#isChanging = false
  }

  /**
   * Ends a session: out of its rooms, then free its name, so that nobody can take the name before the others
   * heard of the leave (N3). Ending one twice does nothing. @param reason a close reason's label
   */
  end(session: Session<R>, reason: string): void {
    if (!this.#names.isLive(session)) return
    this.#isChanging = true
    // All at once: they may be thousands.
    const { rooms } = session
    session.rooms = []
    for (const room of rooms) this.leave(session, room, reason)
    this.#isChanging = true
    this.messages.blocks.ended(session)
    this.#names.delete(session.name)
    const { name, dialect, recipient } = session
    session.letGo()
    this.#isChanging = false
    this.#hooks?.gone({ name, dialect, recipient }, reason)
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
    if (this.#isEnding) return
    if (room.members.size <= this.announceUpTo) {
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

  /** R2, C12. */
  #emptied(room: Room<R>): void {
    this.messages.recent.forget(room)
    if (room !== this.defaultRoom) this.rooms.delete(room)
  }
}
