/**
 * Writes frames into space that the caller gives. Allocates nothing, keeps nothing, and runs in a browser
 * as it is. Every function returns the offset after what it wrote, so that frames can be put back to back.
 */

import { COMMAND_OFFSET, HEADER_BYTES, LENGTH_OFFSET, MAX_PAYLOAD_BYTES } from './layout.js'

/**
 * Writes the header of a frame with `payloadBytes` bytes of payload at `target[at]`.
 * @throws RangeError when the payload is longer than a frame can carry or the header does not fit
 */
export function writeHeader(target: Uint8Array, at: number, command: number, payloadBytes: number): number {
  if (payloadBytes > MAX_PAYLOAD_BYTES) {
    throw new RangeError(`a payload of ${payloadBytes} bytes does not fit one frame (${MAX_PAYLOAD_BYTES})`)
  }
  requireSpace(target, at, HEADER_BYTES + payloadBytes)
  target[at + COMMAND_OFFSET] = command
  target[at + LENGTH_OFFSET] = payloadBytes >>> 8
  target[at + LENGTH_OFFSET + 1] = payloadBytes & 0xff
  return at + HEADER_BYTES
}

/** Writes a whole frame whose payload is `payload`. @throws RangeError as `writeHeader` does */
export function writeFrame(target: Uint8Array, at: number, command: number, payload: Uint8Array): number {
  const body = writeHeader(target, at, command, payload.length)
  target.set(payload, body)
  return body + payload.length
}

/**
 * Writes a whole frame whose payload is `text`, one byte a character.
 * @throws RangeError as `writeHeader` does, and for a character above 0x7F, which would come out truncated
 *   (M2): transliterate first
 */
export function writeTextFrame(target: Uint8Array, at: number, command: number, text: string): number {
  return writeAscii(target, writeHeader(target, at, command, text.length), text)
}

/** Writes `text`, one byte a character, without a header: for payloads put together from parts. */
export function writeAscii(target: Uint8Array, at: number, text: string): number {
  requireSpace(target, at, text.length)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) throw new RangeError(`U+${code.toString(16).padStart(4, '0')} is not ASCII`)
    target[at + index] = code
  }
  return at + text.length
}

function requireSpace(target: Uint8Array, at: number, bytes: number): void {
  if (at + bytes > target.length) {
    throw new RangeError(`${bytes} bytes at ${at} do not fit the ${target.length} bytes given`)
  }
}
