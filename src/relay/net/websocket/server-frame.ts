/**
 * Frames as a server sends them (RFC 6455, 5.2): never masked and never in fragments, so that what stands before the
 * bytes depends on their kind and number alone, and is the same for everybody who is sent them.
 *
 *    0        1        2 .. 4 or 10
 *   +--------+--------+------------+---------
 *   | 1 kind | length | the length | bytes …      below 126 bytes the length is all in the second byte
 *   +--------+--------+------------+---------
 */

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** The two that carry what is said. */
export type DataOpcode = typeof OPCODE.text | typeof OPCODE.binary

const LAST_OF_MESSAGE = 0x80
const LENGTH_IN_2 = 126
const LENGTH_IN_8 = 127
/** The longest header of a frame from a server. */
export const MAX_HEADER_BYTES = 10

/** @returns how long the header is before so many bytes */
export function headerBytes(length: number): number {
  if (length < LENGTH_IN_2) return 2
  return length <= 0xffff ? 4 : MAX_HEADER_BYTES
}

/** Puts the header at the beginning of `target`. @returns how long it is */
export function writeHeader(target: Buffer, opcode: number, length: number): number {
  target[0] = LAST_OF_MESSAGE | opcode
  if (length < LENGTH_IN_2) {
    target[1] = length
    return 2
  }
  if (length <= 0xffff) {
    target[1] = LENGTH_IN_2
    target.writeUInt16BE(length, 2)
    return 4
  }
  target[1] = LENGTH_IN_8
  target.writeUInt32BE(Math.floor(length / 2 ** 32), 2)
  target.writeUInt32BE(length >>> 0, 6)
  return MAX_HEADER_BYTES
}

/** The header alone, in memory of its own. */
export function headerOf(opcode: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes(length))
  writeHeader(header, opcode, length)
  return header
}

/** A whole ping or pong. @param payload at most 125 bytes, which is copied */
export function controlFrame(opcode: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(2 + payload.length)
  writeHeader(frame, opcode, payload.length)
  frame.set(payload, 2)
  return frame
}

/** @param code `null` for a close without one @param word ASCII, at most 123 characters */
export function closeFrame(code: number | null, word: string): Buffer {
  if (code === null) return controlFrame(OPCODE.close, Buffer.alloc(0))
  const payload = Buffer.alloc(2 + word.length)
  payload.writeUInt16BE(code)
  payload.write(word, 2, 'latin1')
  return controlFrame(OPCODE.close, payload)
}
