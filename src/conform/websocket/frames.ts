/**
 * Frames of WebSocket (RFC 6455, 5.2) as the kit writes and reads them, wrong ones too. Of its own, so that a mistake of
 * the relay's library cannot hide itself.
 *
 *      0               1               2 … 9             then
 *     +-+-----+-------+-+-------------+-----------------+-----------------+---------
 *     |F| RSV | opcode|M| length, 126 | length of 2 or  | mask, 4 bytes,  | payload
 *     |I|  3  |   4   | |  or 127     | 8 bytes         | clients' alone  |
 *     +-+-----+-------+-+-------------+-----------------+-----------------+---------
 */

import { randomBytes } from 'node:crypto'
import { shownBytes } from '../shown-bytes.js'

export const CONTINUATION = 0x0
export const TEXT = 0x1
export const BINARY = 0x2
export const CLOSE = 0x8
export const PING = 0x9
export const PONG = 0xa

const FIN = 0x80
const MASKED = 0x80
const IN_2_BYTES = 126
const IN_8_BYTES = 127
const MASK_BYTES = 4

/** The longest payload of a control frame. */
export const MAX_CONTROL_BYTES = 125

export interface Frame {
  readonly fin: boolean
  /** The three reserved bits, as a number. */
  readonly rsv: number
  readonly opcode: number
  readonly masked: boolean
  readonly payload: Buffer
}

export interface FrameOptions {
  /** Whether it ends its message; it does, when left out. */
  readonly fin?: boolean
  readonly rsv?: number
  /** Clients mask; for those that do not. */
  readonly masked?: boolean
  /** Says that the payload is so long, whatever it is. */
  readonly length?: number
  /** In how many bytes the length is written: as few as can be, when left out. */
  readonly lengthBytes?: 0 | 2 | 8
}

/** One frame of a client's. */
export function frame(opcode: number, payload: Uint8Array | string = '', options: FrameOptions = {}): Buffer {
  const { fin = true, rsv = 0, masked = true } = options
  const bytes = Buffer.from(payload as string)
  const length = options.length ?? bytes.length
  const wide = options.lengthBytes ?? (length < IN_2_BYTES ? 0 : length <= 0xffff ? 2 : 8)
  const header = Buffer.alloc(2 + wide)
  header[0] = (fin ? FIN : 0) | (rsv << 4) | opcode
  header[1] = (masked ? MASKED : 0) | (wide === 0 ? length : wide === 2 ? IN_2_BYTES : IN_8_BYTES)
  if (wide === 2) header.writeUInt16BE(length, 2)
  else if (wide === 8) header.writeBigUInt64BE(BigInt(length), 2)
  if (!masked) return Buffer.concat([header, bytes])
  const mask = randomBytes(MASK_BYTES)
  // `Buffer.from` of bytes is a copy: the caller's stay as they are.
  for (let at = 0; at < bytes.length; at++) bytes[at] = (bytes[at] as number) ^ (mask[at & 3] as number)
  return Buffer.concat([header, mask, bytes])
}

/** The payload of a close frame. */
export function closing(code: number, reason: Uint8Array | string = ''): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason as string)])
}

/** The code in a close frame's payload; `null` when there is none. */
export function closeCode(payload: Buffer): number | null {
  return payload.length < 2 ? null : payload.readUInt16BE(0)
}

/** How long the frame is that begins here; 0 as long as it is not all there. */
export function wholeFrame(bytes: Buffer): number {
  const place = placeOf(bytes)
  return place === null || bytes.length < place.end ? 0 : place.end
}

/** @param bytes one whole frame */
export function parsed(bytes: Buffer): Frame {
  const { begin, end, masked } = placeOf(bytes) as Place
  const first = bytes[0] as number
  const payload = Buffer.from(bytes.subarray(begin, end))
  if (masked) {
    const mask = bytes.subarray(begin - MASK_BYTES, begin)
    for (let at = 0; at < payload.length; at++)
      payload[at] = (payload[at] as number) ^ (mask[at & 3] as number)
  }
  return { fin: (first & FIN) !== 0, rsv: (first >> 4) & 7, opcode: first & 0xf, masked, payload }
}

interface Place {
  readonly begin: number
  readonly end: number
  readonly masked: boolean
}

/** Where the payload of the first frame is; `null` as long as the header is not all there. */
function placeOf(bytes: Buffer): Place | null {
  if (bytes.length < 2) return null
  const second = bytes[1] as number
  const short = second & 0x7f
  const wide = short === IN_2_BYTES ? 2 : short === IN_8_BYTES ? 8 : 0
  if (bytes.length < 2 + wide) return null
  const length = wide === 0 ? short : wide === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const masked = (second & MASKED) !== 0
  const begin = 2 + wide + (masked ? MASK_BYTES : 0)
  return { begin, end: begin + length, masked }
}

const OPCODE_NAMES = new Map([
  [CONTINUATION, 'continuation'],
  [TEXT, 'text'],
  [BINARY, 'binary'],
  [CLOSE, 'close'],
  [PING, 'ping'],
  [PONG, 'pong'],
])

/** `text "hello"`, `close 1002 "reason"` or `opcode 11, not final, with reserved bits 4, masked ""`, as reports have it. */
export function shown({ fin, rsv, opcode, masked, payload }: Frame): string {
  const parts = [OPCODE_NAMES.get(opcode) ?? `opcode ${opcode}`]
  if (!fin) parts.push('not final')
  if (rsv !== 0) parts.push(`with reserved bits ${rsv}`)
  if (masked) parts.push('masked')
  const words = parts.join(', ')
  const code = opcode === CLOSE ? closeCode(payload) : null
  return code === null
    ? `${words} ${shownBytes(payload)}`
    : `${words} ${code} ${shownBytes(payload.subarray(2))}`
}
