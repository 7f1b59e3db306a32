/** Objects from the network as requests: parsed once, keys matched as the page says, types checked. */

import { z } from 'zod'
import { withoutPadding } from '../../hub/text.js'
import { decodeUtf8 } from '../../streams/utf8.js'

/** The four fields; one that was left out is ''. Without padding (M3); anything else may be in them. */
export interface Request {
  readonly command: string
  readonly nickname: string
  readonly room: string
  readonly message: string
}

/** What was read, and why it is not to be carried out; then only those fields are there that can be told. */
export interface Reading {
  readonly request: Request
  readonly wrong: string | null
}

type Field = keyof Request

/** J10: `channel` is another name of `room`. Keys in lower case. */
const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['command', 'command'],
  ['nickname', 'nickname'],
  ['room', 'room'],
  ['channel', 'room'],
  ['message', 'message'],
])

const NOTHING: Request = { command: '', nickname: '', room: '', message: '' }

const text = z.string().transform(withoutPadding)
const fields = z.object({
  command: text.default(''),
  nickname: text.default(''),
  room: text.default(''),
  message: text.default(''),
})

/** Reads one object of JSON with its braces: `bytes[start, end)`, which are borrowed. */
export function readRequest(bytes: Uint8Array, start: number, end: number): Reading {
  const json = decodeUtf8(bytes, start, end)
  if (json === null || !isJson(json)) return { request: NOTHING, wrong: 'that is not JSON' }
  const given: Partial<Record<Field, unknown>> = {}
  let twice: Field | null = null
  for (const [key, value] of membersOf(json)) {
    const field = fieldOf(key)
    if (field === undefined) continue
    // Programs differ in which one counts, so one that passed here could mean something else there.
    if (given[field] !== undefined && given[field] !== value) twice = field
    given[field] = value
  }
  const read = fields.safeParse(given)
  if (!read.success) {
    const field = String(read.error.issues[0]?.path[0])
    return { request: whatCanBeTold(given), wrong: `${field} is not a string` }
  }
  return { request: read.data, wrong: twice === null ? null : `${twice} is there twice` }
}

function isJson(json: string): boolean {
  try {
    JSON.parse(json)
    return true
  } catch {
    return false
  }
}

/** What is in an object of plain values, in good JSON: each as often as it is there, when parsing keeps only the last. */
function* membersOf(json: string): Iterable<[key: string, value: unknown]> {
  for (const [, key, value] of json.matchAll(MEMBER))
    yield [JSON.parse(key as string), JSON.parse(value as string)]
}

const MEMBER = /("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|[^\s,}]+)/g

function fieldOf(key: string): Field | undefined {
  // ASCII first: in lower case the Kelvin sign is a k, too.
  return ASCII_LETTERS.test(key) ? FIELDS.get(key.toLowerCase()) : undefined
}

const ASCII_LETTERS = /^[A-Za-z]+$/

/** J9: what the error reply names. */
function whatCanBeTold({ command, room }: Partial<Record<Field, unknown>>): Request {
  return { ...NOTHING, command: textOr(command), room: textOr(room) }
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? withoutPadding(value) : ''
}
