/** Somebody on a sendto server under test who speaks messages. */

import type { CheckContext } from '../check.js'
import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import {
  LIST,
  LOGIN,
  type Message,
  message,
  OK,
  parsed,
  RESPONSE,
  SENDTO,
  shown,
  shownMessage,
  sorted,
  wholeMessage,
} from './wire.js'

const STATUS_WORDS = ['ok', 'failure', 'malformed']

export class Person {
  readonly peer: RawPeer
  readonly name: string

  private constructor(peer: RawPeer, name: string) {
    this.peer = peer
    this.name = name
  }

  /** A new connection, with a name to log in under. */
  static async connect(context: CheckContext, name = context.freshName()): Promise<Person> {
    return new Person(await context.connect(), name)
  }

  static async login(context: CheckContext, name?: string): Promise<Person> {
    const person = await Person.connect(context, name)
    await person.asks(message(LOGIN, person.name), OK, 'the name is free')
    await context.settled()
    return person
  }

  send(...messages: readonly Buffer[]): void {
    this.peer.write(Buffer.concat(messages))
  }

  async next(expected: string): Promise<Message> {
    return parsed(await this.peer.takeUnit(wholeMessage, expected))
  }

  /** Sends one message, which gets this RESPONSE and nothing before it. */
  async asks(sent: Buffer, status: number, why: string): Promise<void> {
    this.send(sent)
    await this.expectStatus(status, why)
  }

  async expectStatus(status: number, why: string): Promise<void> {
    const expected = `RESPONSE ${status} (${STATUS_WORDS[status]}: ${why})`
    const came = await this.next(expected)
    if (came.type !== RESPONSE || came.text.length !== 1 || came.text[0] !== status) {
      throw new CheckFailure(expected, shown(came))
    }
    if (came.name.length > 0) throw new CheckFailure('RESPONSE without a name', shown(came))
  }

  async expectSaid(sender: string, text: string): Promise<void> {
    const expected = shownMessage(SENDTO, sender, text)
    const came = await this.next(expected)
    const same = came.type === SENDTO && came.name.equals(Buffer.from(sender))
    if (!same || !came.text.equals(Buffer.from(text))) throw new CheckFailure(expected, shown(came))
  }

  /** S3: asks who is here. The names must be sorted and each there once. */
  async list(): Promise<string[]> {
    this.send(message(LIST))
    return this.listed()
  }

  /** Puts the messages of one answer together. */
  async listed(): Promise<string[]> {
    let text = ''
    do {
      const came = await this.next('LIST with names')
      if (came.type !== LIST || came.name.length > 0) throw new CheckFailure('LIST with names', shown(came))
      text += came.text.toString('latin1')
    } while (text.endsWith('\n'))
    const names = text === '' ? [] : text.split('\n')
    const expected = sorted(names)
    if (names.some((name, at) => name !== expected[at] || name === '' || name === names[at - 1])) {
      const came = shownMessage(LIST, '', text)
      throw new CheckFailure('LIST with names that are sorted by byte value, one a line, each once', came)
    }
    return names
  }

  async expectListed(names: readonly string[], others: readonly string[] = []): Promise<void> {
    const listed = await this.list()
    const missing = names.find((name) => !listed.includes(name))
    if (missing !== undefined) throw new CheckFailure(`LIST with ${missing}`, `LIST without ${missing}`)
    const there = others.find((name) => listed.includes(name))
    if (there !== undefined) throw new CheckFailure(`LIST without ${there}`, `LIST with ${there}`)
  }

  /** Nothing has come that was not taken: the next message is the answer to this question. */
  async expectNothingMore(): Promise<void> {
    await this.list()
  }
}

/** Two who are logged in. */
export async function pair(context: CheckContext): Promise<[Person, Person]> {
  return [await Person.login(context), await Person.login(context)]
}
