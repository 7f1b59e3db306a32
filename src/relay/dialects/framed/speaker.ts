/**
 * One connection's side of the framed dialect: frames in, hub calls and answers out.
 *
 *              JOIN free and valid              LEAVE, or the connection ends
 *   nameless ----------------------> joined --------------------------------> over
 *      | JOIN taken or invalid: 01, 02; stays
 *      | LEAVE --------------------------------------------------------------> over
 */

import { constantSlice, ownSlice, type Slice } from '../../fanout/chunk.js'
import type { Encoding } from '../../fanout/encoding.js'
import { Recipient } from '../../fanout/recipient.js'
import { FrameDecoder, type FrameSink } from '../../frame/decoder.js'
import { HEADER_BYTES, MAX_PAYLOAD_BYTES } from '../../frame/layout.js'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import type { ClaimRefusal } from '../../hub/names.js'
import type { Room, Session } from '../../hub/session.js'
import { isName, MAX_NAME_BYTES } from '../../hub/text.js'
import type { AnswerCache } from '../answer-cache.js'
import { toAscii } from '../ascii.js'
import type { Client, DialectContext, NameRefusal, RoomPast, Speaker } from '../dialect.js'
import { recalledFor, showPast } from '../past.js'
import { ACCESS_WORDS, type Asked, nameAndSecret } from '../secrets.js'
import { loggedName } from '../words.js'
import { BareCommands } from './bare.js'
import { COMMAND, JOIN_STATUS } from './commands.js'
import { readDirect } from './direct.js'
import { frameOf, maxTextBytes } from './encoding.js'
import type { FramedOptions } from './options.js'
import { readText } from './text.js'

/** What all connections of one listener share. */
export interface FramedListener {
  readonly relay: DialectContext
  readonly options: FramedOptions
  readonly past: RoomPast | null
  readonly encoding: Encoding
  readonly nameList: AnswerCache<readonly string[]>
}

/** F1. */
const GREETING = constantSlice(
  frameOf(
    COMMAND.MESSAGE,
    'Welcome. Commands: 0 JOIN name, 1 LEAVE, 2 MESSAGE text, 3 LIST, 4 DIRECT name text.',
  ),
)
const JOIN_FIRST = constantSlice(errorFrame('Join first'))
const NOT_ASCII = constantSlice(errorFrame('Only printable ASCII is allowed'))
/** The program that the relay is part of does not want it said. */
const REFUSED = constantSlice(errorFrame('Message refused'))
const DIRECT_USAGE = constantSlice(errorFrame('A direct message is a name, a space and a text'))

/** F2, F3: the JOIN answer in both forms. */
const JOIN_REPLIES = {
  frame: {
    accepted: joinFrame(JOIN_STATUS.accepted),
    taken: joinFrame(JOIN_STATUS.taken),
    invalid: joinFrame(JOIN_STATUS.invalid),
  },
  byte: {
    accepted: constantSlice(Buffer.of(JOIN_STATUS.accepted)),
    taken: constantSlice(Buffer.of(JOIN_STATUS.taken)),
    invalid: constantSlice(Buffer.of(JOIN_STATUS.invalid)),
  },
} as const

export class FramedSpeaker implements Speaker, FrameSink {
  readonly #listener: FramedListener
  readonly #client: Client
  readonly #recipient: Recipient
  readonly #decoder: FrameDecoder
  readonly #bare: BareCommands | null
  #session: Session<Recipient> | null = null
  #room: Room<Recipient> | null = null
  /** After the last frame, the client said to take no more for now, or for ever. */
  #stopped = false

  constructor(listener: FramedListener, client: Client) {
    this.#listener = listener
    this.#client = client
    this.#recipient = new Recipient(listener.encoding, client.outbox)
    const decoder = new FrameDecoder(this, listener.relay.maxLoginBytes - HEADER_BYTES)
    this.#decoder = decoder
    this.#bare =
      listener.options.bare === 'on'
        ? new BareCommands(
            (b, start, end) => decoder.decode(b, start, end),
            () => this.#stopped,
          )
        : null
  }

  /** F1. */
  greet(): void {
    if (this.#listener.options.greeting === 'connect') this.#send(GREETING)
  }

  get partialFrame(): number {
    return this.#decoder.partialFrame
  }

  get heldBytes(): number {
    return this.#decoder.heldBytes
  }

  feed(bytes: Buffer, start: number, end: number): number {
    this.#stopped = false
    return (this.#bare ?? this.#decoder).decode(bytes, start, end)
  }

  isBinary(): boolean {
    return true
  }

  frame(command: number, bytes: Uint8Array, start: number, end: number): boolean {
    switch (command) {
      case COMMAND.JOIN:
        this.#join(readText(bytes, start, end), bytes, start, end)
        break
      case COMMAND.LEAVE:
        this.#client.close(CLOSE_REASONS.left)
        break
      case COMMAND.MESSAGE:
        if (this.#session === null) this.#send(JOIN_FIRST)
        else this.#message(this.#session, readText(bytes, start, end))
        break
      case COMMAND.LIST:
        if (this.#session === null) this.#send(JOIN_FIRST)
        else this.#list()
        break
      case COMMAND.DIRECT:
        if (this.#session === null) this.#send(JOIN_FIRST)
        else this.#direct(this.#session, readText(bytes, start, end))
        break
      default:
        // F11; ERROR from a client is unsupported too.
        this.#error(`Unsupported command ${command}`)
    }
    this.#stopped = !this.#client.requestDone()
    return !this.#stopped
  }

  /** F15. */
  oversize(_command: number, _payloadBytes: number): void {
    this.#client.expel(CLOSE_REASONS.oversize)
  }

  /** F15, F17: broken rules are an ERROR first; the last frame is LEAVE in any case. */
  farewell(reason: CloseReason): void {
    const words = toAscii(reason.words)
    if (BROKEN_RULES.has(reason)) this.#error(`Closing: ${words}`)
    this.#send(ownSlice(frameOf(COMMAND.LEAVE, words)))
  }

  closed(reason: CloseReason): void {
    const session = this.#session
    this.#session = this.#room = null
    const { hub } = this.#listener.relay
    if (session !== null) hub.end(session, reason.label)
    else hub.release(this.#recipient)
  }

  get #joinReplies() {
    return JOIN_REPLIES[this.#listener.options['join-reply']]
  }

  /** F2, F12. @param text `null` where it is none */
  #join(text: string | null, bytes: Uint8Array, start: number, end: number): void {
    if (this.#session !== null) {
      this.#error(`Already joined as ${this.#session.name}`)
      return
    }
    const { name, secret } = this.#asked(text ?? Buffer.prototype.latin1Slice.call(bytes, start, end))
    if (text === null) this.#refuseName(loggedName(name), 'invalid')
    else if (!isName(name)) this.#refuseName(name, 'invalid')
    else this.#client.authorize(name, secret, (refusal) => this.#authorized(name, refusal))
  }

  /** Without passwords all of it is the name, and what has a space in it is none. */
  #asked(text: string): Asked {
    return this.#listener.relay.access.takesSecrets ? nameAndSecret(text) : { name: text, secret: null }
  }

  get #roomName(): string {
    return this.#listener.options.room ?? this.#listener.relay.hub.defaultRoom.name
  }

  #authorized(name: string, denied: NameRefusal | null): void {
    if (denied !== null) {
      this.#refuseName(name, denied)
      return
    }
    const { relay, past } = this.#listener
    const who = { name, recipient: this.#recipient }
    recalledFor(who, relay.hub, past, this.#client, this.#roomName, () => this.#comeIn(name))
  }

  #comeIn(name: string): void {
    const { hub } = this.#listener.relay
    const room = this.#roomName
    const claimed = hub.claim(name, this.#client.dialect, this.#recipient, false, room)
    if (typeof claimed === 'string') {
      hub.release(this.#recipient)
      this.#refuseName(name, claimed)
      return
    }
    this.#client.nameRequested(name, 'accepted')
    this.#send(this.#joinReplies.accepted)
    this.#session = claimed
    this.#decoder.maxPayloadBytes = MAX_PAYLOAD_BYTES
    if (this.#bare !== null) this.#bare.joined = true
    if (this.#listener.options.greeting === 'join') this.#send(GREETING)
    this.#room = hub.join(claimed, room)
    if (this.#room !== null) showPast(this.#listener.past, this.#recipient, claimed, room)
  }

  /** F2. Who may not have a name hears that it is somebody else's, and why; a client that reads one byte reads no words. */
  #refuseName(name: string, refusal: ClaimRefusal | NameRefusal): void {
    this.#client.nameRequested(name, refusal)
    const isDenied = refusal !== 'taken' && refusal !== 'invalid'
    if (isDenied && this.#listener.options['join-reply'] === 'frame') this.#error(ACCESS_WORDS[refusal])
    this.#send(this.#joinReplies[isDenied ? 'taken' : refusal])
  }

  /** F4–F7. */
  #message(session: Session<Recipient>, text: string | null): void {
    if (text === null) this.#send(NOT_ASCII)
    else if (text.length > maxTextBytes(session.name)) this.#tooLong(session)
    else if (text !== '' && this.#room !== null) {
      const id = this.#listener.relay.hub.messages.say(session, this.#room, text)
      if (id === false) this.#send(REFUSED)
    }
  }

  /** F8. */
  #list(): void {
    for (const slice of this.#listener.nameList.get(this.#listener.relay.hub.names())) this.#send(slice)
  }

  /** F9. */
  #direct(session: Session<Recipient>, payload: string | null): void {
    if (payload === null) {
      this.#send(NOT_ASCII)
      return
    }
    const { hub } = this.#listener.relay
    const { to, text } = readDirect(payload, (name) => hub.isHere(name))
    if (to === '' || text === '') this.#send(DIRECT_USAGE)
    else if (text.length > maxTextBytes(session.name)) this.#tooLong(session)
    else {
      const outcome = hub.messages.direct(session, [to], text)
      if (outcome.kind === 'missing') this.#error(`No such user: ${shortened(to)}`)
      // C11: nothing that was taken is lost without a word.
      else if (outcome.kind === 'blocked') this.#error(`${to} has blocked you`)
      else if (outcome.kind === 'refused') this.#send(REFUSED)
    }
  }

  /** F6. */
  #tooLong(session: Session<Recipient>): void {
    this.#error(`Message too long: at most ${maxTextBytes(session.name)} bytes`)
  }

  #error(words: string): void {
    this.#send(ownSlice(errorFrame(words)))
  }

  #send(slice: Slice): void {
    this.#recipient.send(slice)
  }
}

/** F15: what gets an ERROR in words before the LEAVE. */
const BROKEN_RULES: ReadonlySet<CloseReason> = new Set([
  CLOSE_REASONS.loginDeadline,
  CLOSE_REASONS.frameDeadline,
  CLOSE_REASONS.oversize,
])

/** What cannot be a name may be as long as a frame, and an answer that repeats it would not fit one. */
function shortened(name: string): string {
  return name.length <= MAX_NAME_BYTES ? name : `${name.slice(0, MAX_NAME_BYTES)}...`
}

function errorFrame(words: string): Buffer {
  return frameOf(COMMAND.ERROR, words)
}

function joinFrame(status: number): Slice {
  return constantSlice(Buffer.of(COMMAND.JOIN, 0, 1, status))
}
