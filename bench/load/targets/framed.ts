/**
 * The framed protocol from a load client's side. It has its own reading of frames on purpose: a check of a
 * server should not share the code that it checks.
 */

import { STAMP_MARK } from '../stamp.js'
import type { DeliverySink, MessageTemplate, Target, TargetClient, TargetClientSetup } from './target.js'

const JOIN = 0x00
const LEAVE = 0x01
const MESSAGE = 0x02
const DIRECT = 0x04
const ERROR = 0x05
const HEADER_BYTES = 3
const MAX_FRAME_BYTES = HEADER_BYTES + 0xffff
const BRACKET = 0x5b
const STAR = 0x2a
const ZERO = 0x30
const NINE = 0x39

// `**Bob is joining the chat**`, `**212 people are leaving the chat**`: what tells them apart, from the end.
const VERB_FROM_END = ' joining the chat**'.length - 1
const PLURAL_FROM_END = 'e joining the chat**'.length
const LETTER_E = 0x65
const LETTER_J = 0x6a
const LETTER_L = 0x6c

export const framedTarget: Target = {
  name: 'framed',
  echoesOwn: false,
  rooms: 'listeners',
  announces: true,
  defaultPort: 9000,
  client: (setup) => new FramedClient(setup),
  template: (text) => ({ bytes: frame(MESSAGE, text), textAt: HEADER_BYTES }),
  direct: directTemplate,
}

function directTemplate(text: Uint8Array, to: string): MessageTemplate {
  const payload = Buffer.concat([Buffer.from(`${to} `, 'latin1'), text])
  return { bytes: frame(DIRECT, payload), textAt: HEADER_BYTES + to.length + 1 }
}

function frame(command: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  bytes[0] = command
  bytes[1] = payload.length >>> 8
  bytes[2] = payload.length & 0xff
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

class FramedClient implements TargetClient {
  readonly #setup: TargetClientSetup
  readonly #deliveries: DeliverySink
  readonly #receiver: number
  readonly #payloadBytes: number

  // A frame whose end has not arrived. Held only while there is one, and grown to what the frame needs.
  #begun: Uint8Array | null = null
  #begunBytes = 0

  constructor(setup: TargetClientSetup) {
    this.#setup = setup
    this.#deliveries = setup.deliveries
    this.#receiver = setup.receiver
    this.#payloadBytes = setup.payloadBytes
  }

  opening(): Uint8Array {
    return frame(JOIN, Buffer.from(this.#setup.name, 'latin1'))
  }

  read(bytes: Uint8Array, length: number): void {
    const start = this.#begunBytes === 0 ? 0 : this.#complete(bytes, length)
    const at = this.#frames(bytes, start, length)
    if (at < length) this.#keep(bytes, at, length)
  }

  /** Handles the whole frames of `bytes[start, end)`. @returns the offset of the first byte of the rest */
  #frames(bytes: Uint8Array, start: number, end: number): number {
    const deliveries = this.#deliveries
    const receiver = this.#receiver
    const payloadBytes = this.#payloadBytes
    let at = start
    while (end - at >= HEADER_BYTES) {
      const next = at + HEADER_BYTES + (((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number))
      if (next > end) break
      // `[name] text`: the text has a known size, so it is found from the end without looking for the name.
      const textAt = next - payloadBytes
      if (
        (bytes[at] === MESSAGE || bytes[at] === DIRECT) &&
        textAt > at + HEADER_BYTES &&
        bytes[textAt] === STAMP_MARK &&
        bytes[at + HEADER_BYTES] === BRACKET
      ) {
        deliveries.delivered(receiver, bytes, textAt)
      } else {
        this.#other(bytes, at, next)
      }
      at = next
    }
    return at
  }

  #other(bytes: Uint8Array, at: number, end: number): void {
    const command = bytes[at]
    const body = at + HEADER_BYTES
    if (command === MESSAGE || command === DIRECT) {
      if (bytes[body] === BRACKET) this.#deliveries.foreign(this.#receiver)
      else if (bytes[body] === STAR) this.#announcement(bytes, body, end)
    } else if (command === JOIN) {
      if (end - body === 1 && bytes[body] === 0) this.#setup.events.joined()
      else this.#setup.events.refused(`JOIN was answered with ${bytes[body]}`)
    } else if (command === ERROR || command === LEAVE) {
      this.#setup.events.refused(Buffer.from(bytes.subarray(body, end)).toString('latin1'))
    }
  }

  /** Half the square of the clients arrives here in a join storm: looked at byte by byte, without a string. */
  #announcement(bytes: Uint8Array, body: number, end: number): void {
    const verb = bytes[end - VERB_FROM_END]
    if (verb !== LETTER_J && verb !== LETTER_L) return
    let people = 1
    if (bytes[end - PLURAL_FROM_END] === LETTER_E) {
      people = 0
      for (let at = body + 2; ; at++) {
        const digit = bytes[at] as number
        if (digit < ZERO || digit > NINE) break
        people = people * 10 + digit - ZERO
      }
    }
    this.#deliveries.announced(this.#receiver, verb === LETTER_J ? people : 0, verb === LETTER_L ? people : 0)
  }

  /** Fills up the begun frame from a new chunk. @returns how much of the chunk that took */
  #complete(bytes: Uint8Array, length: number): number {
    let at = 0
    while (at < length) {
      const begun = this.#begun as Uint8Array
      const wanted =
        this.#begunBytes < HEADER_BYTES
          ? HEADER_BYTES
          : HEADER_BYTES + (((begun[1] as number) << 8) | (begun[2] as number))
      const taken = Math.min(wanted - this.#begunBytes, length - at)
      this.#keep(bytes, at, at + taken)
      at += taken
      if (this.#begunBytes >= HEADER_BYTES) {
        const whole = this.#begun as Uint8Array
        if (this.#frames(whole, 0, this.#begunBytes) === this.#begunBytes) {
          this.#begunBytes = 0
          if (whole.length > SMALL_BYTES) this.#begun = null
          return at
        }
      }
    }
    return at
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const wanted = this.#begunBytes + end - start
    const held = this.#begun
    if (held === null || held.length < wanted) {
      const grown = new Uint8Array(wanted <= SMALL_BYTES ? SMALL_BYTES : MAX_FRAME_BYTES)
      if (held !== null) grown.set(held.subarray(0, this.#begunBytes))
      this.#begun = grown
    }
    const begun = this.#begun as Uint8Array
    for (let at = start; at < end; at++) begun[this.#begunBytes++] = bytes[at] as number
  }
}

/** What straddles is mostly one small frame; only longer ones take the full size for a moment. */
const SMALL_BYTES = 256
