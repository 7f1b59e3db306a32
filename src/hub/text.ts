/**
 * What may be a name or a room name (N2, R3), and what "sorted" means.
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

/** Compares by byte value, which is what "sorted" means in every dialect. For ASCII names. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
