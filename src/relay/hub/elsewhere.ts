/**
 * What people of other nodes do, as it is told to this node's hub: in the words of `Replication`, in which their own hubs tell
 * it. Everybody of this node whom it concerns is told as if they were here. It was asked and recorded where they are, so no hook
 * hears of it and nothing is observed.
 *
 * Nodes hear of each other's changes a little later, and in different orders. So whoever is gone already does nothing, and what
 * two nodes may have decided at once is settled by rules that come out the same on each of them.
 */

import type { DirectEvent, EditedEvent, MessageEvent, Recipient, Status } from './events.js'
import type { Names } from './names.js'
import type { Presence } from './presence.js'
import type { Rooms } from './rooms.js'
import { type RoomOrigin, Session } from './session.js'
import type { Telling } from './telling.js'

/** Somebody of another node. */
export interface Newcomer {
  readonly name: string
  readonly dialect: string
  /** See `Session.refersToMessages`. */
  readonly refersToMessages: boolean
  readonly node: string
}

/** Somebody who is not known here, or is the relay's voice there. */
export interface Author {
  readonly name: string
  readonly dialect: string
}

export interface ElsewhereOptions<R extends Recipient> {
  readonly names: Names<R>
  readonly rooms: Rooms<R>
  readonly telling: Telling<R>
  readonly presence: Presence<R>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** See `HubOptions`. */
  readonly heard?: ((event: MessageEvent | EditedEvent) => void) | undefined
}

export class Elsewhere<R extends Recipient> {
  readonly #names: Names<R>
  readonly #rooms: Rooms<R>
  readonly #telling: Telling<R>
  readonly #presence: Presence<R>
  readonly #now: () => number
  readonly #heard: ((event: MessageEvent | EditedEvent) => void) | null
  /** How many are known. */
  size = 0
  /** See `Hub.isChanging`. */
  isChanging = false

  constructor({ names, rooms, telling, presence, now, heard }: ElsewhereOptions<R>) {
    this.#heard = heard ?? null
    this.#names = names
    this.#rooms = rooms
    this.#telling = telling
    this.#presence = presence
    this.#now = now
  }

  /**
   * N1: has that name from now on. Whoever of another node had it has gone, and it was not heard of yet.
   * @returns `null` while somebody of this node has it: then it has to be settled first who goes
   */
  came({ name, dialect, refersToMessages, node }: Newcomer): Session<R> | null {
    if (!this.#free(name)) return null
    const session = new Session<R>(name, dialect, null, refersToMessages, node)
    this.#presence.came(session)
    this.size++
    return session
  }

  /** @returns whether it is called that now: not while somebody of this node is, nor when it is gone */
  renamed(session: Session<R>, name: string): boolean {
    if (!this.#names.isLive(session)) return false
    if (session.name === name) return true
    if (!this.#free(name)) return false
    this.#presence.rename(session, name)
    return true
  }

  /**
   * Two nodes may make one room at once. Then the one that was made first counts, as long as who made it is in it: by when
   * that was and what they were called.
   * @returns whether it is in the room now: not when it is gone
   */
  joined(session: Session<R>, roomName: string, origin: RoomOrigin): boolean {
    if (!this.#names.isLive(session)) return false
    const known = this.#rooms.get(roomName)
    if (known?.members.has(session) === true) return true
    const { founding, isFounder, isPrivate } = origin
    const claim = isFounder ? { session, founding, founder: session.name, isPrivate } : null
    if (known !== undefined) {
      this.#presence.join(session, known)
      if (claim !== null) this.#presence.claimed(known, claim)
      return true
    }
    const room = this.#rooms.make(roomName, claim)
    this.#rooms.setPrivate(room, isPrivate)
    this.#presence.join(session, room)
    return true
  }

  left(session: Session<R>, roomName: string, reason: string): void {
    const room = this.#rooms.get(roomName)
    if (room !== undefined) this.#presence.leave(session, room, reason)
  }

  /** Leaves what rooms it is in, and its name is free. */
  gone(session: Session<R>, reason: string): void {
    if (!this.#names.isLive(session)) return
    // All at once: they may be thousands.
    const { rooms } = session
    session.rooms = []
    for (const room of rooms) this.#presence.leave(session, room, reason)
    this.#presence.gone(session)
    session.lastRoom = null
    this.size--
  }

  statusSet(session: Session<R>, status: Status): void {
    if (this.#names.isLive(session) && session.status !== status) this.#presence.setStatus(session, status)
  }

  /** R4: counts as long as nobody has made the room before them, which they may not have heard of. */
  visibilitySet(session: Session<R>, roomName: string, isPrivate: boolean): void {
    const room = this.#rooms.get(roomName)
    if (room !== undefined) this.#presence.setPrivate(session, room, isPrivate)
  }

  /** @param author may be gone: they had said it before */
  said(author: Session<R> | Author, event: MessageEvent): void {
    const room = this.#rooms.get(event.room)
    if (room === undefined || room.here === 0) return
    this.isChanging = true
    const session = sessionOf(author)
    const unheard = this.#telling.blocks.blockersOf(session)
    this.#telling.say(session, room, event, unheard)
    this.#telling.remember(session, room, event.id, unheard)
    this.#heard?.(event)
    this.isChanging = false
  }

  /**
   * @param people all whom it went to: those of this node are told, and the others remembered for receipts and edits
   * @param event `to` is whoever is told
   */
  direct(sender: Session<R> | Author, people: readonly Session<R>[], event: DirectEvent): void {
    this.isChanging = true
    const session = sessionOf(sender)
    const blockers = this.#telling.blocks.blockersOf(session)
    // C11: there may be a block that the sender's node had not heard of.
    const hearing = new Set(people.filter((person) => blockers?.has(person) !== true))
    for (const { name, recipientHere } of hearing) {
      recipientHere?.receive(name === event.to ? event : { ...event, to: name }, null)
    }
    this.#telling.rememberDirect(session, hearing, event.id)
    this.isChanging = false
  }

  /** C8. @param session whose message it is */
  edited(session: Session<R>, id: string, text: string, at: number): void {
    const message = this.#telling.recent.get(id)
    if (message === undefined) return
    this.isChanging = true
    const { name, dialect } = session
    const room = message.room?.name ?? null
    const event = { kind: 'edited', id, at, room, name, dialect, text } as const
    this.#telling.follow(message, session, event)
    this.#heard?.(event)
    this.isChanging = false
  }

  /** C7. @param session who has received it */
  acknowledged(session: Session<R>, id: string, at: number): void {
    const message = this.#telling.recent.get(id)
    if (message === undefined || !this.#telling.recent.receive(message, session)) return
    this.isChanging = true
    const { name, dialect } = session
    const room = message.room?.name ?? null
    this.#telling.follow(message, session, { kind: 'receipt', id, at, room, name, dialect })
    this.isChanging = false
  }

  /** C11. */
  blocked(session: Session<R>, name: string): void {
    if (!this.#names.isLive(session)) return
    this.isChanging = true
    this.#telling.block(session, name, this.#names.get(name) ?? null, this.#now())
    this.isChanging = false
  }

  unblocked(session: Session<R>, name: string): void {
    this.#telling.blocks.delete(session, name, this.#names.get(name))
  }

  /** @returns whether nobody of this node has the name; whoever of another one has it is gone then */
  #free(name: string): boolean {
    const holder = this.#names.get(name)
    if (holder === undefined) return true
    if (holder.node === null) return false
    this.gone(holder, 'left')
    return true
  }
}

/** Blocks by name hold for whoever it is. */
function sessionOf<R extends Recipient>(author: Session<R> | Author): Session<R> {
  if (author instanceof Session) return author
  return new Session<R>(author.name, author.dialect, null, false)
}
