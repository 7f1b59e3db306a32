/**
 * One connection's side of the chatroom dialect: lines in, hub calls and answers out. Every request gets its
 * status line, and only then what it made come.
 *
 *              JOIN with a name that is free               LEAVE, or the connection ends
 *   stranger -------------------------------------> member -------------------------------> over
 *      | USERNAME: holds a name for this connection
 *      | anything but USERNAME, JOIN, LEAVE and USERBOARD: 500; stays
 *      | LEAVE -----------------------------------------------------------------------------> over
 */

import type { Slice } from '../../fanout/chunk.js'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import type { Board } from '../../hub/session.js'
import { isRoomName } from '../../hub/text.js'
import { LineDecoder, type LineSink } from '../../streams/lines.js'
import type { AnswerCache } from '../answer-cache.js'
import type { ClaimOutcome, Client, DialectContext, NameRefusal, RoomPast, Speaker } from '../dialect.js'
import { recalled, showPast } from '../past.js'
import { type Asked, nameAndSecret } from '../secrets.js'
import { loggedName } from '../words.js'
import { ANSWERS } from './answers.js'
import type { ChatroomEncoding } from './encoding.js'
import { Member } from './member.js'
import { isChatroomName } from './name.js'
import { PatientRecipient } from './patient-recipient.js'
import { type Request, readRequest } from './request.js'
import type { RoomLists } from './room-lists.js'

/** What all connections of one listener share. */
export interface ChatroomListener {
  readonly relay: DialectContext
  readonly past: RoomPast | null
  readonly encoding: ChatroomEncoding
  readonly boards: AnswerCache<Board>
  readonly roomLists: RoomLists
}

/** A request line may be as long as this, before and after JOIN. */
const MAX_LINE_BYTES = 8 * 1024

/**
 * C7: a receipt repeats the message, and people of other dialects may say as much as 64 KiB. Whatever was delivered can be
 * acknowledged, also by a client that writes each character as an escape of six.
 */
const RECEIPTS = {
  beginning: Buffer.from('RECEIVED '),
  maxLineBytes: MAX_LINE_BYTES + 6 * 64 * 1024,
}

/** C2: the requests of those who have joined. */
const MEMBER_REQUESTS: ReadonlyMap<string, (member: Member, parameter: string | null) => Slice> = new Map([
  ['SEND', (member, parameter) => member.send(parameter)],
  ['RECEIVED', (member, parameter) => member.received(parameter)],
  ['EDIT', (member, parameter) => member.edit(parameter)],
  ['USERSTATUS', (member, parameter) => member.setStatus(parameter)],
  ['BLOCK', (member, parameter) => member.block(parameter)],
  ['UNBLOCK', (member, parameter) => member.unblock(parameter)],
  ['ROOMS', (member, parameter) => member.rooms(parameter)],
])

/** What JOIN answers to whoever may not have the name: who has shown nothing may choose another one, as if it were taken. */
const JOIN_REFUSALS: Readonly<Record<Exclude<ClaimOutcome, 'accepted'>, Slice>> = {
  taken: ANSWERS.invalidName,
  invalid: ANSWERS.invalidName,
  'no-secret': ANSWERS.invalidName,
  'wrong-secret': ANSWERS.serverError,
  expired: ANSWERS.serverError,
  'other-name': ANSWERS.serverError,
  'too-many': ANSWERS.serverError,
  busy: ANSWERS.serverError,
}

export class ChatroomSpeaker implements Speaker, LineSink {
  readonly #listener: ChatroomListener
  readonly #client: Client
  readonly #recipient: PatientRecipient
  readonly #decoder = new LineDecoder(this, MAX_LINE_BYTES)
  #member: Member | null = null
  /** C1: what USERNAME holds. */
  #heldName: string | null = null

  constructor(listener: ChatroomListener, client: Client) {
    this.#listener = listener
    this.#client = client
    this.#recipient = new PatientRecipient(listener.encoding, client.outbox)
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

  line(bytes: Uint8Array, start: number, end: number): boolean {
    const answer = this.#carryOut(readRequest(bytes, start, end))
    if (answer !== null) this.#answer(answer)
    if (answer === ANSWERS.bye) this.#client.close(CLOSE_REASONS.left)
    return this.#client.requestDone()
  }

  tooLong(): void {
    this.#client.expel(CLOSE_REASONS.oversize)
  }

  /** The dialect has one line for whatever the relay cannot go on with. */
  farewell(): void {
    this.#recipient.send(ANSWERS.serverError)
  }

  closed(reason: CloseReason): void {
    const { hub } = this.#listener.relay
    const member = this.#member
    this.#member = null
    if (member !== null) hub.end(member.session, reason.label)
    // C1: a name that was held and never used.
    else hub.release(this.#recipient)
  }

  #answer(answer: Slice): void {
    this.#recipient.send(answer)
    this.#recipient.answered()
  }

  /** @returns `null` where the answer comes by itself, once it is known */
  #carryOut({ verb, parameter }: Request): Slice | null {
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
    const request = MEMBER_REQUESTS.get(verb)
    if (verb === 'ENTER' && this.#member !== null) return this.#enterRoom(this.#member, parameter ?? '')
    // C2.
    if (request === undefined || this.#member === null) return ANSWERS.serverError
    return request(this.#member, parameter)
  }

  /** C1, C2. */
  #holdName(parameter: string | null): Slice | null {
    if (this.#member !== null) return ANSWERS.serverError
    const { name, secret } = this.#asked(parameter)
    if (name === null || !isChatroomName(name)) return this.#refused(name, 'invalid', ANSWERS.serverError)
    this.#client.authorize(name, secret, (denied) => this.#answer(this.#hold(name, denied)))
    return null
  }

  #hold(name: string, denied: NameRefusal | null): Slice {
    const refusal = denied ?? this.#listener.relay.hub.hold(name, this.#recipient)
    if (refusal !== null) return this.#refused(name, refusal, ANSWERS.serverError)
    this.#heldName = name
    return ANSWERS.ok
  }

  /** C1–C3. A name that is held was asked for before. */
  #join(parameter: string | null): Slice | null {
    if (this.#member !== null) return ANSWERS.serverError
    const { name, secret } =
      parameter === '' ? { name: this.#heldName, secret: null } : this.#asked(parameter)
    if (name === null || !isChatroomName(name))
      return this.#refused(name ?? parameter, 'invalid', ANSWERS.invalidName)
    if (name === this.#heldName) this.#recalled(name)
    else this.#client.authorize(name, secret, (denied) => this.#authorized(name, denied))
    return null
  }

  #authorized(name: string, denied: NameRefusal | null): void {
    if (denied !== null) {
      this.#answer(this.#refused(name, denied, JOIN_REFUSALS[denied]))
      return
    }
    // N3: what takes time comes next, and nobody else is to have the name meanwhile.
    const { relay, past } = this.#listener
    if (past !== null && relay.hub.hold(name, this.#recipient) === null) this.#heldName = name
    this.#recalled(name)
  }

  #recalled(name: string): void {
    const { relay, past } = this.#listener
    recalled(past, this.#client, relay.hub.defaultRoom.name, () => {
      this.#answer(this.#comeIn(name))
      this.#showPast()
    })
  }

  /** C17. */
  #enterRoom(member: Member, room: string): Slice | null {
    if (!isRoomName(room)) return ANSWERS.serverError
    recalled(this.#listener.past, this.#client, room, () => {
      const answer = member.enter(room)
      this.#answer(answer)
      if (answer === ANSWERS.ok) this.#showPast()
    })
    return null
  }

  #showPast(): void {
    const member = this.#member
    if (member === null) return
    showPast(this.#listener.past, this.#recipient, member.session, member.room.name)
  }

  #comeIn(name: string): Slice {
    const { hub } = this.#listener.relay
    const room = hub.defaultRoom.name
    const claimed = hub.claim(name, this.#client.dialect, this.#recipient, true, room)
    if (typeof claimed === 'string') return this.#refused(name, claimed, JOIN_REFUSALS[claimed])
    this.#client.nameRequested(claimed.name, 'accepted')
    this.#decoder.longer = RECEIPTS
    const { encoding, roomLists } = this.#listener
    this.#member = new Member(hub, claimed, encoding, roomLists)
    return ANSWERS.ok
  }

  /** Without passwords all of it is the name, and what has a space in it is none. */
  #asked(parameter: string | null): Asked | { readonly name: null; readonly secret: null } {
    if (parameter === null) return { name: null, secret: null }
    return this.#listener.relay.access.takesSecrets
      ? nameAndSecret(parameter)
      : { name: parameter, secret: null }
  }

  #refused(name: string | null, refusal: Exclude<ClaimOutcome, 'accepted'>, answer: Slice): Slice {
    this.#client.nameRequested(loggedName(name ?? ''), refusal)
    return answer
  }

  /** Before JOIN the name that is held is this connection's. */
  #leave(name: string | null): Slice {
    const own = this.#member?.session.name ?? this.#heldName
    return name === '' || (name !== null && name === own) ? ANSWERS.bye : ANSWERS.noSuchUser
  }

  /** C9, C15, C17. A room that is private is one that does not exist, to those who are not in it (R4). */
  #board(roomName: string | null): Slice {
    const { relay, boards } = this.#listener
    if (relay.access.isClosed && this.#member === null) return ANSWERS.serverError
    const { hub } = relay
    const own = this.#member?.room ?? hub.defaultRoom
    const name = roomName === '' ? own.name : (roomName ?? '')
    const room = hub.rooms.visible(this.#member?.session ?? null, name)
    return room === undefined ? ANSWERS.serverError : (boards.get(hub.rooms.board(room))[0] as Slice)
  }
}
