/**
 * What one relay is made of: hub, fan-out, deadlines, and what connections share. Owns how the parts know each other;
 * when it is opened to clients, and when it ends, is `relay.ts`'s.
 */

import type { ListenerSpec } from './config/listener-url.js'
import { ConfigError } from './config/load.js'
import type { Config } from './config/settings.js'
import type { Dialect, DialectContext } from './dialects/dialect.js'
import { ChunkPool } from './fanout/chunk.js'
import { Flusher } from './fanout/flusher.js'
import type { OutboxContext } from './fanout/outbox.js'
import { PAUSE } from './fanout/pauses.js'
import { Pressure } from './fanout/pressure.js'
import type { Recipient } from './fanout/recipient.js'
import { RoomFanout } from './fanout/room-fanout.js'
import { Gate } from './gate.js'
import { CLOSE_REASONS } from './hub/close-reason.js'
import type { Hooks } from './hub/hooks.js'
import { Hub } from './hub/hub.js'
import type { Admission } from './net/admission.js'
import { Connection } from './net/connection.js'
import type {
  ConnectionContext,
  ConnectionDeadlines,
  ConnectionStats,
  HeldInput,
  TransportKind,
  TransportStats,
} from './net/connection-context.js'
import { connectionLimit } from './net/connection-limit.js'
import { Deadlines } from './net/deadlines.js'
import { chooseFanout, type FanoutWay } from './net/direct-ways.js'
import { SilentPeers } from './net/silent-peers.js'
import { SocketTable } from './net/socket-table.js'
import { Strangers } from './net/strangers.js'
import { TurnBudget } from './net/turn-budget.js'
import { vanishingTimes } from './net/vanishing.js'
import { Pulse } from './net/websocket/pulse.js'
import type { WebSocketContext } from './net/websocket/websocket-transport.js'
import type { Records } from './records.js'

/** F15: the longest frame before somebody has a name. */
const MAX_LOGIN_BYTES = 1024
/** How long a connection is not read from after one refused name too many. */
const REFUSAL_PAUSE_MS = 1000

/** How many connections there may be at once, and why no more. */
export interface ConnectionsAllowed {
  readonly maxConnections: number
  /** How many files this process may open, and how many of those are kept for other things; `null` where nobody says. */
  readonly descriptors: number | null
  readonly kept: number | null
}

export interface AssemblyOptions {
  /** Whether plain TCP goes over Node's handles. */
  readonly useHandles: boolean
  /** See `HubOptions`. */
  readonly hooks: Hooks<Recipient> | undefined
  readonly reservedNames: readonly string[] | undefined
}

export class Assembly {
  readonly hub: Hub<Recipient>
  readonly flusher = new Flusher()
  readonly pool = new ChunkPool()
  readonly pressure: Pressure
  readonly connections = new Set<Connection>()
  /** By dialect. */
  readonly stats = new Map<string, ConnectionStats>()
  readonly transports: Readonly<Record<TransportKind, TransportStats>> = {
    tcp: { open: 0 },
    tls: { open: 0 },
    ws: { open: 0 },
    wss: { open: 0 },
  }
  readonly webSockets: WebSocketContext
  /** See `ListeningOptions`. */
  readonly keepAliveMs: number
  readonly input: HeldInput
  readonly connectionLimit: ConnectionsAllowed
  readonly admission: Admission
  /** Takes up what a reload changes of it, and of the names that nobody may have. */
  readonly gate: Gate
  readonly fanout: FanoutWay
  readonly #config: Config
  readonly #records: Records
  readonly #outboxes: OutboxContext
  readonly #deadlines: ConnectionDeadlines<Connection>
  readonly #silentPeers: SilentPeers<Connection>
  readonly #turn: TurnBudget
  readonly #strangers: Strangers<Connection>

  /**
   * @param records where what happens goes
   * @throws ConfigError when more connections are configured than there can be, a way to fan out that is not there, or a file of
   *   bans with mistakes
   */
  constructor(config: Config, { useHandles, hooks, reservedNames }: AssemblyOptions, records: Records) {
    this.#config = config
    this.#records = records
    this.fanout = fanoutOf(config, useHandles)
    this.connectionLimit = connectionsAllowed(config)
    const { maxConnections } = this.connectionLimit
    const monotonic = () => performance.now()
    const { connections } = this
    this.gate = new Gate(config, { maxConnections, connections, now: monotonic })
    this.admission = this.gate.admission
    const kernel = new SocketTable()
    this.pressure = new Pressure(config, this.pool, monotonic, kernel)
    this.#turn = new TurnBudget(monotonic)
    this.input = { bytes: 0, limitBytes: config.retainedLimitBytes / 4 }
    this.#outboxes = {
      flusher: this.flusher,
      pool: this.pool,
      pressure: this.pressure,
      createPorts: this.fanout.createPorts,
      encodingFailed: (error, source) => {
        if (source instanceof Connection) source.failWith(error)
        else setImmediate(() => records.fault(error, {}))
      },
    }
    this.hub = new Hub<Recipient>({
      audience: () => new RoomFanout(this.#outboxes),
      now: Date.now,
      announceUpTo: config.announceUpTo,
      recent: { ageMs: config.editWindowMs, entries: config.recentMessages },
      later: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
      defaultRoom: config.room,
      hooks,
      isForbiddenName: (name) => reservedNames?.includes(name) === true || this.gate.forbids(name),
      observe: (event) => {
        if (event.kind === 'message' || event.kind === 'direct') this.flusher.told(this.#turn.readMs)
        records.observe(event)
      },
    })
    const deadlines = (durationMs: number, expired: (connection: Connection) => void) =>
      new Deadlines<Connection>({ durationMs, now: monotonic, expired })
    this.#deadlines = {
      login: deadlines(config.loginDeadlineMs, (connection) => connection.expel(CLOSE_REASONS.loginDeadline)),
      frame: deadlines(config.frameDeadlineMs, (connection) => connection.expel(CLOSE_REASONS.frameDeadline)),
      linger: deadlines(config.lingerMs, (connection) => connection.lingered()),
      refusal: deadlines(REFUSAL_PAUSE_MS, (connection) => connection.resume(PAUSE.refusals)),
    }
    this.webSockets = {
      pulse: new Pulse({ everyMs: config.pingMs, kernel, now: monotonic }),
      stats: { closes: new Map(), pingsUnanswered: 0 },
    }
    this.#strangers = new Strangers(maxConnections)
    const { silentMs, keepAliveMs } = vanishingTimes(config.vanishedMs)
    this.keepAliveMs = keepAliveMs
    this.#silentPeers = new SilentPeers({
      kernel,
      peers: this.connections,
      silentMs,
      now: monotonic,
      silent: (connection) => connection.cutOff(CLOSE_REASONS.vanished),
    })
  }

  /** What the connections of a listener share who speak this dialect. */
  contextOf(dialect: Dialect, spec: ListenerSpec, kind: TransportKind): ConnectionContext<Connection> {
    const { name } = dialect
    let stats = this.stats.get(name)
    if (stats === undefined) {
      stats = { opened: 0, closed: 0, bytesIn: 0, bytesOut: 0 }
      this.stats.set(name, stats)
    }
    const dialectContext: DialectContext = {
      hub: this.hub,
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
      input: this.input,
      stats,
      transport: this.transports[kind],
      observer: this.#records,
      admission: this.admission,
      allowances: this.gate.allowances,
      all: this.connections,
    }
  }

  /** Its timers end. Connections are not its to end. */
  stop(): void {
    for (const deadlines of Object.values(this.#deadlines)) deadlines.stop()
    this.#silentPeers.stop()
    this.gate.allowances.stop()
    this.webSockets.pulse.stop()
    this.pressure.stop()
  }
}

function fanoutOf({ fanout }: Config, useHandles: boolean): FanoutWay {
  const way = chooseFanout(fanout, useHandles)
  if (typeof way !== 'string') return way
  throw new ConfigError([`fanout: native: expected auto or portable: there is no native way here: ${way}`])
}

/** Above what the system allows, it would close clients without a word. */
function connectionsAllowed({ maxConnections }: Config): ConnectionsAllowed {
  const { connections, descriptors } = connectionLimit()
  const kept = descriptors === null ? null : descriptors - connections
  if (maxConnections === 'auto') return { maxConnections: connections, descriptors, kept }
  if (descriptors === null || maxConnections <= connections) return { maxConnections, descriptors, kept }
  throw new ConfigError([
    `maxConnections: ${maxConnections}: expected auto or no more than ${connections}: this process may open ${descriptors} files, of which ${kept} are kept back (raise that with ulimit -n or LimitNOFILE=)`,
  ])
}
