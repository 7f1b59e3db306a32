/**
 * Somebody on a chatroom server under test: reads lines, and passes over what other people on the server do. Which
 * names are the check's own is told by the company that they are in.
 */

import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import {
  blockedBy,
  fieldsOf,
  isStatusLine,
  lineOf,
  MESSAGE_FAILED,
  NO_HEADER,
  OK,
  type Said,
  SENT,
  SERVER_ERROR,
  sameFields,
  TIME_OF_DAY,
  wholeLine,
} from './wire.js'

/** What the people of one check know in common. */
export interface Company {
  /** The names of this check. */
  readonly names: readonly string[]
  /** How messages come from this server, which its board tells; unknown until one has come. */
  push: 'verb' | 'bare' | null
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

  /** Sends lines in one write. */
  send(...lines: readonly string[]): void {
    this.peer.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** The next line that is this check's business. */
  async next(expected: string): Promise<string> {
    for (;;) {
      const line = lineOf(await this.peer.takeUnit(wholeLine, expected))
      if (!this.#isOthers(line)) return line
    }
  }

  /** The next line is exactly this one. */
  async expect(line: string): Promise<void> {
    const came = await this.next(line)
    if (came !== line) throw new CheckFailure(line, shownLine(came))
  }

  /** Asks, and is answered with this status line; what that means for others holds for them from here on. */
  async ask(request: string, status: string): Promise<void> {
    this.send(request)
    const expected = `${status} for ${shownLine(request)}`
    const came = await this.next(expected)
    if (came !== status) throw new CheckFailure(expected, shownLine(came))
    await this.#company.settled()
  }

  /** The next line is this verb with exactly these fields; their JSON alone for the verb ''. */
  async expectPush(verb: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const expected = `${verb} ${JSON.stringify(fields)}`.trimStart()
    const line = await this.next(expected)
    const came = fieldsOf(verb, line)
    if (came === null || !sameFields(came, fields)) throw new CheckFailure(expected, shownLine(line))
  }

  /** The next line is this verb with JSON. */
  async push(verb: string): Promise<Readonly<Record<string, unknown>>> {
    const line = await this.next(`${verb} {…}`)
    const fields = fieldsOf(verb, line)
    if (fields === null) throw new CheckFailure(`${verb} {…}`, shownLine(line))
    return fields
  }

  /** The JSON of a SEND of this person's, to everyone unless `fields` say otherwise. */
  said(fields: Partial<Said> = {}): string {
    const usual = { sender: this.name, header: '@everyone', timestamp: '1:02 pm', message: 'Hi' }
    return JSON.stringify({ ...usual, ...fields })
  }

  /** C6: says something. @returns the id that the server gives it */
  async say(fields: Partial<Said> = {}): Promise<string> {
    await this.ask(`SEND ${this.said(fields)}`, SENT)
    return this.sentId(fields)
  }

  /** C6: what follows the status line. */
  async sentId({ header = '@everyone', timestamp = '1:02 pm' }: Partial<Said> = {}): Promise<string> {
    const expected = `SENT {"messageId":"…","timestamp":${JSON.stringify(timestamp)},"header":${JSON.stringify(header)}}`
    const line = await this.next(expected)
    const fields = fieldsOf('SENT', line)
    const id = fields?.messageId
    if (
      typeof id !== 'string' ||
      id === '' ||
      !sameFields(fields ?? {}, { messageId: id, timestamp, header })
    ) {
      throw new CheckFailure(expected, shownLine(line))
    }
    return id
  }

  /** Whether the server is one for clients that expect bare messages (C14–C16). */
  get isBare(): boolean {
    return this.#company.push === 'bare'
  }

  /** C4, C15: what a SEND that names nobody is answered with. */
  get noHeader(): string {
    return this.isBare ? MESSAGE_FAILED : NO_HEADER
  }

  /** C6, C14: the next line is what `from` said, behind the verb or as the JSON alone. */
  async expectSaid(from: Person, id: string, fields: Partial<Said> = {}): Promise<void> {
    const usual = { sender: from.name, header: '@everyone', timestamp: '1:02 pm', message: 'Hi' }
    const message: Said = { ...usual, ...fields }
    if (this.isBare) await this.expectPush('', { ...message, header: bareHeader(message.header) })
    else await this.expectPush('SEND', { ...message, messageId: id })
  }

  /** C8, C16: the next line is that the message `id` of `from` says `text`. @param header as it was sent to this person */
  async expectEdited(from: Person, id: string, text: string, header = '@everyone'): Promise<void> {
    if (this.isBare) await this.#expectBare(from.name, header, `(edited) ${text}`)
    else await this.expectPush('EDIT', { message_id: id, message: text, sender: from.name, edited: true })
  }

  /** C11, C16: the next line is that `blocker` has blocked this person. */
  async expectBlocked(blocker: Person): Promise<void> {
    const fields = blockedBy(blocker.name)
    if (this.isBare) await this.#expectBare(blocker.name, `@${this.name}`, fields.message)
    else await this.expectPush('BLOCKED', fields)
  }

  /** C10, C16: the next line is how `other` is to be found; nothing where it is not pushed. */
  async expectStatus(other: Person, status: string): Promise<void> {
    if (!this.isBare) await this.expectPush('USERSTATUS', { username: other.name, status })
  }

  /** C7, C16: the next line is the receipt of `receiver`; nothing where it is not pushed. */
  async expectReceipt(id: string, receiver: Person): Promise<void> {
    if (this.isBare) return
    const came = await this.push('RECEIVED')
    const { timestamp } = came
    const wanted = { message_id: id, receiver: receiver.name, timestamp }
    if (sameFields(came, wanted) && TIME_OF_DAY.test(String(timestamp))) return
    throw new CheckFailure(
      `RECEIVED ${JSON.stringify({ ...wanted, timestamp: 'h:mm am' })}`,
      JSON.stringify(came),
    )
  }

  /** C9, C15: asks who is there. @returns `null` when the server knows of no such room */
  async boardOf(room: string): Promise<Readonly<Record<string, unknown>> | null> {
    this.send(room === '' ? 'USERBOARD' : `USERBOARD ${room}`)
    const expected = '200 OK and USERBOARD {…}, or 200 BOARD {…}'
    const line = await this.next(expected)
    if (line === SERVER_ERROR) return null
    const bare = fieldsOf('200 BOARD', line)
    this.#company.push ??= bare === null ? 'verb' : 'bare'
    if (bare !== null) return bare
    if (line !== OK) throw new CheckFailure(expected, shownLine(line))
    return this.push('USERBOARD')
  }

  /** C9, C15: asks who is in the default room. */
  async board(): Promise<Readonly<Record<string, unknown>>> {
    const board = await this.boardOf('')
    if (board === null) throw new CheckFailure('the board of the default room', SERVER_ERROR)
    return board
  }

  /** C17: asks which rooms there are. @returns `null` when the server has none */
  async rooms(): Promise<readonly string[] | null> {
    this.send('ROOMS')
    const expected = '200 OK and ROOMS {"rooms":[…]}, or 500 SERVER ERROR of a server without rooms'
    const line = await this.next(expected)
    if (line === SERVER_ERROR) return null
    if (line !== OK) throw new CheckFailure(expected, shownLine(line))
    const { rooms } = await this.push('ROOMS')
    if (Array.isArray(rooms) && rooms.every((room) => typeof room === 'string')) return rooms
    throw new CheckFailure('ROOMS {"rooms":[…]}', `ROOMS ${JSON.stringify({ rooms })}`)
  }

  /** The connection stays, and nothing of this check's business has come before. */
  async expectStays(): Promise<void> {
    await this.board()
  }

  /** Nothing that is this check's business comes within the time that counts as nothing. */
  async expectNothing(expected = 'nothing'): Promise<void> {
    const end = performance.now() + this.peer.options.quietMs
    while (performance.now() < end) {
      if (this.peer.received.length === 0) {
        const quiet = await this.peer.nothing().then(
          () => true,
          () => false,
        )
        if (quiet) return
      }
      const line = lineOf(await this.peer.takeUnit(wholeLine, expected))
      if (!this.#isOthers(line)) throw new CheckFailure(expected, shownLine(line))
    }
  }

  /** The server closes, and no line of this check's business comes before. */
  async expectClosed(withinMs?: number): Promise<void> {
    await this.peer.closed('the connection to be closed', withinMs)
    while (wholeLine(this.peer.received) > 0) {
      const line = lineOf(await this.peer.takeUnit(wholeLine, ''))
      if (!this.#isOthers(line)) throw new CheckFailure('nothing more and the end', shownLine(line))
    }
  }

  /** C16: the next line is a bare message with the relay's own time. */
  async #expectBare(sender: string, header: string, message: string): Promise<void> {
    const wanted = { sender, header: bareHeader(header), timestamp: 'h:mm am', message }
    const line = await this.next(JSON.stringify(wanted))
    const came = fieldsOf('', line)
    const { timestamp } = came ?? {}
    if (came !== null && sameFields(came, { ...wanted, timestamp }) && TIME_OF_DAY.test(String(timestamp)))
      return
    throw new CheckFailure(JSON.stringify(wanted), shownLine(line))
  }

  /** A push in which no name of this check occurs. Answers are never others'. */
  #isOthers(line: string): boolean {
    if (isStatusLine(line) || /^(USERBOARD|SENT|ROOMS) /.test(line)) return false
    return !this.#company.names.some((name) => line.includes(name))
  }
}

/** C14. */
function bareHeader(header: string): string {
  return header === '@everyone' ? '@all' : header
}

function shownLine(line: string): string {
  return shownBytes(Buffer.from(line))
}
