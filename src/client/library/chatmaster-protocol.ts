/**
 * The chatmaster dialect for one connection, plain: whoever compresses nothing is sent nothing compressed (X12). Lists may come in
 * several packages, and a direct message that went well has no answer, so a command that there is not (X11) follows them: what comes
 * before the error for that belongs to them.
 */

import { type BrokenStream, JsonObjectDecoder } from '../../relay/streams/json-objects.js'
import { decodeUtf8 } from '../../relay/streams/utf8.js'
import { type Received, readPackage } from '../chatmaster/received.js'
import { DeniedError, NameTakenError, RefusedError } from './errors.js'
import type { Person } from './events.js'
import type { Feature } from './options.js'
import type { Protocol, ProtocolContext, Said } from './protocol.js'
import { Questions } from './questions.js'
import {
  isDenial,
  requireLength,
  requireName,
  requirePassword,
  requireText,
  unsupported,
  utf8Bytes,
} from './refusals.js'

/** What a relay takes of one package. */
const MAX_PACKAGE_BYTES = 64 * 1024
const LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8 }
const NO_COMMAND = 'ping'
const TAKEN = 'Username is already taken.'
const CLOSING = /^Closing: (.*)\.$/
const MISSED = /^Missed (\d+) messages?/
const CROWD = /^(\d+) (?:people|person)$/
const SAID_NOTHING_BACK: Said = { id: null }

export class ChatmasterProtocol implements Protocol {
  readonly features: ReadonlySet<Feature> = new Set<Feature>(['join', 'rooms'])
  readonly #context: ProtocolContext
  readonly #questions = new Questions<Received>()
  readonly #decoder = new JsonObjectDecoder(
    {
      object: (bytes, start, end) => this.#package(decodeUtf8(bytes, start, end)),
      broken: (why) => this.#broken(why),
    },
    LIMITS,
  )
  #name = ''
  #room: string
  #lastWords = ''

  constructor(context: ProtocolContext) {
    this.#context = context
    this.#room = context.defaultRoom
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

  /** X2. */
  async login(name: string, password: string | null): Promise<void> {
    requireName('name', name)
    requirePassword(password)
    this.#command('login', password === null ? { username: name } : { username: name, password })
    await this.#questions.ask((received) => {
      if (received.kind === 'accepted') {
        this.#name = name
        return { value: undefined }
      }
      if (received.kind !== 'rejected') return 'not-mine'
      const { reason } = received
      if (reason === TAKEN) throw new NameTakenError(name)
      throw isDenial(reason) ? new DeniedError(reason) : new RefusedError(reason)
    })
  }

  /** X4. */
  async say(text: string): Promise<Said> {
    requireText(text)
    this.#send({ type: 'message', data: { message: text, username: this.#name } })
    return SAID_NOTHING_BACK
  }

  /** X14. */
  async tell(name: string, text: string): Promise<Said> {
    requireName('name', name)
    requireText(text)
    this.#command('direct', { username: name, message: text })
    await this.#fence('direct', () => false)
    return SAID_NOTHING_BACK
  }

  /** X15. */
  async list(room: string | null): Promise<readonly Person[]> {
    if (room !== null) return unsupported('chatmaster', 'lists of other rooms')
    const names: string[] = []
    this.#command('members', null)
    await this.#fence('members', (received) => {
      if (received.kind === 'members') names.push(...received.names)
      return received.kind === 'members'
    })
    return names.map((name) => ({ name, status: 'ONLINE' }))
  }

  /** X10. */
  async rooms(): Promise<readonly string[]> {
    const channels: string[] = []
    this.#command('channels', null)
    await this.#fence('channels', (received) => {
      if (received.kind === 'channels') channels.push(...received.channels)
      return received.kind === 'channels'
    })
    return channels
  }

  /** X7. */
  async join(room: string): Promise<void> {
    requireName('room', room)
    if (room === this.#room) return
    this.#command('join', { channel: room })
    await this.#questions.ask((received) => {
      if (received.kind === 'error' && received.about === 'join') throw new RefusedError(received.words)
      if (received.kind !== 'joined' || received.name !== this.#name || received.channel !== room)
        return 'not-mine'
      this.#room = room
      return { value: undefined }
    })
  }

  edit = () => unsupported('chatmaster', 'edits')
  received = () => unsupported('chatmaster', 'receipts')
  block = () => unsupported('chatmaster', 'blocks')
  unblock = () => unsupported('chatmaster', 'blocks')
  setStatus = () => unsupported('chatmaster', 'statuses')

  async ping(): Promise<void> {
    await this.#fence(NO_COMMAND, () => false)
  }

  /** The dialect has no word for it: the end of the connection is it. */
  quit(): void {}

  ended(error: Error): void {
    this.#questions.end(error)
  }

  /**
   * @param about the type of an error that answers what was asked
   * @param take takes what belongs to the answer
   * @throws RefusedError when such an error came
   */
  #fence(about: string, take: (received: Received) => boolean): Promise<void> {
    this.#command(NO_COMMAND, null)
    let refusal: string | null = null
    return this.#questions.ask((received) => {
      if (take(received)) return 'more'
      if (received.kind !== 'error') return 'not-mine'
      if (received.about === NO_COMMAND) {
        if (refusal !== null) throw new RefusedError(refusal)
        return { value: undefined }
      }
      if (received.about !== about) return 'not-mine'
      refusal ??= received.words
      return 'more'
    })
  }

  #command(command: string, parameters: Record<string, string> | null): void {
    this.#send({ type: 'command', data: { command, parameters } })
  }

  #send(value: object): void {
    const json = `${JSON.stringify(value)}\n`
    requireLength(utf8Bytes(json), MAX_PACKAGE_BYTES)
    this.#context.send(json)
  }

  #package(json: string | null): boolean {
    let received: Received | null = null
    try {
      received = readPackage(JSON.parse(json ?? ''))
    } catch {
      // What is no JSON is no package either.
    }
    if (received === null) {
      this.#context.broken('what is no package')
      return false
    }
    if (!this.#questions.offer(received)) this.#event(received)
    return true
  }

  #broken(why: BrokenStream): void {
    this.#context.broken(`what is no package (${why})`)
  }

  #event(received: Received): void {
    const at = Date.now()
    const { event } = this.#context
    switch (received.kind) {
      case 'message':
        this.#said(received, at)
        break
      case 'joined':
      case 'left':
        this.#presence(received.kind, received.name, received.channel ?? this.#room, at)
        break
      case 'renamed':
        event({ kind: 'renamed', at, from: received.from, name: received.to })
        break
      case 'error':
        this.#error(received.words, at)
        break
      case 'other':
        event({ kind: 'notice', at, text: received.words, isRefusal: false })
    }
  }

  #said({ from, text, isPrivate, isEdited }: Received & { kind: 'message' }, at: number): void {
    const { event } = this.#context
    if (isEdited) event({ kind: 'edited', at, id: null, from, text })
    else if (!isPrivate) event({ kind: 'message', at, id: null, from, text, room: this.#room, sentAt: null })
    else if (text === `${from} has blocked you`) event({ kind: 'blocked', at, name: from })
    else event({ kind: 'direct', at, id: null, from, text, sentAt: null })
  }

  #presence(kind: 'joined' | 'left', name: string, room: string, at: number): void {
    const { event } = this.#context
    const many = CROWD.exec(name)?.[1]
    if (many !== undefined)
      event({
        kind: 'crowd',
        at,
        joined: kind === 'joined' ? Number(many) : 0,
        left: kind === 'left' ? Number(many) : 0,
      })
    // X3: the newcomer hears of themselves, and so of what the room is called.
    else if (name === this.#name) this.#room = kind === 'joined' ? room : this.#room
    else event({ kind, at, name, room })
  }

  #error(words: string, at: number): void {
    const closing = CLOSING.exec(words)?.[1]
    const missed = MISSED.exec(words)
    if (closing !== undefined) this.#lastWords = closing
    else if (missed !== null)
      this.#context.event({ kind: 'missed', at, count: Number(missed[1]), by: 'relay' })
    else this.#context.event({ kind: 'notice', at, text: words, isRefusal: true })
  }
}
