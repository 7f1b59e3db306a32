/** What may be asked at the admin socket, and in which words what may not is refused: all that is wrong, at once. */

import { z } from 'zod'
import { EXPECTED_TEXT, isFitText } from '../hooks.js'
import { isName, isRoomName, isText } from '../hub/text.js'
import { quoted } from '../streams/printable.js'
import { READER_ORDERS, ROOM_ORDERS } from './busiest.js'
import { MOST_IN_A_PAGE } from './pages.js'

/** An answer that is no. */
export class Refusal extends Error {
  readonly status: 400 | 404 | 409 | 413 | 501 | 504
  /** The name that there is and that may have been meant. */
  readonly nearest: string | null

  constructor(status: Refusal['status'], words: string, nearest: string | null = null) {
    super(words)
    this.status = status
    this.nearest = nearest
  }
}

/** What is said to somebody who is sent away, beside that they are. */
const MOST_REASON_LENGTH = 200
const MOST_OPERATOR_LENGTH = 64
const MOST_TOP_ROWS = 200
const MOST_SHOWN = 100

/** A value, and what it may be: the end of "expected …". */
interface Field<Value> {
  readonly schema: z.ZodType<Value>
  readonly expected: string
}

function field<Value>(schema: z.ZodType<Value>, expected: string): Field<Value> {
  return { schema, expected }
}

function wholeNumber(most: number, fallback: number): Field<number> {
  const schema = z
    .string()
    .regex(/^[1-9]\d{0,6}$/)
    .transform(Number)
    .refine((value) => value <= most)
    .default(fallback)
  return field(schema, `a whole number from 1 to ${most}`)
}

const NAME = field(z.string().refine(isName), '1 to 32 printable ASCII characters without a space')
const ROOM = field(z.string().refine(isRoomName), '1 to 64 printable ASCII characters without a space')
/** The beginning of a name, or one that need not be anybody's. */
const ANY = field(z.string().max(64).default(''), 'at most 64 characters')
const BY = field(
  z.string().min(1).max(MOST_OPERATOR_LENGTH).refine(isText).nullable().default(null),
  `1 to ${MOST_OPERATOR_LENGTH} characters without control characters`,
)
const REASON = field(
  z.string().min(1).max(MOST_REASON_LENGTH).refine(isText).nullable().default(null),
  `1 to ${MOST_REASON_LENGTH} characters without control characters`,
)

/** In the order of their length. */
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const DURATION = /^([1-9]\d{0,4})([smhdw])$/

const DURATION_MS = field(
  z
    .string()
    .regex(DURATION)
    .transform((text) => {
      const [, count, unit] = DURATION.exec(text) as unknown as [string, string, keyof typeof UNIT_MS]
      return Number(count) * UNIT_MS[unit]
    })
    .nullable()
    .default(null),
  'a whole number up to 99999 and s, m, h, d or w, such as 30m or 7d',
)
/** What it may be in detail, `subjectOf` knows. */
const WHO = field(
  z.string().min(1).max(64).refine(isText),
  'an address, a network such as 192.0.2.0/24, or a name',
)

const MOMENT = field(
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .nullable()
    .default(null),
  'milliseconds since 1970',
)
const SEARCH_ORDERS = ['oldest', 'newest'] as const

const PAGE = { prefix: ANY, after: ANY, limit: wholeNumber(MOST_IN_A_PAGE, 100) }

/** By what is asked for. */
export const QUERIES = {
  who: { ...PAGE, room: field(ROOM.schema.nullable().default(null), ROOM.expected) },
  rooms: PAGE,
  top: {
    rooms: wholeNumber(MOST_TOP_ROWS, 20),
    readers: wholeNumber(MOST_TOP_ROWS, 20),
    roomsBy: field(z.enum(ROOM_ORDERS).default('messages'), `one of ${ROOM_ORDERS.join(', ')}`),
    readersBy: field(z.enum(READER_ORDERS).default('queued'), `one of ${READER_ORDERS.join(', ')}`),
  },
  history: {
    after: ANY,
    order: field(z.enum(SEARCH_ORDERS).default('oldest'), `one of ${SEARCH_ORDERS.join(', ')}`),
    since: MOMENT,
    until: MOMENT,
    room: field(ROOM.schema.nullable().default(null), ROOM.expected),
    limit: wholeNumber(MOST_IN_A_PAGE, 100),
  },
  nothing: {},
}

/** At this node of a cluster alone. */
const HERE = field(z.boolean().default(false), 'true or false')

export const BODIES = {
  kick: { name: NAME, reason: REASON, by: BY },
  say: {
    text: field(z.string().refine(isFitText), EXPECTED_TEXT),
    room: field(ROOM.schema.nullable().default(null), ROOM.expected),
    by: BY,
  },
  ban: { who: WHO, duration: DURATION_MS, reason: REASON, by: BY, here: HERE },
  unban: { who: WHO, by: BY, here: HERE },
  /** What is asked without a word besides who asks. */
  plain: { by: BY },
  logLevel: <Level extends string>(levels: readonly Level[]) => ({
    level: field(z.enum(levels), `one of ${levels.join(', ')}`),
    by: BY,
  }),
}

type Fields = Readonly<Record<string, Field<unknown>>>

type Values<Of extends Fields> = {
  readonly [Key in keyof Of]: Of[Key] extends Field<infer Value> ? Value : never
}

/** @throws Refusal with everything that is wrong */
export function valuesOf<const Of extends Fields>(fields: Of, given: unknown): Values<Of> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Refusal(400, `${shown(given)}: expected a JSON object`)
  }
  const problems: string[] = []
  const values = new Map<string, unknown>()
  for (const [key, { schema, expected }] of Object.entries(fields)) {
    const value: unknown = Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined
    const result = schema.safeParse(value)
    if (result.success) values.set(key, result.data)
    else problems.push(`${key}: ${value === undefined ? 'not given' : shown(value)}: expected ${expected}`)
  }
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(fields, key)) {
      const known = Object.keys(fields).join(', ')
      problems.push(`${shown(key)}: expected ${known === '' ? 'nothing' : `only ${known}`}`)
    }
    // Whoever sends thousands gets the words of some.
    if (problems.length > 10) break
  }
  if (problems.length > 0) throw new Refusal(400, problems.join('; '))
  return Object.fromEntries(values) as Values<Of>
}

/** Some of what was sent: it may be large, or nested deeper than can be written. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string' || value.length <= MOST_SHOWN) return quoted(value)
  return `${quoted(value.slice(0, MOST_SHOWN))}…`
}
