/**
 * Tells this node's hub of other nodes' people. Owns who they are by their numbers, and what becomes of two who have one name: nodes
 * hear of each other in different orders, so the new owner may be heard of before the former one's leave. Then whoever comes
 * later has it, the other waits, and is asked for once the name is free here.
 */

import { CLOSE_REASONS } from '../../hub/close-reason.js'
import type { Recipient } from '../../hub/events.js'
import type { Hub } from '../../hub/hub.js'
import type { Session } from '../../hub/session.js'
import type { PresenceOp } from './ops.js'
import type { Peer, Person } from './peer.js'
import { type Wanted, wantedOf } from './wanted.js'

type Came = Extract<PresenceOp, { kind: 'came' }>
type Joined = Extract<PresenceOp, { kind: 'joined' }>

export interface PresenceOptions<R extends Recipient> {
  readonly hub: Hub<R>
  /** Somebody of this node has the name. @returns whether they gave way, because they had it on trial alone */
  readonly makeWay: (name: string) => boolean
  /** What is known of the node's people is not right any more. */
  readonly outOfDate: (peer: Peer<R>) => void
  /** The node has its first member in a room, or none any more. */
  readonly entered: (peer: Peer<R>, room: string) => void
  readonly emptied: (peer: Peer<R>, room: string) => void
  /** The node itself was lost sight of, with all in that room. */
  readonly lostSight: (peer: Peer<R>, room: string) => void
}

const LEFT = CLOSE_REASONS.left.label

export class Presence<R extends Recipient> {
  readonly #options: PresenceOptions<R>
  readonly #hub: Hub<R>
  readonly #bySession = new Map<Session<R>, Person<R>>()
  /** Who would have a name that somebody else has here. */
  readonly #waiting = new Map<string, Set<Person<R>>>()

  constructor(options: PresenceOptions<R>) {
    this.#options = options
    this.#hub = options.hub
  }

  /** Who a session of another node is there. */
  personOf(session: Session<R>): Person<R> | undefined {
    return this.#bySession.get(session)
  }

  apply(peer: Peer<R>, op: PresenceOp): void {
    if (op.kind === 'came') {
      this.#came(peer, op)
      return
    }
    const person = peer.people.get(op.who)
    if (person === undefined) {
      if (op.kind !== 'gone' && op.kind !== 'left') this.#options.outOfDate(peer)
      return
    }
    const { elsewhere } = this.#hub
    const { session } = person
    switch (op.kind) {
      case 'renamed':
        this.#renamed(person, op.name)
        break
      case 'joined':
        this.#joined(person, op)
        break
      case 'left':
        this.#left(person, op.room, op.reason)
        break
      case 'gone':
        this.#gone(person, op.reason)
        break
      case 'status':
        if (session !== null) elsewhere.statusSet(session, op.status)
        break
      case 'visibility':
        if (session !== null) elsewhere.visibilitySet(session, op.room, op.isPrivate)
        break
      case 'blocked':
        if (session !== null) elsewhere.blocked(session, op.name)
        break
      case 'unblocked':
        if (session !== null) elsewhere.unblocked(session, op.name)
    }
  }

  /** All of the node's people leave. */
  end(peer: Peer<R>, reason: string): void {
    for (const person of peer.people.values()) this.#gone(person, reason, this.#options.lostSight)
  }

  /** The node's people are these: whatever differs is told as if it happened now. */
  replace(peer: Peer<R>, ops: readonly PresenceOp[]): void {
    const wanted = wantedOf(ops)
    for (const person of peer.people.values()) {
      const want = wanted.get(person.number)
      // A name that is not free yet may be that of somebody who is renamed as well.
      if (
        want === undefined ||
        (want.came.name !== person.name && this.#hub.session(want.came.name) !== undefined)
      ) {
        this.#gone(person, LEFT)
      } else if (want.came.name !== person.name) {
        this.#renamed(person, want.came.name)
      }
    }
    for (const want of wanted.values()) this.#become(peer, want)
  }

  /** Nobody has that name here any more: whoever waits for it may be the one. */
  freed(name: string): void {
    const waiting = this.#waiting.get(name)
    if (waiting === undefined || this.#hub.session(name) !== undefined) return
    for (const person of waiting) this.#options.outOfDate(person.peer)
  }

  #become(peer: Peer<R>, want: Wanted): void {
    const { name } = want.came
    let person = peer.people.get(want.came.who)
    if (person === undefined) person = this.#came(peer, want.came)
    else if (person.session === null && this.#hub.session(name) === undefined) {
      this.#gone(person, LEFT)
      person = this.#came(peer, want.came)
    }
    for (const room of [...person.rooms]) {
      if (!this.#isStill(person, room, want.rooms.get(room))) this.#left(person, room, LEFT)
    }
    for (const joined of want.rooms.values()) this.#joined(person, joined)
    const { session } = person
    if (session === null) return
    const { elsewhere, messages } = this.#hub
    elsewhere.statusSet(session, want.status)
    for (const blocked of [...messages.blocks.madeBy(session)]) {
      if (!want.blocks.has(blocked)) elsewhere.unblocked(session, blocked)
    }
    for (const blocked of want.blocks) elsewhere.blocked(session, blocked)
    for (const { room, isPrivate } of want.rooms.values()) {
      elsewhere.visibilitySet(session, room, isPrivate)
    }
  }

  /** Whether somebody is in the room as before: who left it and made it anew is not. */
  #isStill({ session }: Person<R>, name: string, joined: Joined | undefined): boolean {
    if (joined === undefined) return false
    const room = this.#hub.rooms.get(name)
    if (session === null || room === undefined) return true
    const founding = room.claimOf(session)?.founding ?? null
    return founding === (joined.isFounder ? joined.founding : null)
  }

  #came(peer: Peer<R>, { who: number, name, dialect, refersToMessages }: Came): Person<R> {
    const known = peer.people.get(number)
    if (known !== undefined) this.#gone(known, LEFT)
    const person: Person<R> = { peer, number, name, session: null, rooms: [] }
    peer.people.set(number, person)
    if (!this.#isFree(name)) {
      this.#wait(person)
      return person
    }
    const session = this.#hub.elsewhere.came({ name, dialect, refersToMessages, node: peer.id })
    if (session === null) {
      this.#wait(person)
      return person
    }
    person.session = session
    this.#bySession.set(session, person)
    return person
  }

  #renamed(person: Person<R>, name: string): void {
    const { name: formerName, session } = person
    if (formerName === name) return
    if (session === null) {
      // Whether the other name is to be had is seen when they come anew.
      this.#gone(person, LEFT)
      this.#options.outOfDate(person.peer)
      return
    }
    if (this.#isFree(name) && this.#hub.elsewhere.renamed(session, name)) {
      person.name = name
    } else {
      this.#hub.elsewhere.gone(session, LEFT)
      this.#bySession.delete(session)
      person.session = null
      person.name = name
      this.#wait(person)
    }
    this.freed(formerName)
  }

  #joined(person: Person<R>, { room, founding, isFounder, isPrivate }: Joined): void {
    const { peer, rooms, session } = person
    if (!rooms.includes(room)) {
      rooms.push(room)
      const before = peer.rooms.get(room) ?? 0
      peer.rooms.set(room, before + 1)
      if (before === 0) this.#options.entered(peer, room)
    }
    if (session !== null) this.#hub.elsewhere.joined(session, room, { founding, isFounder, isPrivate })
  }

  #left(person: Person<R>, room: string, reason: string): void {
    const { peer, rooms, session } = person
    const at = rooms.indexOf(room)
    if (at < 0) return
    rooms.splice(at, 1)
    if (session !== null) this.#hub.elsewhere.left(session, room, reason)
    this.#countLeft(peer, room, this.#options.emptied)
  }

  #gone(person: Person<R>, reason: string, emptied = this.#options.emptied): void {
    const { peer, number, name, session, rooms } = person
    peer.people.delete(number)
    this.#waitNoMore(person)
    if (session !== null) {
      this.#bySession.delete(session)
      this.#hub.elsewhere.gone(session, reason)
    }
    for (const room of rooms) this.#countLeft(peer, room, emptied)
    if (session !== null) this.freed(name)
  }

  #countLeft(peer: Peer<R>, room: string, emptied: PresenceOptions<R>['emptied']): void {
    const left = (peer.rooms.get(room) ?? 1) - 1
    if (left > 0) {
      peer.rooms.set(room, left)
      return
    }
    peer.rooms.delete(room)
    emptied(peer, room)
  }

  /** @returns whether nobody of this node has the name; whoever of another one has it will have to wait */
  #isFree(name: string): boolean {
    const holder = this.#hub.session(name)
    if (holder === undefined) return true
    if (holder.node === null) return this.#options.makeWay(name)
    const person = this.#bySession.get(holder)
    if (person !== undefined) this.#wait(person)
    return true
  }

  #wait(person: Person<R>): void {
    const { name, session } = person
    if (session !== null) this.#bySession.delete(session)
    person.session = null
    const waiting = this.#waiting.get(name)
    if (waiting === undefined) this.#waiting.set(name, new Set([person]))
    else waiting.add(person)
  }

  #waitNoMore(person: Person<R>): void {
    const waiting = this.#waiting.get(person.name)
    if (waiting?.delete(person) === true && waiting.size === 0) this.#waiting.delete(person.name)
  }
}
