/**
 * Listener URLs: `framed://:9000`, `framed+tls://:9443?cert=c.pem&key=k.pem`, `framed://127.0.0.1:9000?style=colon`, and
 * `ws://:8080` for browsers, where any dialect is spoken. Owns what the URL says about the listener; what the rest of its
 * query may say is the dialect's, or in `web-options.ts`.
 */

import { z } from 'zod'
import type { Dialect } from '../dialects/dialect.js'
import { DIALECTS } from '../dialects/registry.js'
import type { SlowPolicy } from '../fanout/sink.js'
import { parseHostPort } from './host-port.js'
import { splitTlsQuery, type TlsOptions, tlsOptions } from './tls-options.js'
import { type WebOptions, webOptions } from './web-options.js'

/** One listener, as configured and validated. */
export interface ListenerSpec {
  /** As it was written. */
  readonly url: string
  /** What is spoken there; `null` for WebSocket, where each client says which. @internal */
  readonly dialect: Dialect | null
  /** The dialect's own, validated by it. @internal */
  readonly options: unknown
  /** For WebSocket. @internal */
  readonly web: WebOptions | null
  /** `undefined` for all addresses. */
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** What becomes of readers that are too slow. */
  readonly slowPolicy: SlowPolicy
  readonly tls: TlsOptions | undefined
  /** Whether proxies that are trusted say whom each connection is for, in the PROXY protocol. */
  readonly proxy: boolean
}

/** The port of a WebSocket listener when none is given. */
export const WEB_PORT = 8080
/** How the schemes of WebSocket begin, and how they do with TLS. */
const WEB = 'ws'
const WEB_TLS = 'wss'

// Not `new URL`: it takes no empty host, which is the ordinary way to say "all addresses" here.
const FORM = /^([a-z][a-z0-9-]*)(\+tls)?:\/\/([^/?#]*)\/?(?:\?(.*))?$/

/** Accepts a listener URL and gives a `ListenerSpec`; each complaint says what was expected. */
export const listenerUrl = z.string().transform((url, context): ListenerSpec => {
  const refuse = (expected: string): never => {
    context.addIssue(expected)
    return z.NEVER
  }
  const form = FORM.exec(url)
  if (form === null) return refuse('expected DIALECT://HOST:PORT, such as framed://:9000')
  const [, name, tlsMark, authority, query] = form as unknown as [string, string, ...(string | undefined)[]]
  const isWeb = name === WEB || name === WEB_TLS
  const dialect = DIALECTS.get(name) ?? null
  if ((dialect === null && !isWeb) || (isWeb && tlsMark !== undefined)) {
    return refuse(`expected one of ${[...DIALECTS.keys(), WEB, WEB_TLS].join(', ')} before ://`)
  }
  const where = parseHostPort(
    authority === '' ? `:${dialect?.defaultPort ?? WEB_PORT}` : (authority as string),
  )
  if (where === null) return refuse('expected HOST:PORT or :PORT with a port from 0 to 65535')

  const given = [...new URLSearchParams(query ?? '')]
  if (new Set(given.map(([option]) => option)).size < given.length) return refuse('expected each option once')
  const [tlsQuery, { policy = 'cut', proxy = 'off', ...rest }] = splitTlsQuery(Object.fromEntries(given))
  const encrypted = tlsMark !== undefined || name === WEB_TLS
  const tls = tlsOptions(tlsQuery, isWeb ? WEB_TLS : `${name}+tls`, encrypted)
  if (typeof tls === 'string') return refuse(tls)
  if (policy !== 'cut' && policy !== 'drop-oldest') return refuse('expected policy=cut or policy=drop-oldest')
  if (proxy !== 'on' && proxy !== 'off') return refuse('expected proxy=on or proxy=off')
  const options = (dialect?.options ?? webOptions).safeParse(rest)
  if (!options.success) {
    const wrong = options.error.issues.map(({ path, message }) => [...path, message].join(': '))
    return refuse(`expected the options of ${name}: ${wrong.join('; ')}`)
  }
  return {
    url,
    dialect,
    options: dialect === null ? null : options.data,
    web: dialect === null ? (options.data as WebOptions) : null,
    host: where.host,
    port: where.port,
    slowPolicy: policy,
    tls: tls ?? undefined,
    proxy: proxy === 'on',
  }
})

/** The listeners of one relay. Port 0 is another one each time; any other address can be listened on once. */
export const listenerUrls = z
  .array(listenerUrl)
  .min(1)
  .superRefine((specs, context) => {
    for (const [index, { url, host, port }] of specs.entries()) {
      const first = specs.find((other) => other.host === host && other.port === port)
      if (port === 0 || first === undefined || first === specs[index]) continue
      const message =
        first.url === url
          ? 'expected each listener once: it is given twice'
          : `expected an address of its own: ${first.url} has it already`
      context.addIssue({ code: 'custom', path: [index], message })
    }
  })
