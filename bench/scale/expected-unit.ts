/**
 * What one delivery has to look like on the wire, byte by byte, but for what the relay alone decides: a message's id and
 * its time of day.
 */

/** A part that is not known beforehand, up to the next one that is. It holds at least one byte. */
export const ANYTHING = null

export class ExpectedUnit {
  readonly #parts: readonly (Uint8Array | typeof ANYTHING)[]

  /** @param parts text in UTF-8, bytes, or `ANYTHING`, which is neither first, last nor beside another one */
  constructor(...parts: readonly (string | Uint8Array | typeof ANYTHING)[]) {
    this.#parts = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))
  }

  /** Whether `bytes[at, end)` is exactly this. */
  matches(bytes: Uint8Array, at: number, end: number): boolean {
    let from = at
    let afterGap = false
    for (const part of this.#parts) {
      if (part === ANYTHING) {
        afterGap = true
        continue
      }
      const found = afterGap
        ? indexOf(bytes, part, from + 1, end)
        : startsAt(bytes, part, from, end)
          ? from
          : -1
      if (found < 0) return false
      from = found + part.length
      afterGap = false
    }
    return from === end
  }
}

function startsAt(bytes: Uint8Array, part: Uint8Array, at: number, end: number): boolean {
  if (end - at < part.length) return false
  for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false
  return true
}

function indexOf(bytes: Uint8Array, part: Uint8Array, from: number, end: number): number {
  for (let at = from; at + part.length <= end; at++) if (startsAt(bytes, part, at, end)) return at
  return -1
}
