/**
 * Which rooms there are, who may know of them (R4), and who is in them as lists for those who ask. Lists are shared, made
 * when somebody asks, and new ones after a change. Who joins and leaves is the hub's.
 */

import type { Audience, Recipient, Status } from './events.js'
import { type Board, type Claim, Room, type Session } from './session.js'
import { SortedNames } from './sorted-names.js'

export class Rooms<R extends Recipient> {
  readonly #audience: (room: string) => Audience<R>
  readonly #statusOf: (name: string) => Status
  readonly #rooms = new Map<string, Room<R>>()
  readonly #publicNames = new SortedNames(() => this.#namesOfPublic())

  /** @param audience makes that of a new room @param statusOf of somebody who is here */
  constructor(audience: (room: string) => Audience<R>, statusOf: (name: string) => Status) {
    this.#audience = audience
    this.#statusOf = statusOf
  }

  get size(): number {
    return this.#rooms.size
  }

  /** Private ones too. */
  all(): Iterable<Room<R>> {
    return this.#rooms.values()
  }

  /** The room of that name, private or not; `undefined` when there is none. */
  get(name: string): Room<R> | undefined {
    return this.#rooms.get(name)
  }

  /**
   * R4: the room of that name, as far as somebody is to know that it is there: one that is private is for its members.
   * @param session `null` for somebody who has no name yet
   */
  visible(session: Session<R> | null, name: string): Room<R> | undefined {
    const room = this.#rooms.get(name)
    if (room === undefined || !room.isPrivate) return room
    return session !== null && room.members.has(session) ? room : undefined
  }

  /** R4: the rooms that may be listed, sorted. */
  publicNames(): readonly string[] {
    return this.#publicNames.sorted()
  }

  /** The names of a room's members, sorted. */
  memberNames(room: Room<R>): readonly string[] {
    room.names ??= new SortedNames(() => Array.from(room.members.keys(), ({ name }) => name))
    return room.names.sorted()
  }

  /** The same with their statuses (C9). */
  board(room: Room<R>): Board {
    room.board ??= this.memberNames(room).map((name) => [name, this.#statusOf(name)] as const)
    return room.board
  }

  // For the hub.

  /** @param claim of who makes it */
  make(name: string, claim: Claim<R> | null): Room<R> {
    const room = new Room(name, this.#audience(name), claim)
    this.#rooms.set(name, room)
    this.#publicNames.added(name)
    return room
  }

  delete(room: Room<R>): void {
    this.#rooms.delete(room.name)
    if (!room.isPrivate) this.#publicNames.deleted(room.name)
  }

  setPrivate(room: Room<R>, isPrivate: boolean): void {
    if (isPrivate === room.isPrivate) return
    room.isPrivate = isPrivate
    if (isPrivate) this.#publicNames.deleted(room.name)
    else this.#publicNames.added(room.name)
  }

  *#namesOfPublic(): Iterable<string> {
    for (const { name, isPrivate } of this.#rooms.values()) if (!isPrivate) yield name
  }
}
