/** Objects as the conformance suite writes, reads and shows them: four strings, found in the stream by their braces. */

import { CheckFailure } from '../failure.js'
import { shownBytes } from '../shown-bytes.js'

export interface Fields {
  readonly command: string
  readonly nickname: string
  readonly room: string
  readonly message: string
}

export const FIELD_NAMES = ['command', 'nickname', 'room', 'message'] as const

/** The longest object with its braces. */
export const MAX_BYTES = 64 * 1024

/** An object with all four fields; those that are not given are empty. */
export function object(command: string, fields: Partial<Fields> = {}): string {
  return JSON.stringify({ command, nickname: '', room: '', message: '', ...fields })
}

/**
 * How long the object that begins here is, with white space before it; 0 as long as it is not all there. What is no
 * object is as long as all that is there.
 */
export function wholeObject(bytes: Buffer): number {
  const text = bytes.toString('latin1')
  const begin = /[^ \t\r\n]/.exec(text)?.index
  if (begin === undefined) return 0
  if (text[begin] !== '{') return text.length
  let depth = 0
  let inString = false
  for (let at = begin; at < text.length; at++) {
    const one = text[at]
    if (inString && one === '\\') at++
    else if (one === '"') inString = !inString
    else if (!inString && one === '{') depth++
    else if (!inString && one === '}' && --depth === 0) return at + 1
  }
  return 0
}

/** @throws CheckFailure when it is not four strings with keys in lower case */
export function parsed(bytes: Buffer): Fields {
  const fields = fieldsOf(bytes)
  if (fields === null || !FIELD_NAMES.every((name) => typeof fields.get(name) === 'string')) {
    throw new CheckFailure(
      'an object with the strings command, nickname, room and message, in lower case',
      shownBytes(bytes),
    )
  }
  const [command, nickname, room, message] = FIELD_NAMES.map((name) => fields.get(name) as string)
  return { command, nickname, room, message } as Fields
}

/** The members of one object of JSON; `null` when it is none. */
export function fieldsOf(bytes: Buffer): Map<string, unknown> | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    return new Map(Object.entries(value))
  } catch {
    return null
  }
}

/** `/join nickname "bob" room "tea" message "bob has …"`, as reports have it. */
export function shown({ command, nickname, room, message }: Fields): string {
  const quoted = (text: string) => shownBytes(Buffer.from(text))
  return `${quoted(command)} nickname ${quoted(nickname)} room ${quoted(room)} message ${quoted(message)}`
}

/** "Sorted" means by byte. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
