/**
 * Where clients come in: every listener of one relay, those of a dialect and those of the web with their pages. Owns what each
 * gets to work with, and that all of them are closed.
 */

import { addressListOf } from './addresses/address-list.js'
import type { Assembly } from './assembly.js'
import { type Certificates, readCertificates, warningsOf } from './certificates.js'
import type { ListenerSpec } from './config/listener-url.js'
import type { Reloadable } from './config/reloadable.js'
import { DAY_MS } from './config/settings/kinds.js'
import type { Config } from './config/settings.js'
import type { WebOptions } from './config/web-options.js'
import { DIALECTS } from './dialects/registry.js'
import type { ListeningAt } from './listening-at.js'
import { Listener } from './net/listener.js'
import type { ListeningOptions } from './net/listening.js'
import type { TrustedProxies } from './net/proxy/proxy-gate.js'
import type { Gateway } from './net/websocket/gateway.js'
import type { UpgradeRefusal } from './net/websocket/upgrade-refusal.js'
import { LiveSamples } from './observe/live-samples.js'
import type { Records } from './records.js'
import { StartError } from './start-error.js'
import { LiveFeed } from './web/live-feed.js'

export class Listeners implements Reloadable {
  readonly #config: Config
  readonly #parts: Assembly
  readonly #records: Records
  readonly #useHandles: boolean
  readonly #listeners = new Map<ListenerSpec, Listener | Gateway>()
  readonly #proxies: TrustedProxies
  #certificates: Certificates
  /** Says of certificates that are running out, until somebody sees to it. */
  #daily: NodeJS.Timeout | undefined
  readonly #at: ListeningAt[] = []
  #live: LiveFeed | null = null

  /** @param certificates of the listeners of `config` */
  constructor(
    config: Config,
    parts: Assembly,
    records: Records,
    useHandles: boolean,
    certificates: Certificates,
  ) {
    this.#config = config
    this.#parts = parts
    this.#records = records
    this.#useHandles = useHandles
    this.#proxies = { list: addressListOf(config.trustedProxies) }
    this.#certificates = certificates
  }

  /** In the order of the configuration. */
  get at(): readonly ListeningAt[] {
    return this.#at
  }

  /** The URL of the one that has that port so far. */
  withPort(port: number): string | null {
    return this.#at.find((at) => at.port === port)?.url ?? null
  }

  /** Until when the certificate of each port with TLS is valid, in milliseconds since 1970. */
  *certificateEnds(): Iterable<readonly [port: number, endMs: number]> {
    for (const [index, { port }] of this.#at.entries()) {
      const certificate = this.#certificates.get(this.#config.listen[index] as ListenerSpec)
      if (certificate !== undefined) yield [port, certificate.expiresAtMs]
    }
  }

  /** Certificates are read anew, from the files that their listeners were opened with. */
  prepare({ trustedProxies }: Config): () => void {
    const certificates = readCertificates(this.#config.listen, Date.now(), this.#certificates)
    const list = addressListOf(trustedProxies)
    return () => {
      for (const [spec, certificate] of certificates) {
        if (certificate.fingerprint === this.#certificates.get(spec)?.fingerprint) continue
        this.#listeners.get(spec)?.renew(certificate)
      }
      this.#certificates = certificates
      this.#proxies.list = list
      this.#warn()
    }
  }

  /** @throws StartError when an address cannot be had */
  async open(): Promise<void> {
    this.#warn()
    this.#daily = setInterval(() => this.#warn(), DAY_MS).unref()
    const { loginDeadlineMs } = this.#config
    for (const spec of this.#config.listen) {
      const options = {
        host: spec.host,
        port: spec.port,
        certificate: this.#certificates.get(spec),
        proxies: spec.proxy ? this.#proxies : undefined,
        keepAliveMs: this.#parts.keepAliveMs,
        loginDeadlineMs,
        useHandles: this.#useHandles,
        failed: (error: Error) => this.#records.acceptFailed(spec.url, error),
      }
      try {
        const listener = await this.#open(spec, options)
        this.#listeners.set(spec, listener)
        const { url, dialect, host, proxy } = spec
        const tls = spec.tls !== undefined
        this.#at.push({ url, dialect: dialect?.name ?? 'ws', host, port: listener.port, tls, proxy })
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
    return this.#openWeb(spec, spec.web as WebOptions, options)
  }

  /** What it takes is loaded only where it is wanted: a relay without it starts sooner. */
  async #openWeb(spec: ListenerSpec, web: WebOptions, options: ListeningOptions): Promise<Gateway> {
    const { Gateway } = await import('./net/websocket/gateway.js')
    const { createPages } = await import('./web/pages.js')
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
        access: () => this.#parts.access.mode,
        live: web.live === 'on' ? this.#openLive() : null,
      }),
      refused: (reason: UpgradeRefusal, address: string, port: number) =>
        this.#records.upgradeRefused(reason, address, port),
    }
    return Gateway.open({ ...options, ...more }, new Map(contexts))
  }

  #warn(): void {
    for (const words of warningsOf(this.#certificates, Date.now())) this.#records.certificateAges(words)
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
    clearInterval(this.#daily)
    await this.#live?.close()
    for (const listener of this.#listeners.values()) listener.close()
  }
}
