/** A relay inside the test that listens in every way that the client library knows, and the URLs of its listeners. */

import { readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import type { Chat } from '../../../src/client/library/chat.js'
import type { ChatEvent } from '../../../src/client/library/events.js'
import { connect } from '../../../src/client/library/node.js'
import type { ConnectOptions, DialectName } from '../../../src/client/library/options.js'
import { loadConfig } from '../../../src/relay/config/load.js'
import { Relay } from '../../../src/relay/relay.js'
import { certificateQuery } from '../../fixtures/certificate.js'

export const DIALECTS: readonly DialectName[] = ['framed', 'chatroom', 'json-irc', 'chatmaster']

export type Carrier = 'tcp' | 'tls' | 'ws' | 'wss'

/** `null` where there is no openssl. */
export const TLS_QUERY = certificateQuery()
export const CARRIERS: readonly Carrier[] = TLS_QUERY === null ? ['tcp', 'ws'] : ['tcp', 'tls', 'ws', 'wss']
const CERTIFICATE =
  TLS_QUERY === null ? undefined : readFileSync(new URLSearchParams(TLS_QUERY).get('cert') as string, 'utf8')

export class Ways {
  readonly relay: Relay

  private constructor(relay: Relay) {
    this.relay = relay
  }

  /** @param listen what to listen for; everything, when it is not given */
  static async start(
    listen: readonly string[] = everyListener(),
    settings: Record<string, string> = {},
  ): Promise<Ways> {
    const flags = { listen: [...listen], ops: 'off', logDir: 'off', ...settings }
    return new Ways(await Relay.start(loadConfig({ environment: {}, flags }), pino({ level: 'silent' })))
  }

  /** Where that is spoken. TLS goes by name: the certificate is for localhost. */
  url(dialect: DialectName, carrier: Carrier): string {
    const isWeb = carrier === 'ws' || carrier === 'wss'
    const wantsTls = carrier === 'tls' || carrier === 'wss'
    const at = this.relay.listeningAt.find(
      (one) => one.tls === wantsTls && (isWeb ? /^wss?:/.test(one.url) : one.dialect === dialect),
    )
    if (at === undefined) throw new Error(`nothing listens for ${dialect} over ${carrier}`)
    const scheme = isWeb ? carrier : `${dialect}${wantsTls ? '+tls' : ''}`
    return `${scheme}://${wantsTls ? 'localhost' : '127.0.0.1'}:${at.port}`
  }

  /** Somebody who is closed after the test. */
  async join(
    t: TestContext,
    dialect: DialectName,
    carrier: Carrier,
    name: string,
    options: Partial<ConnectOptions> = {},
  ): Promise<Listener> {
    const isWeb = carrier === 'ws' || carrier === 'wss'
    const chat = await connect(this.url(dialect, carrier), {
      name,
      ...(isWeb ? { dialect } : {}),
      ...(CERTIFICATE === undefined ? {} : { ca: CERTIFICATE }),
      ...options,
    })
    t.after(() => chat.close())
    return new Listener(chat)
  }
}

function everyListener(): string[] {
  const plain = [...DIALECTS.map((dialect) => `${dialect}://127.0.0.1:0`), 'ws://127.0.0.1:0']
  if (TLS_QUERY === null) return plain
  const secure = [...DIALECTS.map((dialect) => `${dialect}+tls`), 'wss']
  return [...plain, ...secure.map((scheme) => `${scheme}://127.0.0.1:0?${TLS_QUERY}`)]
}

const DEADLINE_MS = 10_000

/** A chat, and what it has told so far. */
export class Listener {
  readonly chat: Chat
  readonly events: ChatEvent[] = []
  /** How the loop ended: with nothing, or with what it threw. */
  readonly over: Promise<unknown>

  constructor(chat: Chat) {
    this.chat = chat
    this.over = this.#listen().catch((error: unknown) => error)
  }

  /** The first event that has come, or comes, of that kind with these fields; it and all before it are forgotten. */
  async heard<Kind extends ChatEvent['kind']>(
    kind: Kind,
    fields: Partial<Extract<ChatEvent, { kind: Kind }>> = {},
  ): Promise<Extract<ChatEvent, { kind: Kind }>> {
    const deadline = performance.now() + DEADLINE_MS
    for (;;) {
      const at = this.events.findIndex((event) => event.kind === kind && matches(event, fields))
      if (at >= 0) return this.events.splice(0, at + 1).at(-1) as Extract<ChatEvent, { kind: Kind }>
      if (performance.now() > deadline)
        throw new Error(`no ${kind} ${JSON.stringify(fields)} in ${JSON.stringify(this.events)}`)
      await delay(5)
    }
  }

  async #listen(): Promise<void> {
    for await (const event of this.chat) this.events.push(event)
  }
}

function matches(event: ChatEvent, fields: object): boolean {
  return Object.entries(fields).every(([key, value]) => event[key as keyof ChatEvent] === value)
}
