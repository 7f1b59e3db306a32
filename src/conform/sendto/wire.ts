/** Messages as the conformance suite writes, reads and shows them: four bytes of header, a name, a text. */

import { shownBytes } from '../shown-bytes.js'

export const LOGIN = 1
export const LIST = 2
export const SENDTO = 3
export const LOGOUT = 4
export const RESPONSE = 5

export const OK = 0
export const FAILURE = 1
export const MALFORMED = 2

export const MAX_NAME = 20
export const MAX_TEXT = 0xffff

export const TYPE_NAMES: readonly (string | undefined)[] = [
  undefined,
  'LOGIN',
  'LIST',
  'SENDTO',
  'LOGOUT',
  'RESPONSE',
]

export interface Message {
  readonly type: number
  readonly name: Buffer
  readonly text: Buffer
}

/** A whole message. Strings are written as UTF-8. */
export function message(type: number, name: string | Buffer = '', text: string | Buffer = ''): Buffer {
  const [nameBytes, textBytes] = [Buffer.from(name as string), Buffer.from(text as string)]
  const header = Buffer.of(type, nameBytes.length, textBytes.length >> 8, textBytes.length & 0xff)
  return Buffer.concat([header, nameBytes, textBytes])
}

/** How long the message is that begins here; 0 as long as it is not all there. */
export function wholeMessage(bytes: Buffer): number {
  if (bytes.length < 4) return 0
  const length = 4 + (bytes[1] as number) + bytes.readUInt16BE(2)
  return bytes.length < length ? 0 : length
}

/** @param bytes one whole message */
export function parsed(bytes: Buffer): Message {
  const text = 4 + (bytes[1] as number)
  return { type: bytes[0] as number, name: bytes.subarray(4, text), text: bytes.subarray(text) }
}

/** `SENDTO "Bob" "Hi"` or `RESPONSE 0`, as reports have it. */
export function shown({ type, name, text }: Message): string {
  if (type === RESPONSE && name.length === 0 && text.length === 1) return `RESPONSE ${text[0]}`
  const parts = [TYPE_NAMES[type] ?? `type ${type}`]
  if (name.length > 0) parts.push(shownBytes(name))
  if (text.length > 0) parts.push(shownBytes(text))
  return parts.join(' ')
}

/** The same of what would come. */
export function shownMessage(type: number, name: string, text: string): string {
  return shown({ type, name: Buffer.from(name), text: Buffer.from(text) })
}

export function sorted(names: readonly string[]): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : 1))
}
