/**
 * Bytes between nodes, by NATS. Owns the one connection, which is tried for ever, and whether it is up; what is said over it is `cluster/`'s.
 *
 * Of the client, callbacks are used and no iterators: they are called in the order of what was published, over all subjects.
 * While it is down the client would keep what is published and send it later, behind what others have said meanwhile; so nothing is given to it then.
 */

import {
  type ConnectionOptions,
  connect,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node'
import type { Bus, Subject } from '../bus.js'
import { giveUpSocket, pendingBytesOf } from './client-internals.js'
import { LinkProbe } from './link-probe.js'
import { refusalOf } from './nats-error.js'
import { ReconnectDelay } from './reconnect-delay.js'
import { SubjectNames } from './subject-names.js'

export interface NatsBusOptions {
  /** Where NATS is, and who we are to it. */
  readonly connection: ConnectionOptions
  /** What all subjects of the cluster begin with. */
  readonly prefix: string
  readonly observer: BusObserver
}

/** Hears what an operator might want to know. */
export interface BusObserver {
  /** @param server HOST:PORT */
  linkUp(server: string, isFirst: boolean): void
  /** @param wasSlow whether answers had been late before: most likely the server did not want to wait for this node any more */
  linkDown(server: string, wasSlow: boolean): void
  /** NATS could not be reached, or has said that something is wrong. */
  linkFailed(error: Error): void
  /** What the server sends waits for this node, or what this node sends for the server. */
  slow(lagMs: number): void
  /** What was received could not be worked with: a fault of our own. */
  faulted(error: unknown): void
}

/** Plain integers; metrics read them. */
export interface BusStats {
  messagesOut: number
  bytesOut: number
  messagesIn: number
  bytesIn: number
  /** What was to be published while it was down. */
  refused: number
  reconnects: number
}

/** A link over which nothing comes any more is found after this and one or two more of it. */
const PING_MS = 1_000
const MOST_PINGS_OUT = 2
/** A server that takes the connection and then says nothing. */
const CONNECT_MS = 3_000
/** The last of what was published may take so long at the end. */
const LAST_FLUSH_MS = 1_000

interface Listening {
  readonly subject: string
  readonly receive: (bytes: Uint8Array) => void
  subscription: Subscription | null
}

export class NatsBus implements Bus {
  readonly stats: BusStats = {
    messagesOut: 0,
    bytesOut: 0,
    messagesIn: 0,
    bytesIn: 0,
    refused: 0,
    reconnects: 0,
  }
  readonly #options: NatsBusOptions
  readonly #delay = new ReconnectDelay()
  readonly #names: SubjectNames
  readonly #listeners: ((isUp: boolean) => void)[] = []
  readonly #listening = new Set<Listening>()
  readonly #probe: LinkProbe
  readonly #firstConnection: Promise<NatsConnection>
  #settleFirst!: { resolve(connection: NatsConnection): void; reject(error: Error): void }
  #connection: NatsConnection | null = null
  #retry: NodeJS.Timeout | null = null
  #isUp = false
  #isClosed = false

  private constructor(options: NatsBusOptions) {
    this.#options = options
    this.#names = new SubjectNames(options.prefix)
    this.#probe = new LinkProbe((lagMs) => options.observer.slow(lagMs))
    this.#firstConnection = new Promise((resolve, reject) => {
      this.#settleFirst = { resolve, reject }
    })
    // Whoever waits for it hears of it; nobody has to.
    this.#firstConnection.catch(() => {})
  }

  /**
   * Resolves as soon as NATS was reached, or could not be: then it is tried again until it is.
   * @throws NatsRefused when NATS is there and does not want us
   */
  static async open(options: NatsBusOptions): Promise<NatsBus> {
    const bus = new NatsBus(options)
    await bus.#connect(true)
    return bus
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get pendingBytes(): number {
    return this.#connection === null ? 0 : pendingBytesOf(this.#connection)
  }

  /** How long the server took for its last answer, or has taken so far, in milliseconds. */
  get lagMs(): number {
    return this.#probe.lagMs
  }

  /** Once NATS was reached for the first time. Rejects when the bus is closed before. */
  get connected(): Promise<NatsConnection> {
    return this.#firstConnection
  }

  onLink(listener: (isUp: boolean) => void): void {
    this.#listeners.push(listener)
  }

  publish(subject: Subject, bytes: Uint8Array): void {
    if (!this.#isUp) {
      this.stats.refused++
      return
    }
    this.stats.messagesOut++
    this.stats.bytesOut += bytes.length
    this.#connection?.publish(this.#names.of(subject), bytes)
  }

  subscribe(subject: Subject, receive: (bytes: Uint8Array) => void): { end(): void } {
    const listening: Listening = { subject: this.#names.of(subject), receive, subscription: null }
    this.#listening.add(listening)
    this.#listen(listening)
    return {
      end: () => {
        if (this.#listening.delete(listening)) listening.subscription?.unsubscribe()
      },
    }
  }

  async flush(): Promise<void> {
    // What could not be published is lost, and its loss is counted; there is nothing to wait for.
    if (this.#isUp) await this.#connection?.flush().catch(() => {})
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#probe.stop()
    this.#settleFirst.reject(new Error('closed'))
    const connection = this.#connection
    if (connection === null) return
    if (this.#isUp) await within(LAST_FLUSH_MS, connection.flush())
    this.#linkIs(false)
    await within(LAST_FLUSH_MS, connection.close())
    giveUpSocket(connection)
  }

  async #connect(isFirst: boolean): Promise<void> {
    const { connection: options, observer } = this.#options
    let connection: NatsConnection
    try {
      connection = await connect({
        ...options,
        maxReconnectAttempts: -1,
        reconnectDelayHandler: () => this.#delay.next(),
        // Somebody may be mending it.
        ignoreAuthErrorAbort: true,
        noEcho: true,
        noAsyncTraces: true,
        pingInterval: PING_MS,
        maxPingOut: MOST_PINGS_OUT,
        timeout: CONNECT_MS,
      })
    } catch (error) {
      const refusal = refusalOf(error)
      if (isFirst && refusal !== null) throw refusal
      observer.linkFailed(refusal ?? (error as Error))
      if (this.#isClosed) return
      this.#retry = setTimeout(() => void this.#connect(false), this.#delay.next())
      return
    }
    if (this.#isClosed) {
      await connection.close()
      return
    }
    this.#connection = connection
    void this.#follow(connection)
    for (const listening of this.#listening) this.#listen(listening)
    this.#reached(true)
    this.#settleFirst.resolve(connection)
  }

  /** What becomes of the connection. The client tells it in the turn in which it happens. */
  async #follow(connection: NatsConnection): Promise<void> {
    const { observer } = this.#options
    for await (const status of connection.status()) {
      switch (status.type) {
        case 'disconnect':
          if (!this.#isUp) break
          this.#linkIs(false)
          observer.linkDown(status.server, this.#probe.isSlow)
          this.#probe.stop()
          break
        case 'reconnect':
          this.stats.reconnects++
          this.#reached(false)
          break
        case 'staleConnection':
          giveUpSocket(connection)
          break
        case 'error':
          observer.linkFailed(refusalOf(status.error) ?? status.error)
          break
      }
    }
  }

  #reached(isFirst: boolean): void {
    const connection = this.#connection as NatsConnection
    if (this.#isClosed) return
    this.#delay.reset()
    this.#probe.start(connection)
    this.#options.observer.linkUp(connection.getServer(), isFirst)
    this.#linkIs(true)
  }

  #linkIs(isUp: boolean): void {
    if (this.#isUp === isUp) return
    this.#isUp = isUp
    for (const listener of this.#listeners) listener(isUp)
  }

  #listen(listening: Listening): void {
    if (this.#connection === null || this.#isClosed) return
    listening.subscription = this.#connection.subscribe(listening.subject, {
      callback: (error, message) => {
        if (error !== null) this.#options.observer.linkFailed(error)
        else this.#received(listening, message.data)
      },
    })
  }

  #received(listening: Listening, bytes: Uint8Array): void {
    this.stats.messagesIn++
    this.stats.bytesIn += bytes.length
    try {
      listening.receive(bytes)
    } catch (error) {
      // What a callback throws would end the client's reading, for good and without a word.
      this.#options.observer.faulted(error)
    }
  }
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}
