/**
 * One connection's side of the chatmaster dialect: packages in, hub calls and answers out.
 *
 *              login, free and valid                the connection ends
 *   stranger -------------------------> member -------------------------> over
 *      | login taken or invalid: status 0; stays
 *      | anything else: `Log in first.`; stays
 *   either: what is no package, or too large: an error, then over
 */

import { Recipient } from '../../fanout/recipient.js'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import type { Session } from '../../hub/session.js'
import { isName, isText } from '../../hub/text.js'
import { JsonObjectDecoder, type JsonObjectSink } from '../../streams/json-objects.js'
import type { ClaimOutcome, Client, DialectContext, RoomPast, Speaker } from '../dialect.js'
import { recalled, recalledFor, showPast } from '../past.js'
import { loggedName } from '../words.js'
import { COMMANDS } from './commands.js'
import type { ChatmasterEncoding } from './encoding.js'
import { INFLATIONS } from './inflations.js'
import type { ListAnswers } from './list-answers.js'
import { Member, type MemberContext, refusalWords } from './member.js'
import type { ChatmasterOptions } from './options.js'
import { errorPackage, MAX_PACKAGE_BYTES, MAX_PACKAGE_DEPTH, sessionPackage } from './packages.js'
import { fieldOf, type Request, readPackage, requestOf } from './request.js'
import { type BrokenPackages, ZlibPackageDecoder } from './zlib-decoder.js'

/** What all connections of one listener share. */
export interface ChatmasterListener {
  readonly relay: DialectContext
  readonly options: ChatmasterOptions
  readonly past: RoomPast | null
  readonly encodings: { readonly plain: ChatmasterEncoding; readonly zlib: ChatmasterEncoding }
  readonly lists: { readonly plain: ListAnswers; readonly zlib: ListAnswers }
}

/** The first byte of a zlib stream with the usual window, and of no package that is not compressed. */
const ZLIB_FIRST_BYTE = 0x78

const PACKAGE_LIMITS = { maxBytes: MAX_PACKAGE_BYTES, maxDepth: MAX_PACKAGE_DEPTH }

export class ChatmasterSpeaker implements Speaker, JsonObjectSink, MemberContext {
  readonly #listener: ChatmasterListener
  readonly client: Client
  /** X12: how this client is spoken to; settled with its first byte. */
  #recipient: Recipient
  #encoding: ChatmasterEncoding
  #decoder: JsonObjectDecoder | ZlibPackageDecoder | null = null
  #member: Member | null = null

  constructor(listener: ChatmasterListener, client: Client) {
    this.#listener = listener
    this.client = client
    const compressed = listener.options.compression === 'always'
    this.#encoding = compressed ? listener.encodings.zlib : listener.encodings.plain
    this.#recipient = new Recipient(this.#encoding, client.outbox)
    if (compressed) this.#decoder = new ZlibPackageDecoder(this, client, INFLATIONS)
  }

  /** X1. */
  greet(): void {
    this.#recipient.send(this.#encoding.loginRequest)
  }

  get partialFrame(): number {
    return this.#decoder?.partialFrame ?? 0
  }

  get heldBytes(): number {
    return this.#decoder?.heldBytes ?? 0
  }

  get hub() {
    return this.#listener.relay.hub
  }

  feed(bytes: Buffer, start: number, end: number): number {
    this.#decoder ??= this.#decoderFor(bytes[start] as number)
    return this.#decoder.decode(bytes, start, end)
  }

  /** X12. */
  isBinary(firstByte: number): boolean {
    if (this.#encoding === this.#listener.encodings.zlib) return true
    const isUnsettled = this.#decoder === null && this.#listener.options.compression !== 'off'
    return isUnsettled && firstByte === ZLIB_FIRST_BYTE
  }

  object(bytes: Uint8Array, start: number, end: number): boolean {
    const read = readPackage(bytes, start, end)
    if (read === null) this.broken('not-an-object')
    else this.#carryOut(requestOf(read))
    return this.client.requestDone()
  }

  /** X11, X12: nothing behind it can be trusted. */
  broken(why: BrokenPackages): void {
    this.#end(BROKEN_WORDS[why], why === 'too-large' ? CLOSE_REASONS.oversize : CLOSE_REASONS.malformed)
  }

  /** F17. */
  farewell(reason: CloseReason): void {
    this.answer(errorPackage(FAREWELL_TYPES.get(reason) ?? 'connection', `Closing: ${reason.words}.`))
  }

  closed(reason: CloseReason): void {
    if (this.#decoder instanceof ZlibPackageDecoder) this.#decoder.close()
    const member = this.#member
    this.#member = null
    if (member !== null) this.hub.end(member.session, reason.label)
    else this.hub.release(this.#recipient)
  }

  listChannels(names: readonly string[]): void {
    for (const slice of this.#lists.channels.get(names)) this.#recipient.send(slice)
  }

  listMembers(names: readonly string[]): void {
    for (const slice of this.#lists.members.get(names)) this.#recipient.send(slice)
  }

  recalled(channel: string, then: () => void): void {
    recalled(this.#listener.past, this.client, channel, then)
  }

  showPast(session: Session<Recipient>, channel: string): void {
    showPast(this.#listener.past, this.#recipient, session, channel)
  }

  answer(json: string): void {
    this.#recipient.send(this.#encoding.answer(json))
  }

  get #lists(): ListAnswers {
    const { encodings, lists } = this.#listener
    return this.#encoding === encodings.zlib ? lists.zlib : lists.plain
  }

  /** X12. */
  #decoderFor(firstByte: number): JsonObjectDecoder | ZlibPackageDecoder {
    if (firstByte !== ZLIB_FIRST_BYTE) return new JsonObjectDecoder(this, PACKAGE_LIMITS)
    if (this.#listener.options.compression === 'off') {
      this.#end('Compression is off.', CLOSE_REASONS.malformed)
      return new JsonObjectDecoder(NOBODY, PACKAGE_LIMITS)
    }
    this.#encoding = this.#listener.encodings.zlib
    this.#recipient = new Recipient(this.#encoding, this.client.outbox)
    return new ZlibPackageDecoder(this, this.client, INFLATIONS)
  }

  #carryOut(request: Request): void {
    const member = this.#member
    const login = request.kind === 'command' && request.name === 'login'
    if (member === null) {
      // X11.
      if (login) this.#login(request.parameters)
      else this.#refuse('login', 'Log in first.')
    } else if (request.kind === 'message') {
      member.message(request.data)
    } else if (request.kind === 'unknown') {
      this.#unknown(request.type, 'package')
    } else if (login) {
      this.#refuse('login', 'You are already logged in.')
    } else {
      const command = COMMANDS.get(request.name)
      if (command === undefined) this.#unknown(request.name, 'command')
      else command(member, request.parameters)
    }
  }

  /** X2. */
  #login(parameters: unknown): void {
    const name = fieldOf(parameters, 'username')
    if (name === null || !isName(name)) {
      this.#refuseLogin(name ?? '', 'invalid')
      return
    }
    this.client.authorize(name, fieldOf(parameters, 'password'), (denied) => {
      if (denied !== null) {
        this.#refuseLogin(name, denied)
        return
      }
      const who = { name, recipient: this.#recipient }
      const room = this.hub.defaultRoom.name
      recalledFor(who, this.hub, this.#listener.past, this.client, room, () => this.#comeIn(name))
    })
  }

  /** X3. */
  #comeIn(name: string): void {
    const { hub } = this
    const room = hub.defaultRoom.name
    const claimed = hub.claim(name, this.client.dialect, this.#recipient, false, room)
    if (typeof claimed === 'string') {
      hub.release(this.#recipient)
      this.#refuseLogin(name, claimed)
      return
    }
    this.client.nameRequested(claimed.name, 'accepted')
    for (const slice of this.#lists.session.get(hub.rooms.publicNames())) this.#recipient.send(slice)
    this.#member = new Member(claimed, this)
    this.showPast(claimed, room)
  }

  /** X2. */
  #refuseLogin(name: string, refusal: Exclude<ClaimOutcome, 'accepted'>): void {
    this.client.nameRequested(loggedName(name), refusal)
    const refused = this.#listener.options.status === 'boolean' ? false : 0
    this.answer(sessionPackage(refused, `"reason":${JSON.stringify(refusalWords(refusal))}`))
  }

  /** X11: with the name that the client gave, where that is fit to be sent (M3) and leaves room for the words. */
  #unknown(name: string, otherwise: string): void {
    const answer = errorPackage(name, UNKNOWN_COMMAND)
    const fit = isText(name) && Buffer.byteLength(answer) <= MAX_PACKAGE_BYTES
    this.answer(fit ? answer : errorPackage(otherwise, UNKNOWN_COMMAND))
  }

  #refuse(type: string, words: string): void {
    this.answer(errorPackage(type, words))
  }

  /** A last error of type `package`, and the end. */
  #end(words: string, reason: CloseReason): void {
    this.#refuse('package', words)
    this.client.close(reason)
  }
}

const UNKNOWN_COMMAND = 'Unknown command.'

const BROKEN_WORDS: Readonly<Record<BrokenPackages, string>> = {
  'not-an-object': 'Not a package.',
  'too-large': 'Package too large.',
  'too-deep': 'Package nested too deeply.',
  damaged: 'Not a zlib stream.',
}

/** What the relay closes for, by the part of the protocol that it concerns. */
const FAREWELL_TYPES: ReadonlyMap<CloseReason, string> = new Map<CloseReason, string>([
  [CLOSE_REASONS.loginDeadline, 'login'],
  [CLOSE_REASONS.frameDeadline, 'package'],
  [CLOSE_REASONS.oversize, 'package'],
])

/** For a connection that is over. */
const NOBODY: JsonObjectSink = { object: () => false, broken: () => {} }
