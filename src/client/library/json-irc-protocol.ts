/**
 * The json-irc dialect for one connection, in one room at a time. What goes well mostly has no answer, so a command that there is
 * not (J9) follows a direct message: what comes before the error for that is about the message.
 */

import { type BrokenStream, JsonObjectDecoder } from '../../relay/streams/json-objects.js'
import { decodeUtf8 } from '../../relay/streams/utf8.js'
import { type Fields, readFields } from '../json-irc/fields.js'
import { errorOf } from '../json-irc/shown-object.js'
import { DeniedError, NameTakenError, RefusedError } from './errors.js'
import type { Person } from './events.js'
import type { Feature } from './options.js'
import type { Protocol, ProtocolContext, Said } from './protocol.js'
import { Questions } from './questions.js'
import {
  isDenial,
  requireAscii,
  requireLength,
  requireName,
  requirePassword,
  unsupported,
} from './refusals.js'

/** Of an object that a relay takes; it ends the connection for a longer one. */
const MAX_OBJECT_BYTES = 64 * 1024
/** Other relays may send longer lists in one object than ours does. */
const LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8 }
const NO_COMMAND = '/ping'
const TAKEN = 'that nickname is taken'
const CLOSING = 'closing: '
const MISSED = /^missed (\d+) messages?/
const SAID_NOTHING_BACK: Said = { id: null }

export class JsonIrcProtocol implements Protocol {
  readonly features: ReadonlySet<Feature> = new Set<Feature>(['join', 'rooms', 'listOtherRooms'])
  readonly #context: ProtocolContext
  readonly #questions = new Questions<Fields>()
  readonly #decoder = new JsonObjectDecoder(
    {
      object: (bytes, start, end) => this.#object(decodeUtf8(bytes, start, end)),
      broken: (why) => this.#broken(why),
    },
    LIMITS,
  )
  #name = ''
  #room = ''
  #lastWords = ''

  constructor(context: ProtocolContext) {
    this.#context = context
  }

  get room(): string {
    return this.#room
  }

  get lastWords(): string {
    return this.#lastWords
  }

  decode(chunk: Uint8Array): void {
    this.#decoder.decode(chunk)
  }

  /** J2. */
  async login(name: string, password: string | null): Promise<void> {
    requireName('name', name)
    requirePassword(password)
    this.#send('/nick', '', password ?? '', name)
    await this.#questions.ask(({ command, message }) => {
      if (command === '/nicknameSet') {
        this.#name = name
        return { value: undefined }
      }
      if (command !== '/nickFail') return 'not-mine'
      if (message === TAKEN) throw new NameTakenError(name)
      throw isDenial(message) ? new DeniedError(message) : new RefusedError(message)
    })
  }

  async say(text: string): Promise<Said> {
    requireAscii(text)
    this.#send('/broadcast', this.#room, text)
    return SAID_NOTHING_BACK
  }

  async tell(name: string, text: string): Promise<Said> {
    requireName('name', name)
    requireAscii(text)
    this.#send('/direct', name, text)
    await this.#fence('/direct')
    return SAID_NOTHING_BACK
  }

  /** J4. */
  async list(room: string | null): Promise<readonly Person[]> {
    if (room !== null) requireName('room', room)
    const asked = room ?? this.#room
    this.#send('/roomMembers', asked, '')
    const names = await this.#names(
      (fields) =>
        (fields.command === 'listMembers' || fields.command === '/roomMembers') && fields.room === asked,
    )
    return names.map((name) => ({ name, status: 'ONLINE' }))
  }

  /** J3. */
  rooms(): Promise<readonly string[]> {
    this.#send('/listRooms', '', '')
    return this.#names(
      ({ command, room }) => command === '/listRooms' || (command === '/joinSuccess' && room === ''),
    )
  }

  /** J6: into the one, then out of the other. */
  async join(room: string): Promise<void> {
    requireName('room', room)
    const former = this.#room
    if (room === former) return
    this.#send('/join', room, '')
    await this.#questions.ask((fields) => {
      if (fields.room !== room) return 'not-mine'
      if (fields.command === '/join') return this.#refusalOrOther(fields)
      if (fields.command !== '/joinSuccess') return 'not-mine'
      this.#room = room
      return { value: undefined }
    })
    if (former === '') return
    this.#send('/leaveRoom', former, '')
    await this.#questions.ask((fields) => {
      if (fields.command !== '/leaveRoom' || fields.room !== former) return 'not-mine'
      return fields.nickname === this.#name ? { value: undefined } : this.#refusalOrOther(fields)
    })
  }

  edit = () => unsupported('json-irc', 'edits')
  received = () => unsupported('json-irc', 'receipts')
  block = () => unsupported('json-irc', 'blocks')
  unblock = () => unsupported('json-irc', 'blocks')
  setStatus = () => unsupported('json-irc', 'statuses')

  async ping(): Promise<void> {
    await this.#fence('')
  }

  quit(): void {
    this.#send('/close', '', '')
  }

  ended(error: Error): void {
    this.#questions.end(error)
  }

  /** @param about the command whose error is awaited @throws RefusedError when there was one */
  #fence(about: string): Promise<void> {
    this.#send(NO_COMMAND, '', '')
    let refusal: string | null = null
    return this.#questions.ask((fields) => {
      const error = errorOf(fields)
      if (error === null) return 'not-mine'
      if (fields.command === about) {
        refusal ??= error
        return 'more'
      }
      if (fields.command !== NO_COMMAND) return 'not-mine'
      if (refusal !== null) throw new RefusedError(refusal)
      return { value: undefined }
    })
  }

  /** One name a line; what ends in a line end is followed by more. */
  #names(isAnswer: (fields: Fields) => boolean): Promise<readonly string[]> {
    let names = ''
    return this.#questions.ask((fields) => {
      if (!isAnswer(fields)) return 'not-mine'
      const refusal = this.#refusalOrOther(fields)
      if (refusal !== 'not-mine') return refusal
      names += fields.message
      if (fields.message.endsWith('\n')) return 'more'
      return { value: names.split(/[\r\n]+/).filter((name) => name !== '') }
    })
  }

  #refusalOrOther(fields: Fields): 'not-mine' {
    const error = errorOf(fields)
    if (error !== null) throw new RefusedError(error)
    return 'not-mine'
  }

  #send(command: string, room: string, message: string, nickname: string = this.#name): void {
    const object = JSON.stringify({ command, nickname, room, message })
    requireLength(object.length, MAX_OBJECT_BYTES)
    this.#context.send(`${object}\n`)
  }

  #object(json: string | null): boolean {
    const fields = readFields(json)
    if (fields === null) this.#broken('not-an-object')
    else if (!this.#questions.offer(fields)) this.#event(fields)
    return fields !== null
  }

  #broken(why: BrokenStream): void {
    this.#context.broken(`what is not json-irc (${why})`)
  }

  #event(fields: Fields): void {
    const { command, nickname: from, room, message: text } = fields
    const at = Date.now()
    const { event } = this.#context
    const error = errorOf(fields)
    if (error !== null) this.#error(command, error, at)
    else if (command === '/broadcast')
      event({ kind: 'message', at, id: null, from, text, room, sentAt: null })
    else if (command === '/direct' && text === `${from} has blocked you`)
      event({ kind: 'blocked', at, name: from })
    else if (command === '/direct') event({ kind: 'direct', at, id: null, from, text, sentAt: null })
    else if ((command === '/join' || command === '/leaveRoom') && from === '') {
      const many = Number(/^\d+/.exec(text)?.[0] ?? 0)
      event({
        kind: 'crowd',
        at,
        joined: command === '/join' ? many : 0,
        left: command === '/join' ? 0 : many,
      })
    } else if (command === '/join') event({ kind: 'joined', at, name: from, room })
    else if (command === '/leaveRoom') event({ kind: 'left', at, name: from, room })
    else event({ kind: 'notice', at, text: `${command} ${text}`, isRefusal: false })
  }

  #error(command: string, words: string, at: number): void {
    const missed = MISSED.exec(words)
    if (missed !== null) this.#context.event({ kind: 'missed', at, count: Number(missed[1]), by: 'relay' })
    else if (command === '' && words.startsWith(CLOSING)) this.#lastWords = words.slice(CLOSING.length)
    else this.#context.event({ kind: 'notice', at, text: words, isRefusal: true })
  }
}
