/** What a client sent, read strictly: packages, and the fields in them (X4, X5, X11). */

import { z } from 'zod'
import { withoutPadding } from '../../hub/text.js'
import { decodeUtf8 } from '../../streams/utf8.js'

const packageSchema = z.object({ type: z.string(), data: z.looseObject({}) })
const commandSchema = z.object({ command: z.string(), parameters: z.unknown().optional() })

export type Package = z.infer<typeof packageSchema>

/** What a client asks for. */
export type Request =
  | { readonly kind: 'message'; readonly data: unknown }
  /** `parameters` are whatever the client sent in their place. */
  | { readonly kind: 'command'; readonly name: string; readonly parameters: unknown }
  /** A package of a type that is not for clients, or of no type at all. */
  | { readonly kind: 'unknown'; readonly type: string }

/** @returns `null` when `bytes[start, end)` is not a package: an object with a string `type` and an object `data` */
export function readPackage(bytes: Uint8Array, start: number, end: number): Package | null {
  const text = decodeUtf8(bytes, start, end)
  if (text === null) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const read = packageSchema.safeParse(value)
  return read.success ? read.data : null
}

export function requestOf({ type, data }: Package): Request {
  if (type === 'message') return { kind: 'message', data }
  if (type !== 'command') return { kind: 'unknown', type }
  const command = commandSchema.safeParse(data)
  if (!command.success) return { kind: 'unknown', type }
  return { kind: 'command', name: command.data.command, parameters: command.data.parameters }
}

const FIELDS = {
  username: z.object({ username: z.string() }).transform(({ username }) => username),
  channel: z.object({ channel: z.string() }).transform(({ channel }) => channel),
  message: z.object({ message: z.string() }).transform(({ message }) => message),
  password: z.object({ password: z.string() }).transform(({ password }) => password),
} as const

/** A field without the padding at its end (M3). @returns `null` when it is not there, or not a string */
export function fieldOf(fields: unknown, key: keyof typeof FIELDS): string | null {
  const read = FIELDS[key].safeParse(fields)
  return read.success ? withoutPadding(read.data) : null
}
