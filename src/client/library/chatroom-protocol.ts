/** The chatroom dialect for one connection: every request has its answer, and messages have ids. */

import { AnsweredLines, MAX_REQUEST_BYTES } from '../chatroom/answered-lines.js'
import type { Push, SaidPush } from '../chatroom/received-push.js'
import { timeOfDay } from '../chatroom/time.js'
import { DeniedError, NameTakenError, RefusedError } from './errors.js'
import type { Person, Status } from './events.js'
import type { Feature } from './options.js'
import type { Protocol, ProtocolContext, Said } from './protocol.js'
import { Questions } from './questions.js'
import { requireLength, requireName, requirePassword, requireText, utf8Bytes } from './refusals.js'

const OK = /^200 /
const EVERYONE = '@everyone'
/** C14: so it says it with `push=bare`, where messages have no ids. */
const BARE_EVERYONE = '@all'
const MISSED = /^Missed (\d+) messages?/
/** C1: the status line alone says why. */
const DENIED = 'the relay does not take the password for that name, or has too many to check'
const STATUSES: ReadonlySet<string> = new Set<Status>(['ONLINE', 'OFFLINE', 'DO_NOT_DISTURB'])

/** What an answer that is no success means, for what was asked. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['SEND 300 NO HEADER FOUND', 'it is addressed to nobody'],
  ['SEND 400 MESSAGE FAILED', 'a text has 1 to 500 characters and is not blank; or somebody has blocked you'],
  ['SEND 500 SERVER ERROR', 'nobody of that name is here'],
  ['EDIT 400 EDIT FAILED', 'the message is not yours, is too old, or the text cannot be said'],
  ['RECEIVED 500 SERVER ERROR', 'that message is not known any more, or was not sent to you'],
  ['USERBOARD 500 SERVER ERROR', 'there is no such room'],
  ['ENTER 500 SERVER ERROR', 'that cannot be a room, or you are there already; or the relay has no rooms'],
  ['ROOMS 500 SERVER ERROR', 'the relay has no rooms'],
  ['BLOCK 400 CANNOT FIND USER', 'nobody of that name is here, or you have blocked as many as may be'],
  ['UNBLOCK 400 CANNOT FIND USER', 'nobody of that name is here or blocked'],
])

export class ChatroomProtocol implements Protocol {
  readonly features: ReadonlySet<Feature> = new Set<Feature>([
    'join',
    'rooms',
    'ids',
    'edit',
    'received',
    'block',
    'setStatus',
    'listOtherRooms',
  ])
  readonly #context: ProtocolContext
  /** Who waits for what follows a status line. */
  readonly #followed = new Questions<Push>()
  readonly #lines: AnsweredLines
  #name = ''
  #room: string
  #ended: Error | null = null
  /** Of the requests that have no answer yet. */
  readonly #waiting = new Set<(error: Error) => void>()

  constructor(context: ProtocolContext) {
    this.#context = context
    this.#room = context.defaultRoom
    this.#lines = new AnsweredLines({
      push: (push) => this.#push(push),
      broken: (words) => context.broken(words),
    })
  }

  get room(): string {
    return this.#room
  }

  get lastWords(): string {
    return this.#lines.lastError
  }

  decode(chunk: Uint8Array): void {
    this.#lines.decode(chunk)
  }

  /** C1: taken and invalid have one answer; what can be a name is taken. */
  async login(name: string, password: string | null): Promise<void> {
    requireName('name', name)
    requirePassword(password)
    const request = password === null ? `JOIN ${name}` : `JOIN ${name} ${password}`
    const status = await this.#request(request, (line) => {
      // Here, because a push behind it in the same chunk is read with it.
      if (OK.test(line)) this.#name = name
    })
    if (OK.test(status)) return
    if (password !== null && status.startsWith('500')) throw new DeniedError(DENIED)
    if (/^[A-Za-z0-9]{3,30}$/.test(name) && name.toLowerCase() !== 'everyone') throw new NameTakenError(name)
    throw new RefusedError(
      `${JSON.stringify(name)} is no name here: it has to be 3 to 30 letters and digits, and not everyone`,
    )
  }

  say(text: string): Promise<Said> {
    return this.#send(EVERYONE, text)
  }

  async tell(name: string, text: string): Promise<Said> {
    requireName('name', name)
    return this.#send(`@${name}`, text)
  }

  async list(room: string | null): Promise<readonly Person[]> {
    if (room !== null) requireName('room', room)
    const board = await this.#askFor(
      'USERBOARD',
      room === null ? 'USERBOARD' : `USERBOARD ${room}`,
      (push) => (push.verb === 'USERBOARD' ? push.fields : null),
    )
    return board.map(([name, status]) => ({ name, status: statusOf(status) }))
  }

  rooms(): Promise<readonly string[]> {
    return this.#askFor('ROOMS', 'ROOMS', (push) => (push.verb === 'ROOMS' ? push.fields.rooms : null))
  }

  /** C17. The room is set as soon as the answer is read: what follows in the same chunk is of the new one. */
  async join(room: string): Promise<void> {
    requireName('room', room)
    if (room === this.#room) return
    await this.#ask('ENTER', `ENTER ${room}`, () => {
      this.#room = room
    })
  }

  async edit(id: string, text: string): Promise<void> {
    requireText(text)
    await this.#ask('EDIT', `EDIT ${JSON.stringify({ message_id: id, message: text })}`)
  }

  /** C7: which message it is is told by the id alone. */
  async received(id: string): Promise<void> {
    const fields = { sender: '', timestamp: '', message: '', message_id: id }
    await this.#ask('RECEIVED', `RECEIVED ${JSON.stringify(fields)}`)
  }

  async block(name: string): Promise<void> {
    requireName('name', name)
    await this.#ask('BLOCK', `BLOCK ${name}`)
  }

  async unblock(name: string): Promise<void> {
    requireName('name', name)
    await this.#ask('UNBLOCK', `UNBLOCK ${name}`)
  }

  async setStatus(status: Status): Promise<void> {
    if (!STATUSES.has(status)) throw new RefusedError(`${JSON.stringify(status)} is no status`)
    await this.#ask('USERSTATUS', `USERSTATUS ${status}`)
  }

  /** C2: an unknown verb is answered, too. */
  async ping(): Promise<void> {
    await this.#request('PING')
  }

  quit(): void {
    void this.#request('LEAVE').catch(() => {})
  }

  ended(error: Error): void {
    this.#ended = error
    for (const reject of this.#waiting) reject(error)
    this.#waiting.clear()
    this.#followed.end(error)
  }

  /** C4–C6. */
  async #send(header: string, message: string): Promise<Said> {
    requireText(message)
    const fields = { sender: this.#name, header, timestamp: timeOfDay(), message }
    return this.#askFor('SEND', `SEND ${JSON.stringify(fields)}`, (push) =>
      push.verb === 'SENT' ? { id: push.fields.messageId } : null,
    )
  }

  /** @throws RefusedError unless it is answered with a 200 */
  async #ask(verb: string, line: string, taken: () => void = () => {}): Promise<void> {
    const status = await this.#request(line, (answer) => {
      if (OK.test(answer)) taken()
    })
    if (!OK.test(status)) throw refusal(verb, status)
  }

  /** Asks for something that follows the status line directly. */
  #askFor<T>(verb: string, line: string, read: (push: Push) => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      // Taken in the order of the answers, so it is asked for when the status line is read.
      const answered = (status: string) => {
        if (!OK.test(status)) {
          reject(refusal(verb, status))
          return
        }
        this.#followed
          .ask<T>((push) => {
            const value = read(push)
            return value === null ? 'not-mine' : { value }
          })
          .then(resolve, reject)
      }
      this.#request(line, answered).catch(reject)
    })
  }

  /** @param answered is called with the status line at once, before anything behind it is read */
  #request(line: string, answered: (status: string) => void = () => {}): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) throw this.#ended
      requireLength(utf8Bytes(line), MAX_REQUEST_BYTES)
      this.#waiting.add(reject)
      this.#lines.asked((status) => {
        this.#waiting.delete(reject)
        answered(status)
        resolve(status)
      })
      this.#context.send(`${line}\n`)
    })
  }

  #push(push: Push): void {
    const at = Date.now()
    const { event } = this.#context
    if (this.#followed.offer(push)) return
    switch (push.verb) {
      case 'SEND':
        this.#said(push.fields, at)
        break
      case 'EDIT':
        event({
          kind: 'edited',
          at,
          id: push.fields.message_id,
          from: push.fields.sender,
          text: push.fields.message,
        })
        break
      case 'RECEIVED':
        event({ kind: 'receipt', at, id: push.fields.message_id, name: push.fields.receiver })
        break
      case 'USERSTATUS':
        event({ kind: 'status', at, name: push.fields.username, status: statusOf(push.fields.status) })
        break
      case 'BLOCKED':
        event({ kind: 'blocked', at, name: push.fields.username })
        break
      case 'JOIN':
      case 'LEFT':
        this.#presence(push.verb, push.fields, at)
    }
  }

  #said({ sender: from, header, message: text, messageId, timestamp: sentAt }: SaidPush, at: number): void {
    const id = messageId === '' ? null : messageId
    const { event } = this.#context
    const missed = from === '' ? MISSED.exec(text) : null
    const isPrivate = header !== EVERYONE && !(header === BARE_EVERYONE && id === null)
    if (missed !== null) event({ kind: 'missed', at, count: Number(missed[1]), by: 'relay' })
    else if (isPrivate) event({ kind: 'direct', at, id, from, text, sentAt })
    else event({ kind: 'message', at, id, from, text, room: this.#room, sentAt })
  }

  /** Without a name it says how many. */
  #presence(
    verb: 'JOIN' | 'LEFT',
    { username: name, message }: { username: string; message: string },
    at: number,
  ): void {
    const { event } = this.#context
    if (name !== '') {
      event({ kind: verb === 'JOIN' ? 'joined' : 'left', at, name, room: this.#room })
      return
    }
    const many = Number(/^\d+/.exec(message)?.[0] ?? 0)
    event({ kind: 'crowd', at, joined: verb === 'JOIN' ? many : 0, left: verb === 'JOIN' ? 0 : many })
  }
}

function refusal(verb: string, status: string): RefusedError {
  return new RefusedError(REFUSALS.get(`${verb} ${status}`) ?? `the relay says: ${status}`)
}

/** What is no status is somebody of another relay's words. */
function statusOf(word: string): Status {
  return STATUSES.has(word) ? (word as Status) : 'ONLINE'
}
