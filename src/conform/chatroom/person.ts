/**
 * Somebody on a chatroom server under test: reads lines, and passes over what other people on the server do. Which
 * names are the check's own is told by the company that they are in.
 */

import { CheckFailure } from '../failure.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { fieldsOf, isStatusLine, lineOf, OK, type Said, SENT, sameFields, wholeLine } from './wire.js'

/** What the people of one check know in common. */
export interface Company {
  /** The names of this check. */
  readonly names: readonly string[]
  /** How messages come from this server; unknown until one has come. */
  push: 'verb' | 'bare' | null
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

  /** Asks, and is answered with this status line. */
  async ask(request: string, status: string): Promise<void> {
    this.send(request)
    const expected = `${status} for ${shownLine(request)}`
    const came = await this.next(expected)
    if (came !== status) throw new CheckFailure(expected, shownLine(came))
  }

  /** The next line is this verb with exactly these fields. */
  async expectPush(verb: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const expected = `${verb} ${JSON.stringify(fields)}`
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

  /** C6: the next line is what `from` said, behind the verb or (push=bare) as the JSON alone, as it was before. */
  async expectSaid(from: Person, id: string, fields: Partial<Said> = {}): Promise<void> {
    const message: Said = {
      sender: from.name,
      header: '@everyone',
      timestamp: '1:02 pm',
      message: 'Hi',
      ...fields,
    }
    const company = this.#company
    const forms = [
      ...(company.push === 'bare'
        ? []
        : ([{ push: 'verb', verb: 'SEND', fields: { ...message, messageId: id } }] as const)),
      ...(company.push === 'verb' ? [] : ([{ push: 'bare', verb: '', fields: message }] as const)),
    ]
    const expected = forms.map(({ verb, fields }) => `${verb} ${JSON.stringify(fields)}`.trim()).join(' or ')
    const line = await this.next(expected)
    const form = forms.find(({ verb, fields }) => sameFields(fieldsOf(verb, line) ?? {}, { ...fields }))
    if (form === undefined) throw new CheckFailure(expected, shownLine(line))
    company.push = form.push
  }

  /** C9: asks who is here. */
  async board(room = ''): Promise<Readonly<Record<string, unknown>>> {
    await this.ask(room === '' ? 'USERBOARD' : `USERBOARD ${room}`, OK)
    return this.push('USERBOARD')
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

  /** A push in which no name of this check occurs. Answers are never others'. */
  #isOthers(line: string): boolean {
    if (isStatusLine(line) || /^(USERBOARD|SENT) /.test(line)) return false
    return !this.#company.names.some((name) => line.includes(name))
  }
}

function shownLine(line: string): string {
  return shownBytes(Buffer.from(line))
}
