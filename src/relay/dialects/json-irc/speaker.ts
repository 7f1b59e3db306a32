/**
 * One connection's side of the json-irc dialect: objects in, hub calls and answers out.
 *
 *              /nick free and valid              /close, or the connection ends
 *   nameless ------------------------> named ----------------------------------> over
 *      | /nick taken or invalid: /nickFail; stays
 *      | /close, something that is no object of strings ------------------------> over
 */

import { constantSlice, ownSlice } from '../../fanout/chunk.js'
import { Recipient } from '../../fanout/recipient.js'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import type { Hub } from '../../hub/hub.js'
import type { Session } from '../../hub/session.js'
import { isName, isRoomName } from '../../hub/text.js'
import { type BrokenStream, JsonObjectDecoder, type JsonObjectSink } from '../../streams/json-objects.js'
import type { AnswerCache } from '../answer-cache.js'
import { toAscii } from '../ascii.js'
import type { Client, NameRefusal, RoomPast, Speaker } from '../dialect.js'
import { recalled, showPast } from '../past.js'
import { ACCESS_WORDS } from '../secrets.js'
import { loggedName } from '../words.js'
import { COMMAND, MAX_OBJECT_BYTES } from './commands.js'
import { JSON_IRC_ENCODING, leftWords } from './encoding.js'
import { beforeMessage, echoed, objectLine } from './object-line.js'
import type { JsonIrcOptions } from './options.js'
import { type Request, readRequest } from './request.js'

/** What all connections of one listener share. */
export interface JsonIrcListener {
  readonly hub: Hub<Recipient>
  readonly options: JsonIrcOptions
  readonly past: RoomPast | null
  /** Lists of names as messages. */
  readonly lists: AnswerCache<readonly string[]>
}

const AFTER_MESSAGE = constantSlice(Buffer.from('}\n'))

const LIMITS = { maxBytes: MAX_OBJECT_BYTES, maxDepth: 1 }

/** What cannot be followed any further, in words. */
const BROKEN: Record<BrokenStream, string> = {
  'not-an-object': 'that is not a JSON object',
  'too-large': `an object may be ${MAX_OBJECT_BYTES} bytes long`,
  'too-deep': 'there is an object or an array inside the object',
}

export class JsonIrcSpeaker implements Speaker, JsonObjectSink {
  readonly #listener: JsonIrcListener
  readonly #client: Client
  readonly #recipient: Recipient
  readonly #decoder = new JsonObjectDecoder(this, LIMITS)
  #session: Session<Recipient> | null = null

  constructor(listener: JsonIrcListener, client: Client) {
    this.#listener = listener
    this.#client = client
    this.#recipient = new Recipient(JSON_IRC_ENCODING, client.outbox)
  }

  get partialFrame(): number {
    return this.#decoder.partialFrame
  }

  get heldBytes(): number {
    return this.#decoder.heldBytes
  }

  feed(bytes: Buffer, start: number, end: number): number {
    return this.#decoder.decode(bytes, start, end)
  }

  object(bytes: Uint8Array, start: number, end: number): boolean {
    const { request, wrong } = readRequest(bytes, start, end)
    if (wrong === null) {
      this.#carryOut(request)
    } else {
      this.#error(request, wrong)
      this.#client.close(CLOSE_REASONS.malformed)
    }
    return this.#client.requestDone()
  }

  broken(why: BrokenStream): void {
    this.#error(NO_REQUEST, BROKEN[why])
    this.#client.close(why === 'too-large' ? CLOSE_REASONS.oversize : CLOSE_REASONS.malformed)
  }

  farewell({ words }: CloseReason): void {
    this.#error(NO_REQUEST, `closing: ${toAscii(words)}`)
  }

  closed(reason: CloseReason): void {
    const session = this.#session
    this.#session = null
    if (session !== null) this.#listener.hub.end(session, reason.label)
  }

  #carryOut(request: Request): void {
    const session = this.#session
    if (request.command === COMMAND.close) this.#client.close(CLOSE_REASONS.left)
    else if (session !== null) this.#carryOutFor(session, request)
    else if (request.command === COMMAND.nick) this.#nick(request)
    else this.#error(request, 'set a nickname first')
  }

  #carryOutFor(session: Session<Recipient>, request: Request): void {
    switch (request.command) {
      case COMMAND.nick:
        // J2: ignored; it is not even an error.
        break
      case COMMAND.listRooms:
        this.#listRooms(session)
        break
      case COMMAND.join:
        this.#join(session, request)
        break
      case COMMAND.leaveRoom:
        this.#leaveRoom(session, request)
        break
      case COMMAND.broadcast:
        this.#broadcast(session, request)
        break
      case COMMAND.direct:
        this.#direct(session, request)
        break
      case COMMAND.roomMembers:
        this.#roomMembers(session, request)
        break
      default:
        this.#error(request, 'unknown command')
    }
  }

  /** J2. The message that comes with it says nothing to anybody, so that is where a password or a token is. */
  #nick({ nickname, message }: Request): void {
    if (isName(nickname))
      this.#client.authorize(nickname, message || null, (denied) => this.#comeIn(nickname, denied))
    else this.#comeIn(nickname, null)
  }

  #comeIn(nickname: string, denied: NameRefusal | null): void {
    const claimed = denied ?? this.#listener.hub.claim(nickname, this.#client.dialect, this.#recipient)
    if (typeof claimed === 'string') {
      this.#client.nameRequested(loggedName(nickname), claimed)
      this.#send(COMMAND.nickFail, echoed(nickname), '', REFUSALS[claimed])
      return
    }
    this.#session = claimed
    this.#client.nameRequested(nickname, 'accepted')
    this.#send(COMMAND.nicknameSet, nickname, '', `nickname set to ${nickname}`)
  }

  /** J3. */
  #listRooms(session: Session<Recipient>): void {
    const { hub, options } = this.#listener
    const command = options['list-reply'] === 'listRooms' ? COMMAND.listRooms : COMMAND.joinSuccess
    this.#list(command, session.name, '', hub.rooms.publicNames())
  }

  /** J6. Who is there already is told so once more: it is what they wanted. */
  #join(session: Session<Recipient>, request: Request): void {
    const { hub, options } = this.#listener
    const { room: name } = request
    if (!isRoomName(name)) {
      this.#error(request, 'a room name is 1 to 64 printable ASCII characters without a space')
      return
    }
    const isNew = hub.rooms.get(name)?.members.has(session) !== true
    if (isNew && session.rooms.length >= options['max-rooms']) {
      this.#error(request, `you are in as many rooms as may be: ${options['max-rooms']}`)
    } else if (isNew) {
      recalled(this.#listener.past, this.#client, name, () => this.#enter(session, request))
    } else this.#joined(session, name)
  }

  #enter(session: Session<Recipient>, request: Request): void {
    const { room: name } = request
    if (this.#listener.hub.join(session, name) === null) {
      this.#error(request, 'you may not enter that room')
      return
    }
    this.#joined(session, name)
    showPast(this.#listener.past, this.#recipient, session, name)
  }

  #joined(session: Session<Recipient>, room: string): void {
    this.#send(COMMAND.joinSuccess, session.name, room, `successfully joined room ${room}`)
  }

  #leaveRoom(session: Session<Recipient>, request: Request): void {
    const room = this.#roomOf(session, request)
    if (room === undefined) return
    this.#listener.hub.leave(session, room, CLOSE_REASONS.left.label)
    this.#send(COMMAND.leaveRoom, session.name, room.name, leftWords(session.name, room.name))
  }

  /** J5, J8: whatever nickname it came with, it is the session's that goes out. */
  #broadcast(session: Session<Recipient>, request: Request): void {
    if (!this.#isReadable(request)) return
    const room = this.#roomOf(session, request)
    if (room === undefined) return
    if (this.#listener.hub.messages.say(session, room, request.message) === false)
      this.#error(request, REFUSED)
  }

  #direct(session: Session<Recipient>, request: Request): void {
    if (!this.#isReadable(request)) return
    const { room: to, message } = request
    const outcome = this.#listener.hub.messages.direct(session, [to], message)
    if (outcome.kind === 'missing') this.#error(request, isName(to) ? `no such user: ${to}` : 'no such user')
    // C11: nothing that was taken is lost without a word.
    else if (outcome.kind === 'blocked') this.#error(request, `${to} has blocked you`)
    else if (outcome.kind === 'refused') this.#error(request, REFUSED)
  }

  /** J4. */
  #roomMembers(session: Session<Recipient>, request: Request): void {
    const { hub, options } = this.#listener
    const command = options['members-reply'] === 'listMembers' ? COMMAND.listMembers : COMMAND.roomMembers
    if (request.room === '') {
      this.#list(command, session.name, '', hub.names())
      return
    }
    const room = hub.rooms.visible(session, request.room)
    if (room === undefined) this.#error(request, 'there is no such room')
    else this.#list(command, session.name, room.name, hub.rooms.memberNames(room))
  }

  /** The room that is named, if the session is in it; otherwise says so. */
  #roomOf(session: Session<Recipient>, request: Request) {
    const room = this.#listener.hub.rooms.get(request.room)
    if (room?.members.has(session) === true) return room
    this.#error(request, 'you are not in that room')
    return undefined
  }

  /** J5; otherwise says why not. */
  #isReadable(request: Request): boolean {
    if (READABLE.test(request.message)) return true
    this.#error(request, request.message === '' ? 'there is no text' : 'a text is readable ASCII')
    return false
  }

  /** The list is the same for everybody who asks; what is around it is not. */
  #list(command: string, nickname: string, room: string, names: readonly string[]): void {
    const before = ownSlice(Buffer.from(beforeMessage(command, nickname, room), 'latin1'))
    for (const list of this.#listener.lists.get(names)) {
      for (const slice of [before, list]) this.#recipient.send({ ...slice, goesOn: true })
      this.#recipient.send(AFTER_MESSAGE)
    }
  }

  /** J9. */
  #error({ command, room }: Request, words: string): void {
    this.#send(echoed(command), '', echoed(room), `Error: ${words}`)
  }

  #send(command: string, nickname: string, room: string, message: string): void {
    this.#write(objectLine(command, nickname, room, message))
  }

  /** `line` is ASCII. */
  #write(line: string): void {
    this.#recipient.send(ownSlice(Buffer.from(line, 'latin1')))
  }
}

const NO_REQUEST: Request = { command: '', nickname: '', room: '', message: '' }

const READABLE = /^[\t\x20-\x7e]+$/

/** The program that the relay is part of does not want it said. */
const REFUSED = 'the message was refused'

const REFUSALS = {
  ...ACCESS_WORDS,
  taken: 'that nickname is taken',
  invalid: 'a nickname is 1 to 32 printable ASCII characters without a space',
} as const
