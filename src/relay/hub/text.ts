/**
 * What may be a name, a room name or text (N2, R3, M3), and what "sorted" means.
 */

export const MAX_NAME_BYTES = 32
export const MAX_ROOM_BYTES = 64

const VISIBLE_ASCII = /^[\x21-\x7e]+$/

/** N2: 1 to 32 bytes, printable ASCII without space. */
export function isName(text: string): boolean {
  return text.length <= MAX_NAME_BYTES && VISIBLE_ASCII.test(text)
}

/** R3: 1 to 64 bytes, printable ASCII without space. */
export function isRoomName(text: string): boolean {
  return text.length <= MAX_ROOM_BYTES && VISIBLE_ASCII.test(text)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/

const HALF_A_PAIR = /\p{Surrogate}/u

/** M3: no C0, DEL or C1 but tab, and nothing that is no Unicode text at all (half a surrogate pair). */
export function isText(text: string): boolean {
  return !CONTROL.test(text) && !HALF_A_PAIR.test(text)
}

/** M3: without the CR, LF, CRLF or NUL padding at the end. Linear, however much padding there is. */
export function withoutPadding(text: string): string {
  let end = text.length
  while (end > 0 && PADDING.has(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

const PADDING: ReadonlySet<number> = new Set([0x00, 0x0a, 0x0d])

/** Compares by byte value, which is what "sorted" means in every dialect. For ASCII names. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
