/**
 * This node's people, as the others are told of them: by numbers, and only once their names are surely theirs. Until then
 * what they say waits, for a moment; they are told of as they are then.
 */

import type { Recipient } from '../../hub/events.js'
import type { Session } from '../../hub/session.js'
import type { PresenceOp } from './ops.js'
import type { Actor, Channel } from './outgoing.js'

/** Somebody of this node. */
export class OwnPerson<R extends Recipient> implements Actor {
  readonly session: Session<R>
  /** Another one whenever the others have to take them for somebody new. */
  number: number
  /** Whether the name is theirs among all nodes, and the others know. */
  isConfirmed = false
  lastChannel: Channel | null = null
  /** What they did since, in order. */
  held: (() => void)[] = []

  constructor(session: Session<R>, number: number) {
    this.session = session
    this.number = number
  }
}

export class OwnPeople<R extends Recipient> {
  readonly #people = new Map<Session<R>, OwnPerson<R>>()
  readonly #byNumber = new Map<number, OwnPerson<R>>()
  #numbers = 0
  /** How many the others know of. */
  confirmed = 0

  /** How many have their names on trial. */
  get unsure(): number {
    return this.#people.size - this.confirmed
  }

  add(session: Session<R>): OwnPerson<R> {
    const person = new OwnPerson(session, ++this.#numbers)
    this.#people.set(session, person)
    this.#byNumber.set(person.number, person)
    return person
  }

  delete(person: OwnPerson<R>): void {
    if (person.isConfirmed) this.confirmed--
    this.#people.delete(person.session)
    this.#byNumber.delete(person.number)
  }

  of(session: Session<R>): OwnPerson<R> | undefined {
    return this.#people.get(session)
  }

  /** Whom others mean by a number. */
  numbered(number: number): OwnPerson<R> | undefined {
    return this.#byNumber.get(number)
  }

  all(): Iterable<OwnPerson<R>> {
    return this.#people.values()
  }

  confirm(person: OwnPerson<R>): void {
    if (!person.isConfirmed) this.confirmed++
    person.isConfirmed = true
  }

  /** The others take them for gone: when they are told of again, it is somebody new. */
  doubt(person: OwnPerson<R>): void {
    if (person.isConfirmed) this.confirmed--
    person.isConfirmed = false
    person.lastChannel = null
    this.#byNumber.delete(person.number)
    person.number = ++this.#numbers
    this.#byNumber.set(person.number, person)
  }
}

/** What others have to be told of somebody whom they do not know. */
export function* introduction<R extends Recipient>(
  { session, number: who }: OwnPerson<R>,
  blocked: Iterable<string>,
): Iterable<PresenceOp> {
  const { name, dialect, refersToMessages, status } = session
  yield { kind: 'came', who, name, dialect, refersToMessages }
  if (status !== 'online') yield { kind: 'status', who, status }
  for (const room of session.rooms) {
    yield { kind: 'joined', who, room: room.name, ...room.originOf(session) }
  }
  for (const name of blocked) yield { kind: 'blocked', who, name }
}
