/**
 * Tells the other nodes what this node's people do: which record goes where, and whether anybody there is concerned at all. What
 * becomes of the bytes is `outgoing.ts`'s.
 */

import type { DirectEvent, EditedEvent, MessageEvent, ReceiptEvent, Recipient } from '../../hub/events.js'
import type { RecentMessage } from '../../hub/recent-messages.js'
import type { Replication } from '../../hub/replication.js'
import type { Room, Session } from '../../hub/session.js'
import type { Subject } from '../bus.js'
import type { PersonRef, PresenceOp, SpokenOp } from './ops.js'
import type { Actor, Outgoing } from './outgoing.js'
import type { OwnPeople, OwnPerson } from './own-people.js'
import { nodeSubject, type RoomInterest, roomSubject } from './room-interest.js'

export interface ReplicatorOptions<R extends Recipient> {
  readonly outgoing: Outgoing
  readonly own: OwnPeople<R>
  readonly rooms: RoomInterest
  /** Whether what is said is kept for nodes that come later, and so always said. */
  readonly isDurable: boolean
  /** Whether a node that is out of sight was to hear that room: it is told by the numbers what it has missed. */
  readonly isAwaited: (room: string) => boolean
  /** Told after each thing that somebody has said. */
  readonly said: (session: Session<R>) => void
  /** Whether somebody's name may soon be surely theirs, so that what they say can wait for it. */
  readonly mayHold: () => boolean
  readonly numberOf: (session: Session<R>) => PersonRef | null
  /** Has a name. @returns whether it is surely theirs */
  readonly isSure: (person: OwnPerson<R>) => boolean
  /** What others who do not know them have to be told. */
  readonly introduction: (person: OwnPerson<R>) => Iterable<PresenceOp>
  /** The name is nobody's here any more. */
  readonly freed: (name: string) => void
  readonly released: (name: string) => void
}

/** So much of what somebody says waits until their name is surely theirs; with `durable`, more. */
const MAX_HELD = 64
const MAX_HELD_DURABLE = 10_000

export class Replicator<R extends Recipient> implements Replication<R> {
  readonly #options: ReplicatorOptions<R>
  readonly #outgoing: Outgoing
  readonly #own: OwnPeople<R>
  readonly #rooms: RoomInterest
  readonly #maxHeld: number
  /** The relay's own. */
  readonly #voice: Actor = { lastChannel: null }

  constructor(options: ReplicatorOptions<R>) {
    this.#options = options
    this.#outgoing = options.outgoing
    this.#own = options.own
    this.#rooms = options.rooms
    this.#maxHeld = options.isDurable ? MAX_HELD_DURABLE : MAX_HELD
  }

  came(session: Session<R>): void {
    const person = this.#own.add(session)
    if (this.#options.isSure(person)) this.introduce(person)
  }

  renamed(session: Session<R>, formerName: string): void {
    const person = this.#own.of(session)
    if (person === undefined) return
    const { freed, isSure } = this.#options
    const wasConfirmed = person.isConfirmed
    if (isSure(person)) {
      if (wasConfirmed) this.#tell(person, { kind: 'renamed', who: person.number, name: session.name })
      else this.introduce(person)
    } else if (wasConfirmed) {
      this.#tell(person, { kind: 'gone', who: person.number, reason: 'left' })
      this.#own.doubt(person)
    }
    freed(formerName)
  }

  joined(session: Session<R>, room: Room<R>): void {
    if (room.here === 1) this.#rooms.enter(room.name)
    const origin = room.originOf(session)
    this.#presence(session, (who) => ({ kind: 'joined', who, room: room.name, ...origin }))
  }

  left(session: Session<R>, room: Room<R>, reason: string): void {
    this.#presence(session, (who) => ({ kind: 'left', who, room: room.name, reason }))
    if (room.here === 0) this.#rooms.leave(room.name)
  }

  gone(session: Session<R>, reason: string): void {
    const person = this.#own.of(session)
    if (person === undefined) return
    if (person.isConfirmed) this.#tell(person, { kind: 'gone', who: person.number, reason })
    else this.#dropHeld(person)
    this.#own.delete(person)
    this.#options.freed(session.name)
  }

  statusSet(session: Session<R>): void {
    this.#presence(session, (who) => ({ kind: 'status', who, status: session.status }))
  }

  visibilitySet(session: Session<R>, { name: room, isPrivate }: Room<R>): void {
    this.#presence(session, (who) => ({ kind: 'visibility', who, room, isPrivate }))
  }

  blocked(session: Session<R>, name: string): void {
    this.#presence(session, (who) => ({ kind: 'blocked', who, name }))
  }

  unblocked(session: Session<R>, name: string): void {
    this.#presence(session, (who) => ({ kind: 'unblocked', who, name }))
  }

  said(session: Session<R>, room: Room<R>, event: MessageEvent): void {
    if (!this.#concerns(room.name)) return
    this.#say(session, [roomSubject(room.name)], (who) => {
      const { id, at, name, dialect, text, saidAt } = event
      return { kind: 'message', who, id, at, name, dialect, text, saidAt }
    })
  }

  toldDirectly(session: Session<R>, people: ReadonlySet<Session<R>>, event: DirectEvent): void {
    const refs: PersonRef[] = []
    for (const person of people) {
      const ref = this.#options.numberOf(person)
      if (ref !== null) refs.push(ref)
    }
    this.#say(session, nodesOf(people), (who) => {
      const { id, at, name, dialect, text, saidAt } = event
      return { kind: 'direct', who, id, at, name, dialect, text, saidAt, people: refs }
    })
  }

  followed(
    actor: Session<R>,
    { room, sender, people }: RecentMessage<R>,
    event: EditedEvent | ReceiptEvent,
  ): void {
    const subjects: Subject[] = []
    if (room === null) subjects.push(...nodesOf([sender, ...people]))
    else {
      if (this.#concerns(room.name)) subjects.push(roomSubject(room.name))
      // They hear of it after leaving too.
      if (!room.members.has(sender)) subjects.push(...nodesOf([sender]))
    }
    if (subjects.length === 0) return
    const { id, at } = event
    this.#say(actor, subjects, (who) =>
      event.kind === 'edited'
        ? { kind: 'edited', who, id, at, text: event.text }
        : { kind: 'receipt', who, id, at },
    )
  }

  released(name: string): void {
    this.#options.released(name)
  }

  /** Whoever's name is surely theirs from now on is known to the others, and so is what they have said meanwhile. */
  introduce(person: OwnPerson<R>): void {
    this.#own.confirm(person)
    for (const op of this.#options.introduction(person)) this.#tell(person, op)
    const { held } = person
    person.held = []
    for (const say of held) say()
  }

  /** Whose name is not surely theirs will not have it soon: what they have said is lost to others, and counted there. */
  dropAllHeld(): void {
    for (const person of this.#own.all()) this.#dropHeld(person)
  }

  #dropHeld(person: OwnPerson<R>): void {
    const { held } = person
    person.held = []
    for (const say of held) say()
  }

  #presence(session: Session<R>, op: (who: number) => PresenceOp): void {
    const person = this.#own.of(session)
    if (person?.isConfirmed === true) this.#tell(person, op(person.number))
  }

  #tell(person: OwnPerson<R>, op: PresenceOp): void {
    this.#outgoing.add('all', op, person)
  }

  /** @param op given the speaker's number, when it is certain */
  #say(session: Session<R>, subjects: readonly Subject[], op: (who: number) => SpokenOp): void {
    const person = this.#own.of(session)
    if (person === undefined) {
      this.#outgoing.addToAll(subjects, op(0), this.#voice)
      return
    }
    this.#options.said(session)
    if (person.isConfirmed) {
      this.#outgoing.addToAll(subjects, op(person.number), person)
      return
    }
    if (person.held.length >= this.#maxHeld || !this.#options.mayHold()) {
      for (const subject of subjects) this.#outgoing.skip(subject)
      return
    }
    person.held.push(() => {
      if (person.isConfirmed) this.#outgoing.addToAll(subjects, op(person.number), person)
      else for (const subject of subjects) this.#outgoing.skip(subject)
    })
  }

  #concerns(room: string): boolean {
    const { isDurable, isAwaited } = this.#options
    return isDurable || this.#rooms.isElsewhere(room) || isAwaited(room)
  }
}

function nodesOf<R extends Recipient>(people: Iterable<Session<R>>): Subject[] {
  const nodes = new Set<string>()
  for (const { node } of people) if (node !== null) nodes.add(node)
  return Array.from(nodes, nodeSubject)
}
