/**
 * The framed dialect for one connection. Its words are for people; what they say of others is read from the forms that its page
 * fixes (F2, F4, F9, F10). A direct message that went well has no answer, so an unknown command (F11) follows it: what comes before
 * the error for that is about the message.
 */

import { COMMAND } from '../../relay/dialects/framed/commands.js'
import { FrameDecoder } from '../../relay/frame/decoder.js'
import { MAX_PAYLOAD_BYTES } from '../../relay/frame/layout.js'
import { encodeFrame } from '../encode-frame.js'
import { joinAnswer } from '../join-answer.js'
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

type Reply =
  | { readonly kind: 'join'; readonly status: number | undefined }
  | { readonly kind: 'list'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }

/** F15: of a JOIN without its header; a longer one would end the connection. */
const MAX_LOGIN_BYTES = 1024 - 3
/** No command of the dialect, now or later: it has few. */
const NO_COMMAND = 0x7f
const NO_COMMAND_ERROR = `Unsupported command ${NO_COMMAND}`

/** F4; and `style=colon`. A name has no space in it. */
const SAID = /^\[(\S{1,32})\] (.*)$/s
const SAID_WITH_COLON = /^(\S{1,32}): (.*)$/s
const ANNOUNCED = /^\*\*(.*)\*\*$/s
const ANNOUNCEMENT = /^(\S+) (is joining the chat|is leaving the chat|has blocked you|is now known as (\S+))$/
const CROWD = /^(\d+) (?:people are|person is) (joining|leaving) the chat$/
const MISSED = /^Missed (\d+) messages?/

const TEXT = new TextDecoder()
const SAID_NOTHING_BACK: Said = { id: null }

export class FramedProtocol implements Protocol {
  readonly features: ReadonlySet<Feature> = new Set()
  readonly #context: ProtocolContext
  readonly #questions = new Questions<Reply>()
  readonly #decoder = new FrameDecoder({
    frame: (command, bytes, start, end) => {
      this.#frame(command, bytes.subarray(start, end))
      return !this.#isBroken
    },
    // No length that two bytes can announce is more than the decoder takes.
    oversize: () => {},
  })
  #name: string | null = null
  #lastWords = ''
  #isBroken = false

  constructor(context: ProtocolContext) {
    this.#context = context
  }

  get room(): string {
    return this.#context.defaultRoom
  }

  get lastWords(): string {
    return this.#lastWords
  }

  decode(chunk: Uint8Array): void {
    this.#decoder.decode(chunk)
  }

  /** What the relay has to say of a password it says in an error before its answer. */
  async login(name: string, password: string | null): Promise<void> {
    requireName('name', name)
    requirePassword(password)
    const asked = password === null ? name : `${name} ${password}`
    requireLength(asked.length, MAX_LOGIN_BYTES)
    this.#send(COMMAND.JOIN, asked)
    let denied: string | null = null
    const answer = await this.#questions.ask((reply) => {
      if (reply.kind === 'error' && isDenial(reply.text)) {
        denied = reply.text
        return 'more'
      }
      if (reply.kind !== 'join') return 'not-mine'
      const status = joinAnswer(reply.status)
      // Here and not by whoever awaits it: what follows in the same chunk is read with it.
      if (status === 'accepted') this.#name = name
      if (status !== null) return { value: status }
      this.#isBroken = true
      this.#context.broken(`the status ${reply.status} for a JOIN`)
      return 'more'
    })
    if (answer === 'taken') throw denied === null ? new NameTakenError(name) : new DeniedError(denied)
    if (answer !== 'accepted')
      throw new RefusedError(`the relay does not take the name ${JSON.stringify(name)}`)
  }

  /** F5–F7: what the relay would refuse is refused here, because its errors name no message. */
  async say(text: string): Promise<Said> {
    this.#require(text)
    this.#send(COMMAND.MESSAGE, text)
    return SAID_NOTHING_BACK
  }

  async tell(name: string, text: string): Promise<Said> {
    requireName('name', name)
    this.#require(`${name} ${text}`)
    requireAscii(text)
    this.#send(COMMAND.DIRECT, `${name} ${text}`)
    await this.#fence()
    return SAID_NOTHING_BACK
  }

  list(room: string | null): Promise<readonly Person[]> {
    if (room !== null) return unsupported('framed', 'lists of other rooms')
    let names = ''
    this.#send(COMMAND.LIST, '')
    return this.#questions.ask((reply) => {
      if (reply.kind !== 'list') return 'not-mine'
      names += reply.text
      // F8.
      if (names.endsWith(' ')) return 'more'
      return { value: names.split(' ').flatMap((name) => (name === '' ? [] : [{ name, status: 'ONLINE' }])) }
    })
  }

  rooms = () => unsupported('framed', 'rooms')
  join = () => unsupported('framed', 'rooms')
  edit = () => unsupported('framed', 'edits')
  received = () => unsupported('framed', 'receipts')
  block = () => unsupported('framed', 'blocks')
  unblock = () => unsupported('framed', 'blocks')
  setStatus = () => unsupported('framed', 'statuses')

  async ping(): Promise<void> {
    await this.#fence()
  }

  quit(): void {
    this.#send(COMMAND.LEAVE, '')
  }

  ended(error: Error): void {
    this.#questions.end(error)
  }

  /** @throws RefusedError for the first error that came before it */
  #fence(): Promise<void> {
    this.#send(NO_COMMAND, '')
    let refusal: string | null = null
    return this.#questions.ask((reply) => {
      if (reply.kind !== 'error') return 'not-mine'
      if (!reply.text.startsWith(NO_COMMAND_ERROR)) {
        refusal ??= reply.text
        return 'more'
      }
      if (refusal !== null) throw new RefusedError(refusal)
      return { value: undefined }
    })
  }

  #require(text: string): void {
    requireAscii(text)
    // F6: with `[name] ` in front it is to fit one frame.
    requireLength(text.length + (this.#name?.length ?? 0) + 3, MAX_PAYLOAD_BYTES)
  }

  #send(command: number, text: string): void {
    this.#context.send(encodeFrame(command, text))
  }

  #frame(command: number, payload: Uint8Array): void {
    // ASCII on our relays; foreign ones may send more, and UTF-8 is what they send.
    const text = TEXT.decode(payload)
    if (command === COMMAND.MESSAGE) this.#line(text)
    else if (command === COMMAND.DIRECT) this.#direct(text)
    else if (command === COMMAND.JOIN) this.#questions.offer({ kind: 'join', status: payload[0] })
    else if (command === COMMAND.LIST) this.#questions.offer({ kind: 'list', text })
    else if (command === COMMAND.ERROR) this.#error(text)
    else if (command === COMMAND.LEAVE) this.#lastWords = text
  }

  #line(text: string): void {
    // F1: the greeting.
    if (this.#name === null) return
    const at = Date.now()
    const announced = ANNOUNCED.exec(text)?.[1]
    if (announced !== undefined && this.#announced(announced, at)) return
    const [, from, said] = SAID.exec(text) ?? SAID_WITH_COLON.exec(text) ?? []
    if (from === undefined || said === undefined)
      this.#context.event({ kind: 'notice', at, text, isRefusal: false })
    else
      this.#context.event({ kind: 'message', at, id: null, from, text: said, room: this.room, sentAt: null })
  }

  #announced(words: string, at: number): boolean {
    const crowd = CROWD.exec(words)
    if (crowd !== null) {
      const [joined, left] = crowd[2] === 'joining' ? [Number(crowd[1]), 0] : [0, Number(crowd[1])]
      this.#context.event({ kind: 'crowd', at, joined, left })
      return true
    }
    const [, name, what, newName] = ANNOUNCEMENT.exec(words) ?? []
    if (name === undefined || what === undefined) return false
    if (newName !== undefined) this.#context.event({ kind: 'renamed', at, from: name, name: newName })
    else if (what === 'has blocked you') this.#context.event({ kind: 'blocked', at, name })
    // F2: the newcomer hears of themselves, too.
    else if (name !== this.#name)
      this.#context.event({ kind: what.includes('joining') ? 'joined' : 'left', at, name, room: this.room })
    return true
  }

  #direct(text: string): void {
    const at = Date.now()
    const [, from, said] = SAID.exec(text) ?? SAID_WITH_COLON.exec(text) ?? []
    if (from === undefined || said === undefined)
      this.#context.event({ kind: 'notice', at, text, isRefusal: false })
    else this.#context.event({ kind: 'direct', at, id: null, from, text: said, sentAt: null })
  }

  #error(text: string): void {
    const at = Date.now()
    const missed = MISSED.exec(text)
    if (missed !== null) this.#context.event({ kind: 'missed', at, count: Number(missed[1]), by: 'relay' })
    else if (!this.#questions.offer({ kind: 'error', text }))
      this.#context.event({ kind: 'notice', at, text, isRefusal: true })
  }
}
