/** The people and the rooms of one check. */

import type { Check, CheckContext } from '../check.js'
import { Person } from './person.js'

export class Party {
  /** The names of this check. */
  readonly names = new Set<string>()
  readonly #context: CheckContext

  constructor(context: CheckContext) {
    this.#context = context
  }

  /** A name of this check. */
  name(): string {
    const name = this.#context.freshName()
    this.names.add(name)
    return name
  }

  /** A room in which nobody has been. */
  room(): string {
    return `r-${this.#context.freshName()}`
  }

  /** As in `CheckContext`. */
  settled(): Promise<void> {
    return this.#context.settled()
  }

  /** A connection without a nickname; it means to be `name`. */
  async connect(name = this.name()): Promise<Person> {
    return new Person(this, await this.#context.connect(), name)
  }

  /** Somebody with a nickname, in these rooms. */
  async named(...rooms: readonly string[]): Promise<Person> {
    return this.namedAs(this.name(), ...rooms)
  }

  async namedAs(name: string, ...rooms: readonly string[]): Promise<Person> {
    this.names.add(name)
    const person = await this.connect(name)
    person.send('/nick')
    await person.expect({ command: '/nicknameSet', nickname: name, room: '' })
    for (const room of rooms) await person.join(room)
    await this.settled()
    return person
  }

  /** Two people who know of each other, in a room of their own. */
  async pair(): Promise<[Person, Person, room: string]> {
    const room = this.room()
    const first = await this.named(room)
    const second = await this.named(room)
    await first.expectJoined(second.name, room)
    return [first, second, room]
  }
}

/** How the checks of this suite are written down: each has a party of its own. */
export function jsonIrcCheck(rule: string, title: string, run: (party: Party) => Promise<void>): Check {
  return { rule, title, run: (context) => run(new Party(context)) }
}
