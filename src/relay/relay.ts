/**
 * One relay: puts hub, fan-out, dialects, listeners, logs and metrics together, and takes them apart again. Owns
 * the order of starting and ending; everything else is somebody else's.
 */

import type { ServerResponse } from 'node:http'
import { VERSION } from '../version.js'
import type { ListenerSpec } from './config/listener-url.js'
import { ConfigError } from './config/load.js'
import type { Config, SettingKey } from './config/settings.js'
import type { WebOptions } from './config/web-options.js'
import type { ClaimOutcome, Dialect, DialectContext } from './dialects/dialect.js'
import { DIALECTS } from './dialects/registry.js'
import { ChunkPool } from './fanout/chunk.js'
import { Flusher } from './fanout/flusher.js'
import type { OutboxContext } from './fanout/outbox.js'
import { PAUSE } from './fanout/pauses.js'
import { Pressure } from './fanout/pressure.js'
import type { Recipient } from './fanout/recipient.js'
import { RoomFanout } from './fanout/room-fanout.js'
import { CLOSE_REASONS, type CloseReason } from './hub/close-reason.js'
import type { HubEvent } from './hub/events.js'
import { Hub } from './hub/hub.js'
import { Connection } from './net/connection.js'
import type {
  ConnectionContext,
  ConnectionDeadlines,
  ConnectionObserver,
  ConnectionStats,
  HeldInput,
  TurnedAway,
} from './net/connection-context.js'
import { connectionLimit } from './net/connection-limit.js'
import { Deadlines } from './net/deadlines.js'
import { chooseFanout, type FanoutWay } from './net/direct-ways.js'
import { inTurn } from './net/in-turn.js'
import { Listener } from './net/listener.js'
import type { ListeningOptions } from './net/listening.js'
import { SilentPeers } from './net/silent-peers.js'
import { SocketTable } from './net/socket-table.js'
import { Strangers } from './net/strangers.js'
import { handlesSupported } from './net/tcp-handle.js'
import { TurnBudget } from './net/turn-budget.js'
import { Gateway } from './net/websocket/gateway.js'
import type { UpgradeRefusal } from './net/websocket/handshake.js'
import { AddressFile } from './observe/address-file.js'
import type { Journal } from './observe/journal.js'
import type { LogFile } from './observe/log-file.js'
import { createMetrics } from './observe/metrics.js'
import { OnceASecond } from './observe/once-a-second.js'
import { openJournal } from './observe/open-journal.js'
import type { Logger } from './observe/operational-log.js'
import { OpsServer } from './observe/ops-server.js'
import { Tally } from './observe/tally.js'

/** F15: the longest frame before somebody has a name. */
const MAX_LOGIN_BYTES = 1024
/** How long a connection is not read from after one refused name too many. */
const REFUSAL_PAUSE_MS = 1000
/** A peer that has acknowledged nothing for so long is gone. */
const SILENT_MS = 30_000

/** What the system says when an address cannot be had, and not a file. */
const ADDRESS_CALLS: ReadonlySet<string | undefined> = new Set(['listen', 'bind', 'getaddrinfo'])

/** Something that the relay needs could not be had. */
export class StartError extends Error {
  /** The system's, such as `EADDRINUSE`. */
  readonly code: string
  /** The setting that asked for it, and its value. */
  readonly key: SettingKey
  readonly target: string
  /** Whether it was an address; otherwise it was a file or a directory. */
  readonly isAddress: boolean
  /** The other setting of this relay that has the port already; `null` where it is none of its own. */
  readonly takenBy: string | null

  constructor(key: SettingKey, target: string, cause: NodeJS.ErrnoException, takenBy: string | null = null) {
    super(`${key}: ${target}: ${cause.message}`, { cause })
    this.name = 'StartError'
    this.code = cause.code ?? 'ERR_START'
    this.key = key
    this.target = target
    this.isAddress = ADDRESS_CALLS.has(cause.syscall)
    this.takenBy = takenBy
  }
}

/** Where a listener is, now that it listens. */
export interface ListeningAt {
  readonly url: string
  /** `ws` where each client says which. */
  readonly dialect: string
  readonly host: string | undefined
  readonly port: number
  readonly tls: boolean
}

/** How rooms are written to. */
export interface FanoutInUse {
  /** In one native call, or by a call of Node for each member. */
  readonly name: 'native' | 'portable'
  /** Why it is not the native way although that was welcome, or `null`. */
  readonly reason: string | null
}

/** What tests choose and operators do not. @internal */
export interface RelayInternals {
  /** Whether plain TCP goes over Node's handles; otherwise over public sockets. Without it: where Node can. */
  readonly useHandles?: boolean
}

export class Relay {
  readonly #config: Config
  readonly #log: Logger
  readonly #useHandles: boolean
  readonly #fanout: FanoutWay
  readonly #tally = new Tally()
  readonly #flusher = new Flusher()
  readonly #pool = new ChunkPool()
  readonly #pressure: Pressure
  readonly #outboxes: OutboxContext
  readonly #hub: Hub<Recipient>
  readonly #connections = new Set<Connection>()
  readonly #stats = new Map<string, ConnectionStats>()
  readonly #deadlines: ConnectionDeadlines<Connection>
  readonly #kernel = new SocketTable()
  readonly #silentPeers: SilentPeers<Connection>
  readonly #turn: TurnBudget
  readonly #input: HeldInput
  readonly #maxConnections: number
  readonly #strangers: Strangers<Connection>
  readonly #listeners: (Listener | Gateway)[] = []
  readonly #listeningAt: ListeningAt[] = []
  readonly #acceptErrors = new OnceASecond<object>((last, count) =>
    this.#log.error({ ...last, count }, 'a connection could not be accepted'),
  )
  readonly #opsRefusals = new OnceASecond<null>((_, count) =>
    this.#log.warn({ count }, 'the ops endpoint has too many connections, and closed one'),
  )
  /** What connections tell. */
  readonly #observer: ConnectionObserver<Connection> = {
    connected: (connection) => this.#journal?.connected(connection),
    nameRequested: (connection, name, outcome) => this.#nameRequested(connection, name, outcome),
    closed: (connection, reason) => this.#closed(connection, reason),
    faulted: (connection, error) => this.#faulted(connection, error),
    turnedAway: (peer) => this.#turnedAway(peer),
  }
  #logFiles: readonly LogFile[] = []
  #journal: Journal | null = null
  #ops: OpsServer | null = null
  #addressFile: AddressFile | null = null
  #state: 'starting' | 'ready' | 'shutting down' = 'starting'
  #stopped: Promise<void> | null = null

  private constructor(config: Config, log: Logger, internals: RelayInternals) {
    this.#config = config
    this.#log = log
    this.#useHandles = internals.useHandles ?? handlesSupported
    this.#fanout = fanoutOf(config, this.#useHandles)
    const monotonic = () => performance.now()
    this.#pressure = new Pressure(config, this.#pool, monotonic, this.#kernel)
    this.#turn = new TurnBudget(monotonic)
    this.#input = { bytes: 0, limitBytes: config.retainedLimitBytes / 4 }
    this.#outboxes = {
      flusher: this.#flusher,
      pool: this.#pool,
      pressure: this.#pressure,
      createPorts: this.#fanout.createPorts,
      encodingFailed: (error, source) => {
        if (source instanceof Connection) source.failWith(error)
        else setImmediate(() => this.#fault(error, {}))
      },
    }
    this.#hub = new Hub<Recipient>({
      audience: () => new RoomFanout(this.#outboxes),
      now: Date.now,
      announceUpTo: config.announceUpTo,
      recent: { ageMs: config.editWindowMs, entries: config.recentMessages },
      later: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
      defaultRoom: config.room,
      observe: (event) => this.#observe(event),
    })
    const deadlines = (durationMs: number, expired: (connection: Connection) => void) =>
      new Deadlines<Connection>({ durationMs, now: monotonic, expired })
    this.#deadlines = {
      login: deadlines(config.loginDeadlineMs, (connection) => connection.expel(CLOSE_REASONS.loginDeadline)),
      frame: deadlines(config.frameDeadlineMs, (connection) => connection.expel(CLOSE_REASONS.frameDeadline)),
      linger: deadlines(config.lingerMs, (connection) => connection.lingered()),
      refusal: deadlines(REFUSAL_PAUSE_MS, (connection) => connection.resume(PAUSE.refusals)),
    }
    this.#maxConnections = maxConnectionsOf(config)
    this.#strangers = new Strangers(this.#maxConnections)
    this.#silentPeers = new SilentPeers({
      kernel: this.#kernel,
      peers: this.#connections,
      silentMs: SILENT_MS,
      now: monotonic,
      silent: (connection) => connection.cutOff(CLOSE_REASONS.vanished),
    })
  }

  /**
   * @throws ConfigError when more connections are configured than there can be, or a way to fan out that is not there
   * @throws StartError when a port, a certificate, the log directory or the address file cannot be had; nothing is left
   *   open then
   */
  static async start(config: Config, log: Logger): Promise<Relay>
  /** @internal */
  static async start(config: Config, log: Logger, internals?: RelayInternals): Promise<Relay>
  static async start(config: Config, log: Logger, internals: RelayInternals = {}): Promise<Relay> {
    const relay = new Relay(config, log, internals)
    try {
      relay.#openLogFiles()
      await relay.#listen()
      await relay.#openOps()
      relay.#tellAddresses()
    } catch (error) {
      await relay.stop()
      throw error
    }
    relay.#state = 'ready'
    return relay
  }

  /** In the order of the configuration. */
  get listeningAt(): readonly ListeningAt[] {
    return this.#listeningAt
  }

  /** How rooms are written to. */
  get fanout(): FanoutInUse {
    return this.#fanout
  }

  /** The port of the ops endpoint, if there is one. */
  get opsPort(): number | undefined {
    return this.#ops?.port
  }

  /** Opens the log files by their names again, after somebody moved them away. */
  reopenLogs(): void {
    for (const file of this.#logFiles) file.reopen()
  }

  /**
   * Ends the relay: no new connections, everybody is told why, what is queued is sent, and what is not gone by
   * the deadline is cut off. Asking again changes nothing.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#state = 'shutting down'
    const end = performance.now() + this.#config.shutdownMs
    for (const listener of this.#listeners) listener.close()
    this.#hub.endQuietly()
    // So that they do not all come back at once. Whose turn is still to come goes on chatting.
    await inTurn([...this.#connections], this.#config.closeSpreadMs, (connection) =>
      connection.expel(CLOSE_REASONS.shutdown),
    )
    await this.#allGone(end)
    for (const connection of this.#connections) connection.cutOff(CLOSE_REASONS.shutdown)
    for (const deadlines of Object.values(this.#deadlines)) deadlines.stop()
    this.#silentPeers.stop()
    this.#pressure.stop()
    await this.#ops?.close()
    this.#addressFile?.remove()
    this.#journal?.close()
    await Promise.all(this.#logFiles.map((file) => file.close()))
  }

  #nameRequested(connection: Connection, name: string, outcome: ClaimOutcome): void {
    this.#tally.nameRequested(outcome)
    this.#journal?.nameRequested(connection, name, outcome)
  }

  #closed(connection: Connection, reason: CloseReason): void {
    this.#tally.closed(reason)
    this.#journal?.closed(connection, reason)
    if (reason === CLOSE_REASONS.slow) {
      const { remoteAddress: ip, remotePort: port, name, dialect } = connection
      this.#log.warn(
        { ip, port, name, dialect, queuedBytes: connection.outbox.queuedBytes },
        'cut off a slow reader',
      )
    }
  }

  #faulted(connection: Connection, error: unknown): void {
    const { remoteAddress: ip, remotePort: port, name, dialect } = connection
    this.#fault(error, { ip, port, name, dialect })
  }

  #turnedAway(peer: TurnedAway): void {
    this.#tally.closed(CLOSE_REASONS.full)
    this.#journal?.closed({ ...peer, name: null }, CLOSE_REASONS.full)
  }

  #observe(event: HubEvent): void {
    if (event.kind === 'message' || event.kind === 'direct') this.#flusher.told(this.#turn.readMs)
    this.#tally.observe(event)
    this.#journal?.observe(event)
  }

  /** What is half changed would harm everybody: then the process ends, loudly, rather than go on with it. */
  #fault(error: unknown, about: object): void {
    if (this.#hub.isChanging) throw error
    this.#tally.faults++
    this.#log.error({ ...about, err: error }, 'a fault of the relay cost a connection')
  }

  #openLogFiles(): void {
    const { logDir } = this.#config
    if (logDir === 'off') return
    try {
      const { journal, files } = openJournal(this.#config, this.#log)
      this.#journal = journal
      this.#logFiles = files
    } catch (error) {
      throw new StartError('logDir', logDir, error as NodeJS.ErrnoException)
    }
  }

  #tellAddresses(): void {
    const { addressFile, ops } = this.#config
    if (addressFile === 'off') return
    const listeners = this.#listeningAt.map(({ dialect, host = null, port, tls }) => {
      return { dialect, host, port, tls }
    })
    const opsPlace = ops === 'off' ? null : { host: ops.host ?? null, port: this.opsPort as number }
    try {
      this.#addressFile = new AddressFile(addressFile, { pid: process.pid, ops: opsPlace, listeners })
    } catch (error) {
      throw new StartError('addressFile', addressFile, error as NodeJS.ErrnoException)
    }
  }

  /** Which of the listeners so far has that port. */
  #listenerAt(port: number): string | null {
    return this.#listeningAt.find((at) => at.port === port)?.url ?? null
  }

  async #listen(): Promise<void> {
    const { loginDeadlineMs } = this.#config
    for (const spec of this.#config.listen) {
      const options = {
        host: spec.host,
        port: spec.port,
        tls: spec.tls,
        maxConnections: this.#maxConnections,
        loginDeadlineMs,
        useHandles: this.#useHandles,
        failed: (error: Error) => {
          this.#tally.acceptErrors++
          this.#acceptErrors.happened({ url: spec.url, error: error.message })
        },
      }
      try {
        const listener = await this.#open(spec, options)
        this.#listeners.push(listener)
        const { url, dialect, host } = spec
        const tls = spec.tls !== undefined
        this.#listeningAt.push({ url, dialect: dialect?.name ?? 'ws', host, port: listener.port, tls })
      } catch (error) {
        throw new StartError('listen', spec.url, error as NodeJS.ErrnoException, this.#listenerAt(spec.port))
      }
    }
  }

  #open(spec: ListenerSpec, options: ListeningOptions): Promise<Listener | Gateway> {
    if (spec.dialect !== null) return Listener.open(options, this.#contextOf(spec.dialect, spec))
    const web = spec.web as WebOptions
    const contexts = [...DIALECTS.values()].map((dialect) => {
      const plain = { ...spec, options: dialect.options.parse({}) }
      return [dialect.name, this.#contextOf(dialect, plain)] as const
    })
    const more = {
      origins: web.origin,
      pages: (_request: unknown, response: ServerResponse) => void response.writeHead(404).end(),
      refused: (reason: UpgradeRefusal, remoteAddress: string, remotePort: number) => {
        this.#tally.upgradeRefused(reason)
        this.#journal?.upgradeRefused({ remoteAddress, remotePort, dialect: 'ws', name: null }, reason)
      },
    }
    return Gateway.open({ ...options, ...more }, new Map(contexts))
  }

  #contextOf(dialect: Dialect, spec: ListenerSpec): ConnectionContext<Connection> {
    const { name } = dialect
    let stats = this.#stats.get(name)
    if (stats === undefined) {
      stats = { opened: 0, closed: 0, bytesIn: 0, bytesOut: 0 }
      this.#stats.set(name, stats)
    }
    const dialectContext: DialectContext = {
      hub: this.#hub,
      maxLoginBytes: MAX_LOGIN_BYTES,
      timeZone: this.#config.timeZone,
    }
    return {
      dialect: name,
      needsLogin: dialect.needsLogin,
      speak: dialect.listen(spec.options, dialectContext),
      outboxes: this.#outboxes,
      slowPolicy: spec.slowPolicy,
      deadlines: this.#deadlines,
      strangers: this.#strangers,
      turn: this.#turn,
      input: this.#input,
      stats,
      observer: this.#observer,
      all: this.#connections,
    }
  }

  async #openOps(): Promise<void> {
    const { ops } = this.#config
    if (ops === 'off') return
    const registry = createMetrics({
      version: VERSION,
      fanoutWay: this.#fanout.name,
      connections: this.#stats,
      fanout: this.#flusher.stats,
      pressure: this.#pressure,
      tally: this.#tally,
      sessions: () => this.#hub.sessionCount,
      rooms: () => this.#hub.rooms.size,
      queuedBytes: () => sum(this.#connections, (connection) => connection.outbox.queuedBytes),
      retainedBytes: () => this.#pool.retainedBytes,
      heldInputBytes: () => this.#input.bytes,
      logLinesLost: () => sum(this.#logFiles, (file) => file.linesLost),
    })
    try {
      this.#ops = await OpsServer.open({
        ...ops,
        metrics: { text: () => registry.metrics(), contentType: registry.contentType },
        refused: () => {
          this.#tally.opsRefused++
          this.#opsRefusals.happened(null)
        },
        readiness: () => (this.#state === 'ready' ? 'ready' : this.#state),
      })
    } catch (error) {
      const { host = '', port } = ops
      throw new StartError('ops', `${host}:${port}`, error as NodeJS.ErrnoException, this.#listenerAt(port))
    }
  }

  /** Resolves when no connection is left, or at `end`. */
  async #allGone(end: number): Promise<void> {
    while (this.#connections.size > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

function fanoutOf({ fanout }: Config, useHandles: boolean): FanoutWay {
  const way = chooseFanout(fanout, useHandles)
  if (typeof way !== 'string') return way
  throw new ConfigError([`fanout: native: expected auto or portable: there is no native way here: ${way}`])
}

/** Above what the system allows, it would close clients without a word. */
function maxConnectionsOf({ maxConnections }: Config): number {
  const { connections, descriptors } = connectionLimit()
  if (maxConnections === 'auto') return connections
  if (descriptors === null || maxConnections <= connections) return maxConnections
  const kept = descriptors - connections
  throw new ConfigError([
    `maxConnections: ${maxConnections}: expected auto or no more than ${connections}: this process may open ${descriptors} files, of which ${kept} are kept back (raise that with ulimit -n or LimitNOFILE=)`,
  ])
}

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let total = 0
  for (const item of items) total += value(item)
  return total
}
