/**
 * Somebody on a json-irc server under test: reads objects, and passes over what strangers do in rooms. Which names
 * are the check's own is told by the party that they belong to.
 */

import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { type Fields, object, parsed, shown, wholeObject } from './wire.js'

/** What must come: a text exactly so, or one like this. */
export type Wanted = { readonly [Name in keyof Fields]?: string | RegExp }

export const ERROR = /^Error: ./

/** What the people of one check know in common. */
export interface Company {
  /** The names of the check; more may come. */
  readonly names: ReadonlySet<string>
  /** As in `CheckContext`. */
  settled(): Promise<void>
}

export class Person {
  readonly peer: RawPeer
  readonly name: string
  readonly #company: Company

  constructor(company: Company, peer: RawPeer, name: string) {
    this.#company = company
    this.peer = peer
    this.name = name
  }

  send(command: string, fields: Partial<Fields> = {}): void {
    this.peer.write(object(command, { nickname: this.name, ...fields }))
  }

  say(room: string, message: string): void {
    this.send('/broadcast', { room, message })
  }

  direct(to: string, message: string): void {
    this.send('/direct', { room: to, message })
  }

  /** The next object that is this check's business. */
  async next(expected: string): Promise<Fields> {
    for (;;) {
      const one = parsed(await this.peer.takeUnit(wholeObject, expected))
      if (!this.#isOthers(one)) return one
    }
  }

  /** The next object is like this. @returns it */
  async expect(wanted: Wanted): Promise<Fields> {
    const expected = Object.entries(wanted)
      .map(
        ([name, want]) =>
          `${name} ${want instanceof RegExp ? `like ${want}` : shownBytes(Buffer.from(want))}`,
      )
      .join(', ')
    const came = await this.next(expected)
    for (const [name, want] of Object.entries(wanted) as [keyof Fields, string | RegExp][]) {
      const good = want instanceof RegExp ? want.test(came[name]) : came[name] === want
      if (!good) throw new CheckFailure(expected, shown(came))
    }
    return came
  }

  /** J9: the error reply to that. */
  async expectError(command: string, room: string): Promise<void> {
    await this.expect({ command, nickname: '', room, message: ERROR })
  }

  async expectSaid(from: Person, room: string, message: string): Promise<void> {
    await this.expect({ command: '/broadcast', nickname: from.name, room, message })
  }

  async expectDirect(from: Person, message: string): Promise<void> {
    await this.expect({ command: '/direct', nickname: from.name, room: this.name, message })
  }

  async expectJoined(name: string, room: string): Promise<void> {
    await this.expect({ command: '/join', nickname: name, room, message: `${name} has joined room ${room}` })
  }

  async expectLeft(name: string, room: string): Promise<void> {
    await this.expect({
      command: '/leaveRoom',
      nickname: name,
      room,
      message: `${name} has left room ${room}`,
    })
  }

  /** From here on, whoever speaks there is heard. */
  async join(room: string): Promise<void> {
    this.send('/join', { room })
    await this.expect({ command: '/joinSuccess', room, message: `successfully joined room ${room}` })
    await this.#company.settled()
  }

  /** J3: the public rooms, with what names them in the answer. */
  async rooms(): Promise<string[]> {
    this.send('/listRooms')
    return this.#list(/^(\/listRooms|\/joinSuccess)$/, '')
  }

  /** J4: who is in a room, or on the server. */
  async members(room = ''): Promise<string[]> {
    this.send('/roomMembers', { room })
    return this.#list(/^(listMembers|\/roomMembers)$/, room)
  }

  /** The connection stays, and nothing else has come: a question is answered next. */
  async expectStays(): Promise<void> {
    const names = await this.members()
    if (!names.includes(this.name)) {
      throw new CheckFailure(`a list of members with ${this.name} in it`, names.slice(0, 20).join(' '))
    }
  }

  /** J9: an error reply, and the end. */
  async expectErrorAndEnd(): Promise<void> {
    await this.expect({ nickname: '', message: ERROR })
    await this.peer.closed()
  }

  /** More than one answer where a list does not fit one: all but the last end in a line feed. */
  async #list(command: RegExp, room: string): Promise<string[]> {
    let text = ''
    do text += (await this.expect({ command, room })).message
    while (text.endsWith('\n'))
    return text === '' ? [] : text.split('\n')
  }

  #isOthers({ command, nickname }: Fields): boolean {
    return ROOM_EVENTS.has(command) && !this.#company.names.has(nickname) && nickname !== ''
  }
}

const ROOM_EVENTS = new Set(['/join', '/leaveRoom', '/broadcast'])
