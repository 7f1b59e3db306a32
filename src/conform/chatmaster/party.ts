/** The people of one check, and how the server at hand speaks: that it speaks in one way only is part of the check. */

import type { CheckContext } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import { type Company, Person } from './person.js'
import { command, isObject, joined, type Package, shown } from './wire.js'

export const REQUEST: Package = { type: 'request', data: { request: 'login' } }
export const TAKEN = 'Username is already taken.'
export const INVALID = 'Username is not valid.'

export class Party implements Company {
  readonly #context: CheckContext
  /** The names of this check, of people and of channels. */
  readonly names: string[] = []
  /** X2: whether a status is a number or a boolean; unknown until there was one. */
  #status: 'number' | 'boolean' | null = null
  /** X13: whether notifications have `parameters`; unknown until there was one. */
  #nested: boolean | null = null

  constructor(context: CheckContext) {
    this.#context = context
  }

  /** A name of this check, for somebody or for a channel. */
  name(): string {
    const name = this.#context.freshName()
    this.names.push(name)
    return name
  }

  /** A connection that has been asked to log in (X1); plain, where the server allows it. */
  async connect(name = this.name()): Promise<Person> {
    const person = new Person(this, await this.#context.connect(), name, false)
    await person.expect(REQUEST)
    // X12: a server that compresses from the start takes nothing else.
    person.compressed = person.heardCompressed
    return person
  }

  /** One that sends plain packages. */
  async connectPlain(): Promise<Person> {
    const person = await this.connect()
    if (person.compressed) throw new NotApplicable('the server compresses everything')
    return person
  }

  /** One that sends compressed packages (X12). */
  async connectCompressed(): Promise<Person> {
    const person = await this.connect()
    person.compressed = true
    person.send(login(' '))
    const came = await person.next('an answer to login')
    if (came.type === 'error') throw new NotApplicable('the server takes no compressed packages')
    expectRefusal(came, INVALID)
    return person
  }

  /** As in `CheckContext`. */
  settled(): Promise<void> {
    return this.#context.settled()
  }

  /** Logs in, and has read the own announcement. @returns the channels of the answer */
  async enter(person: Person, name = person.name): Promise<readonly unknown[]> {
    person.send(login(name))
    const expected = 'a session with status 1 and channels'
    const came = await person.next(expected)
    const { status, channels } = came.data
    if (came.type !== 'session' || status !== 1 || !Array.isArray(channels))
      throw new CheckFailure(expected, shown(came))
    await person.expect(joined(name))
    await this.settled()
    return channels
  }

  /** Somebody who has logged in. */
  async join(): Promise<Person> {
    const person = await this.connect()
    await this.enter(person)
    return person
  }

  /** So many people, who all know of each other. */
  async people(count: 2): Promise<[Person, Person]>
  async people(count: 3): Promise<[Person, Person, Person]>
  async people(count: number): Promise<Person[]> {
    const people: Person[] = []
    for (let one = 0; one < count; one++) {
      const person = await this.join()
      for (const other of people) await other.expect(joined(person.name))
      people.push(person)
    }
    return people
  }

  /** Without the server's options: status as a number (X2), notifications flat (X13). @throws CheckFailure when it mixes */
  plainly(came: Package): Package {
    if (came.type === 'session') return this.#plainStatus(came)
    if (came.type === 'notification') return this.#plainNotification(came)
    return came
  }

  #plainStatus(came: Package): Package {
    const { status, ...more } = came.data
    const kind = typeof status
    if (kind !== 'number' && kind !== 'boolean')
      throw new CheckFailure('a session with a status of 1 or 0, or of true or false', shown(came))
    if (this.#status !== null && this.#status !== kind)
      throw new CheckFailure(`a session with a ${this.#status} for its status, as before`, shown(came))
    this.#status = kind
    return { type: came.type, data: { status: Number(status), ...more } }
  }

  #plainNotification(came: Package): Package {
    const { event_type, parameters, ...more } = came.data
    const nested = isObject(parameters)
    const shape = nested ? Object.keys(more).length === 0 : parameters === undefined
    if (!shape || (this.#nested !== null && this.#nested !== nested)) {
      const how = this.#nested === null ? 'beside its event_type or in parameters' : 'where it stood before'
      throw new CheckFailure(`a notification that says ${how} what happened`, shown(came))
    }
    this.#nested = nested
    return { type: came.type, data: { event_type, ...(nested ? parameters : more) } }
  }
}

export function login(username: unknown): Package {
  return command('login', { username })
}

/** X2. */
export function expectRefusal(came: Package, reason: string): void {
  const { status, reason: given } = came.data
  if (came.type !== 'session' || status !== 0 || given !== reason)
    throw new CheckFailure(`a session with status 0 and ${JSON.stringify(reason)}`, shown(came))
}
