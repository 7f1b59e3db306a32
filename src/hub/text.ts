/**
 * What may be a name, a room name or a text (N2, R3, M3). The one place that knows which characters pass.
 */

export const MAX_NAME_BYTES = 32
export const MAX_ROOM_BYTES = 64

const VISIBLE_ASCII = /^[\x21-\x7e]+$/
/** C0 without tab, DEL and C1: what a terminal or a log file would act on. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this expression is for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/

/** N2: 1 to 32 bytes, printable ASCII without space. */
export function isName(text: string): boolean {
  return text.length <= MAX_NAME_BYTES && VISIBLE_ASCII.test(text)
}

/** R3: 1 to 64 bytes, printable ASCII without space. */
export function isRoomName(text: string): boolean {
  return text.length <= MAX_ROOM_BYTES && VISIBLE_ASCII.test(text)
}

/** M3: whether a text has a character that never passes the relay. Tab passes. */
export function hasControl(text: string): boolean {
  return CONTROL.test(text)
}

/** M3: a trailing CR, LF, CRLF or NUL padding is not part of what was said. */
export function withoutPadding(text: string): string {
  // Not `/[\r\n\0]+$/`: on 65,000 NULs that are not at the end, that expression takes six seconds.
  let end = text.length
  while (end > 0 && isPadding(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

function isPadding(code: number): boolean {
  return code === 0 || code === 0x0a || code === 0x0d
}

/** Compares by byte value, which is what "sorted" means in every dialect. For ASCII names. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
