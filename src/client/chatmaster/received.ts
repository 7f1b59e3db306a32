/**
 * What a chatmaster relay sends, read from its packages. Foreign relays differ in details, so both forms of a
 * notification (X13) and of a status (X2) are understood, and what is unknown is told rather than refused.
 */

import * as z from 'zod/mini'

/** One package in the client's own words. Texts are as they came: `visible` makes them harmless. */
export type Received =
  | { readonly kind: 'login-request' }
  | { readonly kind: 'accepted'; readonly channels: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string }
  | {
      readonly kind: 'message'
      readonly from: string
      readonly text: string
      readonly isPrivate: boolean
      readonly isEdited: boolean
    }
  | { readonly kind: 'joined'; readonly name: string; readonly channel: string | null }
  | { readonly kind: 'left'; readonly name: string; readonly channel: string | null }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'visibility'; readonly isPrivate: boolean; readonly channel: string | null }
  | { readonly kind: 'channels'; readonly channels: readonly string[] }
  /** Who is in our channel (X15); very many come in several. */
  | { readonly kind: 'members'; readonly names: readonly string[] }
  /** A notification of a kind that the client does not know, in its own words. */
  | { readonly kind: 'other'; readonly words: string }
  | { readonly kind: 'error'; readonly about: string; readonly words: string }

const NAMES = z.array(z.string())
const STATUS = z.union([z.boolean(), z.literal(0), z.literal(1)])
const FIELDS = z.record(z.string(), z.unknown())

const PACKAGE = z.object({ type: z.string(), data: FIELDS })
const REQUEST = z.object({ request: z.string() })
const SESSION = z.object({
  status: STATUS,
  channels: z.optional(NAMES),
  reason: z.optional(z.string()),
})
const MESSAGE = z.object({
  username: z.string(),
  message: z.string(),
  private: z.optional(z.boolean()),
  edited: z.optional(z.boolean()),
})
const ERROR = z.object({
  error_type: z.string(),
  message: z.optional(z.string()),
  reason: z.optional(z.string()),
})
const NOTIFICATION = z.object({ event_type: z.string(), parameters: z.nullish(FIELDS) })
const PERSON = z.object({ username: z.string(), channel: z.optional(z.string()) })
const RENAME = z.object({ old_username: z.string(), new_username: z.string() })
const CHANNEL = z.object({ channel: z.optional(z.string()) })
const CHANNELS = z.object({ channels: NAMES })
const MEMBERS = z.object({ members: NAMES })

/** @returns what `value`, parsed JSON, says; null when it is no package or lacks what its type needs */
export function readPackage(value: unknown): Received | null {
  const whole = PACKAGE.safeParse(value)
  if (!whole.success) return null
  const { type, data } = whole.data
  if (type === 'request') return readRequest(data)
  if (type === 'session') return readSession(data)
  if (type === 'message') return readMessage(data)
  if (type === 'notification') return readNotification(data)
  if (type === 'error') return readError(data)
  return { kind: 'other', words: `a package of type ${type}` }
}

function readRequest(data: unknown): Received | null {
  const request = REQUEST.safeParse(data).data?.request
  if (request === undefined) return null
  return request === 'login' ? { kind: 'login-request' } : { kind: 'other', words: `a request: ${request}` }
}

function readSession(data: unknown): Received | null {
  const session = SESSION.safeParse(data).data
  if (session === undefined) return null
  const { status, channels = [], reason = 'The name was refused.' } = session
  return status === true || status === 1 ? { kind: 'accepted', channels } : { kind: 'rejected', reason }
}

function readMessage(data: unknown): Received | null {
  const message = MESSAGE.safeParse(data).data
  if (message === undefined) return null
  const { username: from, message: text, private: isPrivate = false, edited: isEdited = false } = message
  return { kind: 'message', from, text, isPrivate, isEdited }
}

function readError(data: unknown): Received | null {
  const error = ERROR.safeParse(data).data
  if (error === undefined) return null
  return { kind: 'error', about: error.error_type, words: error.message ?? error.reason ?? 'refused' }
}

function readNotification(data: Record<string, unknown>): Received | null {
  const head = NOTIFICATION.safeParse(data).data
  if (head === undefined) return null
  const { event_type: event, parameters } = head
  const fields = parameters ?? data
  if (event === 'user_joined' || event === 'user_left') {
    const person = PERSON.safeParse(fields).data
    if (person === undefined) return null
    const kind = event === 'user_joined' ? 'joined' : 'left'
    return { kind, name: person.username, channel: person.channel ?? null }
  }
  if (event === 'user_rename') {
    const rename = RENAME.safeParse(fields).data
    return rename === undefined
      ? null
      : { kind: 'renamed', from: rename.old_username, to: rename.new_username }
  }
  if (event === 'channel_private' || event === 'channel_public') {
    const channel = CHANNEL.safeParse(fields).data?.channel ?? null
    return { kind: 'visibility', isPrivate: event === 'channel_private', channel }
  }
  if (event === 'channel_list') {
    const channels = CHANNELS.safeParse(fields).data?.channels
    return channels === undefined ? null : { kind: 'channels', channels }
  }
  if (event === 'member_list') {
    const names = MEMBERS.safeParse(fields).data?.members
    return names === undefined ? null : { kind: 'members', names }
  }
  return { kind: 'other', words: `${event} ${plainFields(fields)}`.trim() }
}

/** `{"channel":"a","count":3}` as `channel a, count 3`. */
function plainFields(fields: Record<string, unknown>): string {
  return Object.entries(fields)
    .filter(([key]) => key !== 'event_type')
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
