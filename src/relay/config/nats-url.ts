/** URLs of NATS servers: `nats://HOST:PORT`, or `tls://` where it has to be TLS, with who we are to them in front of the host. */

import { writtenHostPort } from './host-port.js'

export interface NatsUrl {
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** Whether nothing is said to it without TLS. */
  readonly isTls: boolean
  readonly login: NatsLogin | null
}

/** A user and a password, or a token. */
export type NatsLogin = { readonly user: string; readonly password: string } | { readonly token: string }

export const NATS_PORT = 4222
const FORM = /^(nats|tls):\/\/[^\s/?#]+$/
const SECRETS = '***'

/** @returns `null` when `text` is none */
export function parseNatsUrl(text: string): NatsUrl | null {
  const form = FORM.exec(text)
  // A scheme that URLs know, so that hosts and ports are looked at.
  const url = form === null ? null : parsed(text.replace(/^\w+/, 'http').concat('/'))
  if (url === null || url.hostname === '') return null
  const port =
    /:(\d+)$/.exec(url.href.slice(0, -1).replace(/.*@/, ''))?.[1] ?? (/:80$/.test(text) ? '80' : NATS_PORT)
  const login = loginOf(url)
  if (login === undefined) return null
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(port), isTls: form?.[1] === 'tls', login }
}

/** What can be shown to anybody. */
export function writtenNatsUrl({ host, port, isTls, login }: NatsUrl): string {
  const who =
    login === null ? '' : 'token' in login ? `${SECRETS}@` : `${encodeURIComponent(login.user)}:${SECRETS}@`
  return `${isTls ? 'tls' : 'nats'}://${who}${writtenHostPort({ host, port })}`
}

/**
 * Whatever somebody wrote who meant such a URL, or put one where none belongs, without what may be a secret: also where the host is missing,
 * or a comma has cut it in two.
 */
export function concealedNatsUrl(written: unknown): unknown {
  if (typeof written === 'string') {
    return written
      .replace(/^([a-z]+:\/\/)?.*@/is, `$1${SECRETS}@`)
      .replace(/^((?:[a-z]+:\/\/)?[^@:[\]]*:)(?!\/\/|\d{1,5}$).+$/is, `$1${SECRETS}`)
  }
  if (Array.isArray(written)) return written.map(concealedNatsUrl)
  if (typeof written !== 'object' || written === null) return written
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, concealedNatsUrl(value)]))
}

function parsed(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** @returns `undefined` when it cannot be decoded */
function loginOf({ username, password }: URL): NatsLogin | null | undefined {
  if (username === '' && password === '') return null
  try {
    const user = decodeURIComponent(username)
    return password === '' ? { token: user } : { user, password: decodeURIComponent(password) }
  } catch {
    return undefined
  }
}
