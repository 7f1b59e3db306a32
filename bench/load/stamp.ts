/**
 * What every load message starts with, whatever the protocol that carries it: who sent it, the how-manieth
 * of that sender it is, and when it was meant to be sent. Printable ASCII at fixed places, six bits a
 * character ('0' to 'o'), so that reading it back is shifts and adds.
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
const ZERO = 0x30
const SENDER_AT = 1
const SEQUENCE_AT = 4
const TIME_AT = 9

/** A text of `payloadBytes` for one sender, whose sequence and time are still to be written. */
export function stampedText(sender: number, payloadBytes: number): Uint8Array {
  if (payloadBytes < STAMP_BYTES) throw new RangeError(`the payload must have at least ${STAMP_BYTES} bytes`)
  const text = new Uint8Array(payloadBytes).fill(FILLER)
  text[0] = STAMP_MARK
  text[SENDER_AT] = ZERO + (sender >>> 12)
  text[SENDER_AT + 1] = ZERO + ((sender >>> 6) & 63)
  text[SENDER_AT + 2] = ZERO + (sender & 63)
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
    (((bytes[at + SENDER_AT] as number) - ZERO) << 12) |
    (((bytes[at + SENDER_AT + 1] as number) - ZERO) << 6) |
    ((bytes[at + SENDER_AT + 2] as number) - ZERO)
  )
}

export function readSequence(bytes: Uint8Array, at: number): number {
  return readThirtyBits(bytes, at + SEQUENCE_AT)
}

export function readTimeUs(bytes: Uint8Array, at: number): number {
  return readThirtyBits(bytes, at + TIME_AT)
}

function writeThirtyBits(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = ZERO + ((value >>> 24) & 63)
  bytes[at + 1] = ZERO + ((value >>> 18) & 63)
  bytes[at + 2] = ZERO + ((value >>> 12) & 63)
  bytes[at + 3] = ZERO + ((value >>> 6) & 63)
  bytes[at + 4] = ZERO + (value & 63)
}

function readThirtyBits(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) - ZERO) << 24) |
    (((bytes[at + 1] as number) - ZERO) << 18) |
    (((bytes[at + 2] as number) - ZERO) << 12) |
    (((bytes[at + 3] as number) - ZERO) << 6) |
    ((bytes[at + 4] as number) - ZERO)
  )
}
