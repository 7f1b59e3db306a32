/**
 * What every load message starts with, whatever the protocol that carries it: who sent it, the how-manieth
 * of that sender it is, and when it was meant to be sent. At fixed places, six bits a character of base64url,
 * of which none is escaped in JSON and none ends a line, a word or a frame in any protocol.
 *
 *     byte 0   bytes 1–3   bytes 4–8    bytes 9–13
 *    +------+------------+------------+----------------------------+
 *    |  ~   | sender     | sequence   | intended time, µs mod 2^30 |  filler up to the payload size
 *    +------+------------+------------+----------------------------+
 */

export const STAMP_BYTES = 14
export const STAMP_MARK = 0x7e
export const MAX_SENDERS = 1 << 18

/** Times come back modulo this (17.9 minutes): differences are exact as long as they are shorter. */
export const TIME_MASK = 0x3fff_ffff

const FILLER = 0x2e
const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', 'latin1')
const CHARACTER_OF = new Uint8Array(ALPHABET)
const BITS_OF = new Uint8Array(256)
for (const [bits, character] of ALPHABET.entries()) BITS_OF[character] = bits

const SENDER_AT = 1
const SEQUENCE_AT = 4
const TIME_AT = 9

/** A text of `payloadBytes` for one sender, whose sequence and time are still to be written. */
export function stampedText(sender: number, payloadBytes: number): Uint8Array {
  if (payloadBytes < STAMP_BYTES) throw new RangeError(`the payload must have at least ${STAMP_BYTES} bytes`)
  const text = new Uint8Array(payloadBytes).fill(FILLER)
  text[0] = STAMP_MARK
  text[SENDER_AT] = CHARACTER_OF[sender >>> 12] as number
  text[SENDER_AT + 1] = CHARACTER_OF[(sender >>> 6) & 63] as number
  text[SENDER_AT + 2] = CHARACTER_OF[sender & 63] as number
  return text
}

/** Writes sequence and time into the text that starts at `bytes[at]`. */
export function writeStamp(bytes: Uint8Array, at: number, sequence: number, timeUs: number): void {
  writeThirtyBits(bytes, at + SEQUENCE_AT, sequence)
  writeThirtyBits(bytes, at + TIME_AT, timeUs)
}

/** The time as a stamp carries it. */
export function stampTimeUs(monotonicUs: number): number {
  return Math.floor(monotonicUs % (TIME_MASK + 1))
}

export function readSender(bytes: Uint8Array, at: number): number {
  return (
    (bitsAt(bytes, at + SENDER_AT) << 12) |
    (bitsAt(bytes, at + SENDER_AT + 1) << 6) |
    bitsAt(bytes, at + SENDER_AT + 2)
  )
}

export function readSequence(bytes: Uint8Array, at: number): number {
  return readThirtyBits(bytes, at + SEQUENCE_AT)
}

export function readTimeUs(bytes: Uint8Array, at: number): number {
  return readThirtyBits(bytes, at + TIME_AT)
}

function writeThirtyBits(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = CHARACTER_OF[(value >>> 24) & 63] as number
  bytes[at + 1] = CHARACTER_OF[(value >>> 18) & 63] as number
  bytes[at + 2] = CHARACTER_OF[(value >>> 12) & 63] as number
  bytes[at + 3] = CHARACTER_OF[(value >>> 6) & 63] as number
  bytes[at + 4] = CHARACTER_OF[value & 63] as number
}

function readThirtyBits(bytes: Uint8Array, at: number): number {
  return (
    (bitsAt(bytes, at) << 24) |
    (bitsAt(bytes, at + 1) << 18) |
    (bitsAt(bytes, at + 2) << 12) |
    (bitsAt(bytes, at + 3) << 6) |
    bitsAt(bytes, at + 4)
  )
}

function bitsAt(bytes: Uint8Array, at: number): number {
  return BITS_OF[bytes[at] as number] as number
}
