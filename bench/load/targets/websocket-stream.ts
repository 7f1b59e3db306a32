/**
 * A WebSocket's client side in as few bytes as it takes: the opening request, the answer to it, and frames.
 * Owns that framing; what the frames carry is the target's that uses it. No fragments, no compression: neither
 * is asked for.
 *
 *     byte 0        byte 1            then              then
 *    +-------------+-----------------+-----------------+-------------------+----------
 *    | FIN, opcode | masked?, length | 2 or 8 of length| client: mask (4)  | payload
 *    +-------------+-----------------+-----------------+-------------------+----------
 */

import { ascii, CR, LF, words } from './ascii.js'
import { type UnitReader, UnitStream } from './unit-stream.js'

const FINAL = 0x80
const MASKED = 0x80
const TEXT = 0x1
const BINARY = 0x2
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa
const MASK_BYTES = 4
const LENGTH_16 = 126
const LENGTH_64 = 127

/** Who is told what came. */
export interface WebSocketReader {
  opened(): void
  /** A frame's payload is `bytes[at, end)`, borrowed until this returns. */
  message(bytes: Uint8Array, at: number, end: number): void
  refused(reason: string): void
  reply(bytes: Uint8Array): void
}

/** @param subprotocol left out where none is asked for */
export function openingRequest(path: string, subprotocol?: string): Uint8Array {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: bG9hZCBsb2FkIGxvYWQgbA==',
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
  ]
  return ascii(`${lines.join('\r\n')}\r\n\r\n`)
}

/** A client's text frame. Its mask is zero, so that what it carries can be changed in place. */
export function textFrame(payload: Uint8Array): { bytes: Uint8Array; payloadAt: number } {
  return clientFrame(TEXT, payload)
}

/** As `textFrame`, for bytes. */
export function binaryFrame(payload: Uint8Array): { bytes: Uint8Array; payloadAt: number } {
  return clientFrame(BINARY, payload)
}

function clientFrame(opcode: number, payload: Uint8Array): { bytes: Uint8Array; payloadAt: number } {
  const { length } = payload
  if (length > 0xffff) throw new RangeError('a frame of at most 65,535 bytes is expected')
  const size = length < LENGTH_16 ? [length] : [LENGTH_16, length >>> 8, length & 0xff]
  const head = [FINAL | opcode, MASKED | (size[0] as number), ...size.slice(1), 0, 0, 0, 0]
  return { bytes: Buffer.concat([Uint8Array.from(head), payload]), payloadAt: size.length + 1 + MASK_BYTES }
}

export class WebSocketStream implements UnitReader {
  readonly #reader: WebSocketReader
  readonly #stream = new UnitStream(this)
  #isOpen = false
  #payloadAt = 0

  constructor(reader: WebSocketReader) {
    this.#reader = reader
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    if (!this.#isOpen) return headEnd(bytes, at, end)
    if (end - at < 2) return 0
    const length = (bytes[at + 1] as number) & 0x7f
    if (length < LENGTH_16) {
      this.#payloadAt = 2
      return at + 2 + length
    }
    this.#payloadAt = length === LENGTH_64 ? 10 : 4
    if (end - at < this.#payloadAt) return 0
    const low =
      ((bytes[at + this.#payloadAt - 2] as number) << 8) | (bytes[at + this.#payloadAt - 1] as number)
    const high =
      ((bytes[at + this.#payloadAt - 4] as number) << 8) | (bytes[at + this.#payloadAt - 3] as number)
    return at + this.#payloadAt + (length === LENGTH_64 ? high * 0x1_0000 + low : low)
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    if (!this.#isOpen) {
      this.#head(words(bytes, at, end))
      return
    }
    const opcode = (bytes[at] as number) & 0xf
    const payloadAt = at + this.#payloadAt
    if (opcode < CLOSE) this.#reader.message(bytes, payloadAt, end)
    else if (opcode === PING) this.#reader.reply(clientFrame(PONG, bytes.slice(payloadAt, end)).bytes)
    else if (opcode === CLOSE) {
      this.#reader.refused(`the server closed: ${words(bytes, Math.min(payloadAt + 2, end), end)}`)
    }
  }

  #head(head: string): void {
    if (head.startsWith('HTTP/1.1 101')) {
      this.#isOpen = true
      this.#reader.opened()
    } else {
      this.#reader.refused(head.slice(0, head.indexOf('\r')))
    }
  }
}

/** @returns the offset behind the empty line that ends an HTTP head, 0 where it is not there */
function headEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let index = at + 3; index < end; index++) {
    if (
      bytes[index] === LF &&
      bytes[index - 1] === CR &&
      bytes[index - 2] === LF &&
      bytes[index - 3] === CR
    ) {
      return index + 1
    }
  }
  return 0
}
