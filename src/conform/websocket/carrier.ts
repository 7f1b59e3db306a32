/**
 * Carries the bytes of a dialect in messages of WebSocket, below a `RawPeer`: what a check writes becomes a message where
 * whole requests end, and fragments of one until then; so bytes that come one by one over TCP come in a fragment each
 * here. What a server sends is held to the RFC and to the dialect's way of using it, whatever the check is about.
 */

import { isUtf8 } from 'node:buffer'
import type { Messages } from '../check.js'
import { CheckFailure, NotApplicable } from '../failure.js'
import type { Carrier } from '../raw-peer.js'
import { shownBytes } from '../shown-bytes.js'
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  closeCode,
  closing,
  type Frame,
  frame,
  MAX_CONTROL_BYTES,
  PING,
  PONG,
  parsed,
  shown,
  TEXT,
  wholeFrame,
} from './frames.js'

const NORMAL = 1000

export class WebSocketCarrier implements Carrier {
  readonly #messages: Messages
  /** Bytes of the server's that are no whole frame yet. */
  #torn = Buffer.alloc(0)
  /** The server's message of which more is to come. */
  #coming: { readonly opcode: number; readonly parts: Buffer[] } | null = null
  /** What was sent of this side's message of which more is to come. */
  #going: { readonly opcode: number; payload: Buffer } | null = null
  #saidGoodbye = false
  #closeCode: number | null | undefined

  constructor(messages: Messages) {
    this.#messages = messages
  }

  /** The code of the server's close frame; `null` for a close frame without one, undefined before there was one. */
  get closeCode(): number | null | undefined {
    return this.#closeCode
  }

  wrap(bytes: Buffer): Buffer {
    if (this.#saidGoodbye || bytes.length === 0) return Buffer.alloc(0)
    const going = this.#going
    const payload = going === null ? bytes : Buffer.concat([going.payload, bytes])
    const opcode = going?.opcode ?? (this.#messages.isBinary(bytes) ? BINARY : TEXT)
    const fin = isWhole(payload, this.#messages.request)
    if (fin && opcode === TEXT && !isUtf8(payload))
      throw new NotApplicable('over WebSocket no text message has that, being not UTF-8: see 6.6 to 6.21')
    this.#going = fin ? null : { opcode, payload }
    return frame(going === null ? opcode : CONTINUATION, bytes, { fin })
  }

  farewell(): Buffer {
    if (this.#saidGoodbye) return Buffer.alloc(0)
    this.#saidGoodbye = true
    return frame(CLOSE, closing(NORMAL))
  }

  unwrap(chunk: Buffer, reply: (bytes: Buffer) => void): Buffer[] {
    this.#torn = Buffer.concat([this.#torn, chunk])
    const messages: Buffer[] = []
    for (let length = wholeFrame(this.#torn); length > 0; length = wholeFrame(this.#torn)) {
      const came = parsed(this.#torn.subarray(0, length))
      this.#torn = this.#torn.subarray(length)
      const message = this.#take(came, reply)
      if (message !== null) messages.push(message)
    }
    return messages
  }

  ended(): void {
    if (this.#closeCode === undefined)
      throw new CheckFailure('a close frame before the end of the connection', 'none')
  }

  /** @returns a whole message, or null @throws CheckFailure when a server must not send that */
  #take(came: Frame, reply: (bytes: Buffer) => void): Buffer | null {
    const { fin, rsv, opcode, masked, payload } = came
    const isControl = (opcode & CLOSE) !== 0
    if (rsv !== 0 || masked || (isControl && (!fin || payload.length > MAX_CONTROL_BYTES)))
      throw new CheckFailure('a frame as servers send them', shown(came))
    if (this.#closeCode !== undefined) throw new CheckFailure('nothing behind the close frame', shown(came))
    switch (opcode) {
      case PING:
        if (!this.#saidGoodbye) reply(frame(PONG, payload))
        return null
      case PONG:
        return null
      case CLOSE:
        this.#closed(came, reply)
        return null
      case TEXT:
      case BINARY:
        if (this.#coming !== null)
          throw new CheckFailure('the rest of the message that was begun', shown(came))
        this.#coming = { opcode, parts: [payload] }
        break
      case CONTINUATION:
        if (this.#coming === null) throw new CheckFailure('a message to continue', shown(came))
        this.#coming.parts.push(payload)
        break
      default:
        throw new CheckFailure('an opcode that there is', shown(came))
    }
    return fin ? this.#message() : null
  }

  #closed(came: Frame, reply: (bytes: Buffer) => void): void {
    const { payload } = came
    if (payload.length === 1 || !isUtf8(payload.subarray(2)))
      throw new CheckFailure('a close frame with a code and a reason in UTF-8', shown(came))
    this.#closeCode = closeCode(payload)
    if (this.#saidGoodbye) return
    this.#saidGoodbye = true
    reply(frame(CLOSE, payload.subarray(0, 2)))
  }

  /** The message that is complete now, which has whole answers, one or many, and the opcode that they have. */
  #message(): Buffer {
    const { opcode, parts } = this.#coming as { opcode: number; parts: Buffer[] }
    this.#coming = null
    const message = Buffer.concat(parts)
    const wanted = this.#messages.isBinary(message) ? BINARY : TEXT
    const words = wanted === BINARY ? 'a binary message' : 'a text message'
    if (opcode !== wanted)
      throw new CheckFailure(words, `${opcode === TEXT ? 'text' : 'binary'} ${shownBytes(message)}`)
    if (opcode === TEXT && !isUtf8(message)) throw new CheckFailure(`${words} in UTF-8`, shownBytes(message))
    if (!isWhole(message, this.#messages.answer))
      throw new CheckFailure(`${words} that ends where an answer ends`, shownBytes(message))
    return message
  }
}

/** Whether these bytes end where something ends that `cut` finds in them. */
function isWhole(bytes: Buffer, cut: (rest: Buffer) => number): boolean {
  let at = 0
  while (at < bytes.length) {
    const length = cut(bytes.subarray(at))
    if (length <= 0) return false
    at += length
  }
  return true
}
