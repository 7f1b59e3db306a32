/** Bytes as text, strictly: what is not UTF-8 is no text, rather than text with replacement characters. */

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @returns `null` when `bytes[start, end)` is not UTF-8 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | null {
  try {
    return DECODER.decode(bytes.subarray(start, end))
  } catch {
    return null
  }
}
