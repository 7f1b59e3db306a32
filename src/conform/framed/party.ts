/** The people of one check, and how the server at hand speaks: what its options are is found out first. */

import type { CheckContext } from '../check.js'
import { CheckFailure } from '../failure.js'
import { Person } from './person.js'
import type { Ways } from './ways.js'
import { type Frame, JOIN, LEAVE, MESSAGE, parsed, shown, wholeFrame } from './wire.js'

export class Party implements Ways {
  readonly #context: CheckContext
  readonly names: string[] = []
  joinReply: Ways['joinReply'] = 'frame'
  greeting: Ways['greeting'] = 'off'
  style: Ways['style'] = null

  private constructor(context: CheckContext) {
    this.#context = context
  }

  /** Somebody comes in, sees how the server answers, and leaves. */
  static async begin(context: CheckContext): Promise<Party> {
    const party = new Party(context)
    await party.#scout()
    return party
  }

  /** A name of this check. */
  name(): string {
    const name = this.#context.freshName()
    this.names.push(name)
    return name
  }

  /** A connection that has been greeted (F1) and has no name yet. */
  async connect(name = this.name()): Promise<Person> {
    const person = new Person(this, await this.#context.connect(), name)
    if (this.greeting === 'connect')
      person.greeting = parsed(await person.peer.takeUnit(wholeFrame, GREETING))
    return person
  }

  /** As in `CheckContext`. */
  settled(): Promise<void> {
    return this.#context.settled()
  }

  /** Somebody who was accepted and has read the own announcement. */
  async join(name = this.name()): Promise<Person> {
    const person = await this.connect(name)
    await person.expectStatus(name, 0, 'accepted')
    await person.expect(MESSAGE, joining(name))
    if (this.greeting === 'join') person.greeting = person.passedOver.find(isGreeting) ?? null
    await this.settled()
    return person
  }

  /** Two people, both of whom know of each other. */
  async pair(): Promise<[Person, Person]> {
    const first = await this.join()
    const second = await this.join()
    await first.expect(MESSAGE, joining(second.name))
    return [first, second]
  }

  /** Three people who all know of each other. */
  async three(): Promise<[Person, Person, Person]> {
    const [first, second] = await this.pair()
    const third = await this.join()
    for (const one of [first, second]) await one.expect(MESSAGE, joining(third.name))
    return [first, second, third]
  }

  async #scout(): Promise<void> {
    const name = this.#context.freshName()
    const peer = await this.#context.connect()
    const scout = new Person(this, peer, name)
    scout.send(JOIN, name)
    const expected = 'JOIN 00 (accepted)'
    await peer.until(() => peer.received.length > 0, expected)
    if (peer.received[0] === MESSAGE) {
      await peer.takeUnit(wholeFrame, GREETING)
      this.greeting = 'connect'
    }
    // A bare 00 is followed by a MESSAGE, the announcement, and not by a length.
    await peer.until(() => peer.received.length > 1, expected)
    if (peer.received[0] !== JOIN) {
      throw new CheckFailure(expected, shown(parsed(await peer.takeUnit(wholeFrame, expected))))
    }
    if (peer.received[1] === 0) {
      const answer = parsed(await peer.takeUnit(wholeFrame, expected))
      if (answer.text !== '\0') throw new CheckFailure(expected, shown(answer))
    } else {
      await peer.take(1)
      this.joinReply = 'byte'
    }
    this.names.push(name)
    await scout.expect(MESSAGE, joining(name))
    this.names.pop()
    if (scout.passedOver.some(isGreeting)) this.greeting = 'join'
    scout.send(LEAVE)
    await peer.closed('the connection to be closed after LEAVE')
    await this.settled()
  }
}

const GREETING = 'a MESSAGE that names the commands'

/** F1: names the commands. */
export function isGreeting({ command, text }: Frame): boolean {
  return command === MESSAGE && /join/i.test(text) && /leave/i.test(text) && /list/i.test(text)
}

export function joining(name: string): string {
  return `**${name} is joining the chat**`
}

export function leaving(name: string): string {
  return `**${name} is leaving the chat**`
}
