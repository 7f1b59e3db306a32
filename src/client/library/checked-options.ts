/** The options of `connect`, looked at before anything is opened: a number that is none would take a bound away. */

import type { ConnectOptions, PasswordSource, ReconnectOptions } from './options.js'

/** With everything in it that has a value of its own when nothing is said. */
export interface CheckedOptions {
  readonly name: string
  readonly password: PasswordSource | null
  readonly room: string | null
  readonly defaultRoom: string
  readonly reconnect: Required<ReconnectOptions> | null
  readonly connectTimeoutMs: number
  readonly answerTimeoutMs: number
  readonly heartbeatMs: number
  readonly maxWaitingEvents: number
  readonly ca: string | undefined
  readonly identity: { readonly cert: string; readonly key: string } | undefined
}

const DEFAULT_TIMEOUT_MS = 10_000
const DEFAULT_HEARTBEAT_MS = 30_000
const DEFAULT_RECONNECT = { minDelayMs: 500, maxDelayMs: 30_000, attempts: Number.POSITIVE_INFINITY }
const DEFAULT_WAITING_EVENTS = 1_000
/** What a timer can wait for; a longer one would not wait at all. */
const MAX_MS = 2 ** 31 - 1

/** @throws TypeError that names the option, its value and what was expected */
export function checkOptions(options: ConnectOptions): CheckedOptions {
  return {
    name: text('name', options.name),
    password: options.password === undefined ? null : passwordSource(options.password),
    room: options.room === undefined ? null : text('room', options.room),
    defaultRoom: text('defaultRoom', options.defaultRoom ?? 'general'),
    reconnect: options.reconnect === false ? null : checkReconnect(options.reconnect ?? {}),
    connectTimeoutMs: number('connectTimeoutMs', options.connectTimeoutMs ?? DEFAULT_TIMEOUT_MS, 1, MAX_MS),
    answerTimeoutMs: number('answerTimeoutMs', options.answerTimeoutMs ?? DEFAULT_TIMEOUT_MS, 1, MAX_MS),
    heartbeatMs: number('heartbeatMs', options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS, 1, MAX_MS),
    maxWaitingEvents: number('maxWaitingEvents', options.maxWaitingEvents ?? DEFAULT_WAITING_EVENTS, 1),
    ca: options.ca === undefined ? undefined : text('ca', options.ca),
    identity:
      options.cert === undefined && options.key === undefined
        ? undefined
        : { cert: text('cert', options.cert), key: text('key', options.key) },
  }
}

function checkReconnect(options: ReconnectOptions): Required<ReconnectOptions> {
  const { minDelayMs, maxDelayMs, attempts } = { ...DEFAULT_RECONNECT, ...options }
  return {
    minDelayMs: number('reconnect.minDelayMs', minDelayMs, 0, MAX_MS),
    maxDelayMs: number('reconnect.maxDelayMs', maxDelayMs, 0, MAX_MS),
    attempts: number('reconnect.attempts', attempts, 1),
  }
}

function text(key: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError(`${key}: ${String(value)}: expected text`)
}

/** What it is is never repeated. */
function passwordSource(value: unknown): PasswordSource {
  if (typeof value === 'string' || typeof value === 'function') return value as PasswordSource
  throw new TypeError('password: expected text, or a function that gets it')
}

function number(key: string, value: unknown, least: number, most = Number.POSITIVE_INFINITY): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  const upTo = most === Number.POSITIVE_INFINITY ? ' or more' : ` to ${most}`
  throw new TypeError(`${key}: ${String(value)}: expected a number, ${least}${upTo}`)
}
