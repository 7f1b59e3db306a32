/** Text of the framed dialect: which bytes are text (F7). */

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e

/**
 * Reads `bytes[start, end)` as text, without the CR, LF or NUL padding at its end (M3).
 * @returns `null` when a byte is neither printable ASCII nor a tab
 */
export function readText(bytes: Uint8Array, start: number, end: number): string | null {
  let last = end
  while (last > start && isPadding(bytes[last - 1] as number)) last--
  // Bytes are checked before decoding: `toString('ascii')` would clear the top bit and make controls of them.
  for (let at = start; at < last; at++) {
    const byte = bytes[at] as number
    if ((byte < FIRST_PRINTABLE && byte !== TAB) || byte > LAST_PRINTABLE) return null
  }
  return Buffer.prototype.latin1Slice.call(bytes, start, last)
}

function isPadding(byte: number): boolean {
  return byte === 0 || byte === LF || byte === CR
}
