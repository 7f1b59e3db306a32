/**
 * A chatroom server with one client on it, which is under development: it answers as the page says, amy and zed are
 * there to talk to, and it takes note of every rule that the client keeps or breaks. Some of its lines come glued and
 * some cut in two: a client that expects otherwise shows it.
 */

import type { Verdicts } from '../check.js'
import type { RawPeer } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import { entered } from './party.js'
import { StrictLines } from './strict-lines.js'
import { StrictMessages } from './strict-messages.js'
import { isClean, isMessage, isName, isRoomName, readText } from './strict-requests.js'
import {
  BYE,
  blockedBy,
  INVALID_NAME,
  MESSAGE_FAILED,
  NO_HEADER,
  NO_SUCH_USER,
  OK,
  SENT,
  SERVER_ERROR,
  STATUS_UPDATED,
} from './wire.js'

export function serveStrictly(peer: RawPeer, verdicts: Verdicts): Promise<void> {
  return new StrictServer(peer, verdicts).serve()
}

const OTHERS = ['amy', 'zed']
const DEFAULT_ROOM = 'general'
const STATUSES = ['ONLINE', 'OFFLINE', 'DO_NOT_DISTURB']
/** Of the people who are not there: any will do. */
const TIME = '1:02 pm'
/** What people of other dialects say may be longer than any line that a client sends. */
const LONG_TEXT = 'A "long" story. '.repeat(1024)

class StrictServer {
  readonly #lines: StrictLines
  readonly #verdicts: Verdicts
  /** C1: held, and then joined with. */
  #name: string | null = null
  #joined = false
  #status = 'ONLINE'
  #room = DEFAULT_ROOM
  readonly #blocked = new Set<string>()
  readonly #messages: StrictMessages
  #hasToldStory = false

  constructor(peer: RawPeer, verdicts: Verdicts) {
    this.#lines = new StrictLines(peer, verdicts)
    this.#verdicts = verdicts
    this.#messages = new StrictMessages(this.#lines, verdicts)
  }

  async serve(): Promise<void> {
    for (;;) {
      const line = await this.#lines.next(this.#joined)
      if (line === null) return
      const space = line.indexOf(' ')
      const verb = space === -1 ? line : line.slice(0, space)
      if ((await this.#answer(verb, space === -1 ? '' : line.slice(space + 1))) === 'left') return
    }
  }

  async #answer(verb: string, parameter: string): Promise<'left' | undefined> {
    switch (verb) {
      case 'USERNAME':
        return this.#holdName(parameter)
      case 'JOIN':
        return this.#join(parameter)
      case 'LEAVE':
        return this.#leave(parameter)
      case 'USERBOARD':
        return this.#board(parameter)
    }
    const request = this.#requests.get(verb)
    if (request === undefined) {
      this.#complain('C2', `sent the verb ${shown(verb)}, which there is not`, SERVER_ERROR)
    } else if (!this.#joined || this.#name === null) {
      this.#complain('C2', `sent ${verb} before JOIN was accepted`, SERVER_ERROR)
    } else {
      await request(parameter, this.#name)
    }
    return undefined
  }

  readonly #requests = new Map<string, (parameter: string, name: string) => void | Promise<void>>([
    ['SEND', (parameter, name) => this.#said(parameter, name)],
    ['RECEIVED', (parameter, name) => this.#messages.received(parameter, name)],
    ['EDIT', (parameter) => this.#messages.edit(parameter)],
    ['USERSTATUS', (parameter, name) => this.#setStatus(parameter, name)],
    ['BLOCK', (name) => this.#block('BLOCK', name)],
    ['UNBLOCK', (name) => this.#block('UNBLOCK', name)],
    ['ROOMS', (parameter) => this.#rooms(parameter)],
    ['ENTER', (room) => this.#enter(room)],
  ])

  /** C1, C2. */
  #holdName(name: string): undefined {
    if (this.#joined) return this.#complain('C2', 'sent USERNAME after JOIN', SERVER_ERROR)
    if (!isName(name))
      return this.#complain('C1', `asked for what cannot be a name: ${shown(name)}`, SERVER_ERROR)
    const taken = OTHERS.includes(name)
    this.#verdicts.kept('C1', `asked to hold a name${taken ? ' that is taken' : ''}: ${name}`)
    if (!taken) this.#name = name
    this.#lines.send(taken ? SERVER_ERROR : OK)
  }

  /** C1–C3. */
  async #join(parameter: string): Promise<undefined> {
    if (this.#joined) return this.#complain('C2', 'sent a second JOIN', SERVER_ERROR)
    const name = parameter === '' ? this.#name : parameter
    if (name === null) return this.#complain('C1', 'sent JOIN without any name', INVALID_NAME)
    if (!isName(name))
      return this.#complain('C1', `asked for what cannot be a name: ${shown(name)}`, INVALID_NAME)
    if (OTHERS.includes(name)) {
      this.#verdicts.kept('C1', `asked for a name that is taken: ${name}`)
      this.#lines.send(INVALID_NAME)
      return
    }
    this.#verdicts.kept('C1', `joined as ${name}`)
    this.#name = name
    this.#joined = true
    // The answer and what comes after it in one piece, and then a line that is cut in two.
    this.#lines.send(OK, `JOIN ${JSON.stringify(entered('zed'))}`)
    await this.#push('@everyone', `Hello ${name}`)
  }

  /** C3: nothing follows LEAVE. */
  async #leave(name: string): Promise<'left' | undefined> {
    if (name !== '' && name !== this.#name)
      return this.#complain('C3', `sent LEAVE with another name: ${shown(name)}`, NO_SUCH_USER)
    this.#verdicts.kept('C3', 'left with LEAVE')
    this.#lines.send(BYE)
    await this.#lines.end()
    return 'left'
  }

  /** C9. */
  #board(room: string): undefined {
    if (room !== '' && room !== this.#room && room !== DEFAULT_ROOM) {
      this.#verdicts.kept('C9', 'asked for the board of a room that there is not')
      this.#lines.send(SERVER_ERROR)
      return
    }
    this.#verdicts.kept('C9', 'asked who is here')
    const people = [
      ...OTHERS.map((name) => [name, 'ONLINE']),
      ...(this.#joined ? [[this.#name, this.#status]] : []),
    ]
    this.#lines.send(OK, `USERBOARD ${JSON.stringify(Object.fromEntries(people))}`)
  }

  /** C4–C6. */
  async #said(json: string, name: string): Promise<undefined> {
    const fields = readText(json, ['sender', 'timestamp', 'message'])
    if ('wrong' in fields) return this.#complain('C5', `sent SEND with ${fields.wrong}`, MESSAGE_FAILED)
    if (fields.sender !== name)
      return this.#complain('C5', `sent SEND as ${shown(fields.sender)}, being ${name}`, MESSAGE_FAILED)
    const given = readText(json, ['header'])
    const header = 'wrong' in given ? '' : given.header
    const headers = header.split(/\s+/).filter((word) => word.startsWith('@'))
    if (headers.length === 0) return this.#complain('C4', 'sent SEND without a header', NO_HEADER)
    const { timestamp, message } = fields
    if (!isClean(timestamp) || !isClean(header))
      return this.#complain('M3', 'sent SEND with a control character', MESSAGE_FAILED)
    if (!isMessage(message.replace(/[\r\n\0]+$/, '')))
      return this.#complain('C5', `sent SEND with what is no message: ${shown(message)}`, MESSAGE_FAILED)
    const everyone = headers.includes('@everyone')
    const to = headers.map((word) => word.slice(1))
    const missing = to.find((one) => one !== name && !OTHERS.includes(one))
    if (!everyone && missing !== undefined) {
      this.#verdicts.kept('C4', 'sent something to somebody who is not here')
      this.#lines.send(SERVER_ERROR)
      return
    }
    this.#verdicts.kept('C4', everyone ? 'said something to everyone' : 'said something to people alone')
    const messageId = this.#messages.own()
    this.#lines.send(SENT, `SENT ${JSON.stringify({ messageId, timestamp, header })}`)
    const answering = everyone ? 'amy' : to.find((one) => OTHERS.includes(one))
    if (answering === undefined || this.#blocked.has(answering)) return
    this.#lines.send(
      `RECEIVED ${JSON.stringify({ message_id: messageId, receiver: answering, timestamp: TIME })}`,
    )
    await this.#push(everyone ? '@everyone' : `@${name}`, 'I hear you', answering)
    if (!everyone || this.#hasToldStory || this.#blocked.has('zed')) return
    this.#hasToldStory = true
    await this.#push('@everyone', LONG_TEXT, 'zed', 'a message of 16 KiB')
  }

  /** C10. */
  #setStatus(parameter: string, name: string): undefined {
    const words = parameter.split(' ').filter((word) => word !== '')
    const own = words[0] === name ? words.slice(1) : words
    const [status = 'ONLINE'] = own
    if (own.length > 1 || !STATUSES.includes(status))
      return this.#complain('C10', `sent USERSTATUS with ${shown(parameter)}`, SERVER_ERROR)
    this.#verdicts.kept('C10', `set its status to ${status}`)
    this.#status = status
    this.#lines.send(STATUS_UPDATED, `USERSTATUS ${JSON.stringify({ username: 'zed', status })}`)
  }

  /** C11. */
  #block(verb: 'BLOCK' | 'UNBLOCK', name: string): void {
    if (!OTHERS.includes(name)) {
      this.#verdicts.kept('C11', `sent ${verb} with somebody who is not here`)
      this.#lines.send(NO_SUCH_USER)
      return
    }
    this.#verdicts.kept('C11', verb === 'BLOCK' ? 'blocked somebody' : 'unblocked somebody')
    if (verb === 'BLOCK') this.#blocked.add(name)
    else this.#blocked.delete(name)
    // Zed takes it badly, so that the client is seen to be told.
    this.#lines.send(OK, ...(verb === 'BLOCK' ? [`BLOCKED ${JSON.stringify(blockedBy('zed'))}`] : []))
  }

  /** C17. */
  #rooms(parameter: string): undefined {
    if (parameter !== '')
      return this.#complain('C17', `sent ROOMS with something behind it: ${shown(parameter)}`, SERVER_ERROR)
    this.#verdicts.kept('C17', 'asked which rooms there are')
    const rooms = [...new Set([this.#room, DEFAULT_ROOM])].sort()
    this.#lines.send(OK, `ROOMS ${JSON.stringify({ rooms })}`)
  }

  /** C17: everybody goes along. */
  #enter(room: string): undefined {
    if (!isRoomName(room)) return this.#complain('C17', `sent ENTER with ${shown(room)}`, SERVER_ERROR)
    const isThere = room === this.#room
    this.#verdicts.kept('C17', isThere ? 'asked for the room that it is in' : 'went to another room')
    this.#room = room
    if (isThere) this.#lines.send(SERVER_ERROR)
    else this.#lines.send(OK, ...OTHERS.map((name) => `JOIN ${JSON.stringify(entered(name))}`))
  }

  #complain(rule: string, what: string, status: string): undefined {
    this.#verdicts.broken(rule, what)
    this.#lines.send(status)
  }

  /** C6: a message of somebody else, in two pieces. */
  async #push(header: string, message: string, sender = 'amy', what = 'a message'): Promise<void> {
    const messageId = this.#messages.theirs(what)
    await this.#lines.sendCut(
      `SEND ${JSON.stringify({ sender, header, timestamp: TIME, messageId, message })}`,
    )
  }
}

function shown(text: string): string {
  return shownBytes(Buffer.from(text))
}
