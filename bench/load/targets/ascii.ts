/** Searches and conversions that the text protocols share. */

export const CR = 0x0d
export const LF = 0x0a
export const SPACE = 0x20
export const COLON = 0x3a

/** The room of everyone where a load has but one. */
export const DEFAULT_ROOM = 'general'

export function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

export function words(bytes: Uint8Array, at: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString('latin1')
}

/** @returns the offset behind the first line feed of `bytes[at, end)`, 0 where there is none */
export function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let index = at; index < end; index++) if (bytes[index] === LF) return index + 1
  return 0
}

/** A text between what comes before and after it. */
export function around(
  before: string,
  text: Uint8Array,
  after: string,
): { bytes: Uint8Array; textAt: number } {
  return { bytes: Buffer.concat([ascii(before), text, ascii(after)]), textAt: before.length }
}
