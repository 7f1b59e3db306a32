/**
 * Who is here, who is in which room, and what was said. Owns sessions, names and rooms; events go out through
 * the audiences and recipients that it is given. Knows no sockets, bytes or dialects, and nothing in it
 * waits: a call has happened when it returns, which is what makes claims atomic (N3) and order plain (M5).
 *
 * What is asked of it is for people of this node. Those of others are known to it as well (`elsewhere`), and everybody
 * is in the same rooms; what its own people did goes to `replication`, where there is one.
 */

import { Asking } from './asking.js'
import { Elsewhere } from './elsewhere.js'
import type { Audience, EditedEvent, HubEvent, MessageEvent, Recipient, Status } from './events.js'
import type { Hooks } from './hooks.js'
import { Messages } from './messages.js'
import { type ClaimRefusal, Names } from './names.js'
import { Presence } from './presence.js'
import type { RecentLimits } from './recent-messages.js'
import type { Replication } from './replication.js'
import { Rooms } from './rooms.js'
import { type Room, Session } from './session.js'
import { Telling } from './telling.js'
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
  /** Sees what people of other nodes said in rooms that somebody of this one is in, after it was told. */
  readonly heard?: ((event: MessageEvent | EditedEvent) => void) | undefined
  /** Who is asked before something happens; without it nobody is. */
  readonly hooks?: Hooks<R> | undefined
  /** Names that nobody can have from now on. Who has one already keeps it. */
  readonly isForbiddenName?: ((name: string) => boolean) | undefined
  /** Hears what people of this node did, for those of others. */
  readonly replication?: Replication<R> | null | undefined
  /** Ends the ids of messages (M1): letters and digits, other ones for each node. */
  readonly idSuffix?: string | undefined
}

export class Hub<R extends Recipient> {
  readonly defaultRoom: Room<R>
  /** What people say to each other. */
  readonly messages: Messages<R>
  /** Which rooms there are, and who is in them. */
  readonly rooms: Rooms<R>
  /** Where people of other nodes come in. */
  readonly elsewhere: Elsewhere<R>
  readonly #now: () => number
  readonly #names: Names<R>
  readonly #presence: Presence<R>
  readonly #hooks: Hooks<R> | null
  readonly #replication: Replication<R> | null
  readonly #asking: Asking<R>

  constructor(options: HubOptions<R>) {
    const { now, recent, defaultRoom, announceUpTo, later, observe } = options
    this.#now = now
    this.#hooks = options.hooks ?? null
    this.#replication = options.replication ?? null
    this.#asking = new Asking(this.#hooks)
    const names = new Names<R>(options.isForbiddenName)
    const rooms = new Rooms<R>(options.audience, (name) => names.get(name)?.status ?? 'online')
    const telling = new Telling<R>(names, recent, now)
    this.#names = names
    this.rooms = rooms
    this.messages = new Messages(names, telling, options)
    this.defaultRoom = rooms.make(defaultRoom, null)
    const parts = { names, rooms, telling, now }
    const { defaultRoom: always } = this
    this.#presence = new Presence<R>({ ...parts, defaultRoom: always, announceUpTo, later, observe })
    this.elsewhere = new Elsewhere<R>({ ...parts, presence: this.#presence, heard: options.heard })
  }

  /** Those of this node; `elsewhere.size` are the others. */
  get sessionCount(): number {
    return this.#names.size - this.elsewhere.size
  }

  /** In a room with more members than this, joins and leaves are told as one line a second. */
  get announceUpTo(): number {
    return this.#presence.announceUpTo
  }

  set announceUpTo(members: number) {
    this.#presence.announceUpTo = members
  }

  /**
   * Whether a change is under way; also after one that threw, because then it is half done: names, rooms and audiences may
   * disagree for everybody, and it is better to end than to go on.
   */
  get isChanging(): boolean {
    return this.#presence.isChanging || this.messages.isChanging || this.elsewhere.isChanging
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
    const session = new Session(name, dialect, recipient, refersToMessages)
    const held = this.#names.release(recipient)
    this.#presence.came(session)
    this.#replication?.came(session)
    if (held !== null && held !== name) this.#replication?.released(held)
    return session
  }

  /** The name is taken for everybody but `holder` from now on, who is not here yet (C1). @returns why not, or `null` */
  hold(name: string, holder: R): ClaimRefusal | null {
    const refusal = this.#names.refusal(name, holder)
    if (refusal !== null) return refusal
    const held = this.#names.release(holder)
    this.#names.hold(name, holder)
    if (held !== null && held !== name) this.#replication?.released(held)
    return null
  }

  /** What `holder` holds is free again. */
  release(holder: R): void {
    const held = this.#names.release(holder)
    if (held !== null) this.#replication?.released(held)
  }

  /** X6: the new name is claimed before the old one is free. @returns why not, or `null` */
  rename(session: Session<R>, name: string): ClaimRefusal | null {
    const refusal = this.#names.refusal(name, session.recipient)
    if (refusal !== null) return refusal
    if (!this.#names.isLive(session) || !this.#asking.mayBeCalled(session, name)) return 'invalid'
    const formerName = session.name
    const held = this.#names.release(session.recipient)
    this.#presence.rename(session, name)
    this.#replication?.renamed(session, formerName)
    if (held !== null && held !== name) this.#replication?.released(held)
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

  /** Whether somebody of this node has that name, or holds it. */
  isTakenHere(name: string): boolean {
    return this.#names.get(name)?.node === null || this.#names.isHeld(name)
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
    const room = known ?? this.#made(roomName, session)
    this.#presence.join(session, room)
    this.#replication?.joined(session, room)
    return room
  }

  /** Leaves one room. The last one out takes it along (R2). @param reason a close reason's label */
  leave(session: Session<R>, room: Room<R>, reason: string): void {
    if (!this.#presence.leave(session, room, reason)) return
    // When all leave, that they are gone says enough.
    if (!this.#presence.isEnding) this.#replication?.left(session, room, reason)
    this.#hooks?.left(session, room.name, reason)
  }

  /** R4, X9: whether the room is in listings. @returns whether the session may say so: only its creator may */
  setPrivate(session: Session<R>, room: Room<R>, isPrivate: boolean): boolean {
    if (room.creator !== session || !room.members.has(session)) return false
    this.#presence.setPrivate(session, room, isPrivate)
    this.#replication?.visibilitySet(session, room)
    return true
  }

  #made(name: string, session: Session<R>): Room<R> {
    return this.rooms.make(name, { session, founding: this.#now(), founder: session.name, isPrivate: false })
  }

  /** C10: tells the session's rooms when it is another status than before. */
  setStatus(session: Session<R>, status: Status): void {
    if (session.status === status) return
    this.#presence.setStatus(session, status)
    this.#replication?.statusSet(session)
  }

  /**
   * Ends a session: out of its rooms, then free its name, so that nobody can take the name before the others
   * heard of the leave (N3). Ending one twice does nothing. @param reason a close reason's label
   */
  end(session: Session<R>, reason: string): void {
    if (!this.#names.isLive(session)) return
    // All at once: they may be thousands.
    const { rooms } = session
    session.rooms = []
    for (const room of rooms) this.leave(session, room, reason)
    const { name, dialect, recipient } = session
    this.#presence.gone(session)
    this.#replication?.gone(session, reason)
    this.#hooks?.gone({ name, dialect, recipient }, reason)
  }

  /** From now on nobody is told who leaves: when all do, that would be everyone times everyone. */
  endQuietly(): void {
    this.#presence.isEnding = true
  }
}
