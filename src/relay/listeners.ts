/**
 * Where clients come in: every listener of one relay, those of a dialect and those of the web with their pages. Owns what each
 * gets to work with, and that all of them are closed.
 */

import type { Assembly } from './assembly.js'
import type { ListenerSpec } from './config/listener-url.js'
import type { Config } from './config/settings.js'
import type { WebOptions } from './config/web-options.js'
import { DIALECTS } from './dialects/registry.js'
import type { ListeningAt } from './listening-at.js'
import { Listener } from './net/listener.js'
import type { ListeningOptions } from './net/listening.js'
import { Gateway } from './net/websocket/gateway.js'
import type { UpgradeRefusal } from './net/websocket/handshake.js'
import { LiveSamples } from './observe/live-samples.js'
import type { Records } from './records.js'
import { StartError } from './start-error.js'
import { LiveFeed } from './web/live-feed.js'
import { createPages } from './web/pages.js'

export class Listeners {
  readonly #config: Config
  readonly #parts: Assembly
  readonly #records: Records
  readonly #useHandles: boolean
  readonly #listeners: (Listener | Gateway)[] = []
  readonly #at: ListeningAt[] = []
  #live: LiveFeed | null = null

  constructor(config: Config, parts: Assembly, records: Records, useHandles: boolean) {
    this.#config = config
    this.#parts = parts
    this.#records = records
    this.#useHandles = useHandles
  }

  /** In the order of the configuration. */
  get at(): readonly ListeningAt[] {
    return this.#at
  }

  /** The URL of the one that has that port so far. */
  withPort(port: number): string | null {
    return this.#at.find((at) => at.port === port)?.url ?? null
  }

  /** @throws StartError when an address or a certificate cannot be had */
  async open(): Promise<void> {
    const { loginDeadlineMs } = this.#config
    for (const spec of this.#config.listen) {
      const options = {
        host: spec.host,
        port: spec.port,
        tls: spec.tls,
        keepAliveMs: this.#parts.keepAliveMs,
        loginDeadlineMs,
        useHandles: this.#useHandles,
        failed: (error: Error) => this.#records.acceptFailed(spec.url, error),
      }
      try {
        const listener = await this.#open(spec, options)
        this.#listeners.push(listener)
        const { url, dialect, host } = spec
        const tls = spec.tls !== undefined
        this.#at.push({ url, dialect: dialect?.name ?? 'ws', host, port: listener.port, tls })
      } catch (error) {
        throw new StartError('listen', spec.url, error as NodeJS.ErrnoException, this.withPort(spec.port))
      }
    }
  }

  #open(spec: ListenerSpec, options: ListeningOptions): Promise<Listener | Gateway> {
    if (spec.dialect !== null)
      return Listener.open(
        options,
        this.#parts.contextOf(spec.dialect, spec, spec.tls === undefined ? 'tcp' : 'tls'),
      )
    const web = spec.web as WebOptions
    const contexts = [...DIALECTS.values()].map((dialect) => {
      const plain = { ...spec, options: dialect.options.parse({}) }
      const kind = spec.tls === undefined ? 'ws' : 'wss'
      return [dialect.name, this.#parts.contextOf(dialect, plain, kind)] as const
    })
    const more = {
      origins: web.origin,
      webSockets: this.#parts.webSockets,
      pages: createPages({
        page: web.page === 'on',
        room: this.#config.room,
        live: web.live === 'on' ? this.#openLive() : null,
      }),
      refused: (reason: UpgradeRefusal, address: string, port: number) =>
        this.#records.upgradeRefused(reason, address, port),
    }
    return Gateway.open({ ...options, ...more }, new Map(contexts))
  }

  /** One for all listeners that show it; without any, no samples are taken. */
  #openLive(): LiveFeed {
    if (this.#live !== null) return this.#live
    const { hub, flusher, pool, pressure, stats } = this.#parts
    const samples = new LiveSamples(
      {
        connections: stats,
        fanout: flusher.stats,
        pressure: pressure.stats,
        tally: this.#records.tally,
        sessions: () => hub.sessionCount,
        rooms: () => hub.rooms.size,
        retainedBytes: () => pool.retainedBytes,
        memory: () => process.memoryUsage(),
      },
      Date.now,
    )
    this.#live = new LiveFeed(samples)
    return this.#live
  }

  /** No more connections. Those that are here stay, but for whoever looks at the live view. */
  async close(): Promise<void> {
    await this.#live?.close()
    for (const listener of this.#listeners) listener.close()
  }
}
