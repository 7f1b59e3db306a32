/** The people of one check. */

import type { Check, CheckContext } from '../check.js'
import { Person } from './person.js'
import { OK } from './wire.js'

export class Party {
  readonly #context: CheckContext
  /** The names of this check. */
  readonly names: string[] = []
  /** How messages come from this server; unknown until a board has come. */
  push: 'verb' | 'bare' | null = null

  constructor(context: CheckContext) {
    this.#context = context
  }

  /** A name of this check. */
  name(): string {
    const name = this.#context.freshName()
    this.names.push(name)
    return name
  }

  /** As in `CheckContext`. */
  settled(): Promise<void> {
    return this.#context.settled()
  }

  /** Somebody who has not joined yet. @param name who they will be */
  async connect(name = this.name()): Promise<Person> {
    return new Person(this, await this.#context.connect(), name)
  }

  /** Somebody who has joined. */
  async join(name = this.name()): Promise<Person> {
    const person = await this.connect(name)
    await person.ask(`JOIN ${name}`, OK)
    // It tells the form in which everything else comes.
    if (this.push === null) await person.board()
    return person
  }

  async pair(): Promise<[Person, Person]> {
    const first = await this.join()
    const second = await this.join()
    await first.expectPush('JOIN', entered(second.name))
    return [first, second]
  }

  async three(): Promise<[Person, Person, Person]> {
    const [first, second] = await this.pair()
    const third = await this.join()
    for (const one of [first, second]) await one.expectPush('JOIN', entered(third.name))
    return [first, second, third]
  }
}

export function chatroomCheck(rule: string, title: string, run: (party: Party) => Promise<void>): Check {
  return { rule, title, run: (context) => run(new Party(context)) }
}

/** C3. */
export function entered(username: string) {
  return { username, message: `${username} has entered the chat` }
}

/** C3. */
export function left(username: string) {
  return { username, message: `${username} has left the chat` }
}
