/**
 * How long a frame from a client is (RFC 6455, 5.2). Nothing else of it is looked at here: whether it is a good one, and
 * what is in it, is for the library's receiver. Cutting the stream into whole frames first is what lets all connections
 * share one receiver, and what tells that something has begun and is not complete.
 *
 *    0        1        2 .. 4 or 10   + 4
 *   +--------+--------+------------+------+---------
 *   | kind   | M, len | the length | mask | bytes …
 *   +--------+--------+------------+------+---------
 */

const CONTROL = 0x08
const LAST_OF_MESSAGE = 0x80
const OPCODE_BITS = 0x0f
const MASKED = 0x80
const LENGTH_BITS = 0x7f
const MASK_BYTES = 4
const CLOSE = 0x08
/** The longest header, its mask included. */
export const MAX_CLIENT_HEADER_BYTES = 14

/**
 * How many bytes there have to be to go on: of the whole frame, or as long as its header is not all there, of that. Of a
 * frame that cannot be taken (too long, or not masked) it is the header without mask: the receiver refuses that much.
 *
 * @param maxBytes the longest payload
 */
export function bytesWanted(bytes: Uint8Array, start: number, end: number, maxBytes: number): number {
  const here = end - start
  if (here < 2) return 2
  const second = bytes[start + 1] as number
  let payload = second & LENGTH_BITS
  let header = 2
  if (payload >= 126 && ((bytes[start] as number) & CONTROL) !== 0) return header
  if (payload === 126) {
    header = 4
    if (here < header) return header
    payload = ((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number)
  } else if (payload === 127) {
    header = 10
    if (here < header) return header
    payload = 0
    for (let at = start + 2; at < start + header; at++) payload = payload * 256 + (bytes[at] as number)
  }
  if (payload > maxBytes || (second & MASKED) === 0) return header
  return header + MASK_BYTES + payload
}

/** Of what `bytesWanted` says is all there: whether it is a frame, and not a header that cannot be taken. */
export function isWhole(frame: Uint8Array): boolean {
  const second = frame[1] as number
  const length = second & LENGTH_BITS
  const header = length === 126 ? 4 : length === 127 ? 10 : 2
  return (second & MASKED) !== 0 && frame.length >= header + MASK_BYTES
}

export function isClose(frame: Uint8Array): boolean {
  return ((frame[0] as number) & OPCODE_BITS) === CLOSE
}

/** A close, a ping or a pong, which may come between the fragments of a message. */
export function isControl(frame: Uint8Array): boolean {
  return ((frame[0] as number) & CONTROL) !== 0
}

/** Of other frames: whether it is a part of a message in several, not the last or going on with what came before. */
export function isFragment(frame: Uint8Array): boolean {
  const first = frame[0] as number
  return (first & LAST_OF_MESSAGE) === 0 || (first & OPCODE_BITS) === 0
}
