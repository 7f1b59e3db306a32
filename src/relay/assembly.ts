/**
 * What one relay is made of: hub, fan-out, deadlines, and what connections share. Owns how the parts know each other;
 * when it is opened to clients, and when it ends, is `relay.ts`'s.
 */

import type { Access } from './access/access.js'
import type { ListenerSpec } from './config/listener-url.js'
import { ConfigError } from './config/load.js'
import type { Reloadable } from './config/reloadable.js'
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
import type { RecentLimits } from './hub/recent-messages.js'
import { Connection } from './net/connection.js'
import type {
  ConnectionContext,
  ConnectionDeadlines,
  ConnectionStats,
  HeldInput,
  TransportKind,
  TransportStats,
} from './net/connection-context.js'
import { Deadlines } from './net/deadlines.js'
import { chooseFanout, type FanoutWay } from './net/direct-ways.js'
import { SilentPeers } from './net/silent-peers.js'
import { SocketTable } from './net/socket-table.js'
import { Strangers } from './net/strangers.js'
import { TurnBudget } from './net/turn-budget.js'
import { vanishingTimes } from './net/vanishing.js'
import { CLOSE_CODES } from './net/websocket/close-codes.js'
import { Pulse } from './net/websocket/pulse.js'
import type { WebSocketContext } from './net/websocket/websocket-transport.js'
import type { Records } from './records.js'

/** F15: the longest frame before somebody has a name. */
const MAX_LOGIN_BYTES = 1024
/** How long a connection is not read from after one refused name too many. */
const REFUSAL_PAUSE_MS = 1000

export interface AssemblyOptions {
  /** Whether plain TCP goes over Node's handles. */
  readonly useHandles: boolean
  /** See `HubOptions`. */
  readonly hooks: Hooks<Recipient> | undefined
  readonly reservedNames: readonly string[] | undefined
  /** Who may have which name. */
  readonly access: Access
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
  /** Takes up what a reload changes of who may come in, which names nobody may have, and how much each may ask for. */
  readonly gate: Gate
  readonly access: Access
  readonly fanout: FanoutWay
  /** Its parts whose settings may change while it runs. */
  readonly reloadables: Reloadable[]
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
  constructor(
    config: Config,
    { useHandles, hooks, reservedNames, access }: AssemblyOptions,
    records: Records,
  ) {
    this.access = access
    this.#config = config
    this.#records = records
    this.fanout = fanoutOf(config, useHandles)
    const monotonic = () => performance.now()
    this.gate = new Gate(config, { connections: this.connections, now: monotonic })
    const kernel = new SocketTable()
    this.pressure = new Pressure(config, this.pool, monotonic, kernel)
    this.#turn = new TurnBudget(monotonic)
    this.input = { bytes: 0, limitBytes: inputLimitOf(config) }
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
      recent: recentLimitsOf(config),
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
      stats: { closes: new Map(CLOSE_CODES.map((code) => [code, 0])), pingsUnanswered: 0 },
    }
    this.#strangers = new Strangers(() => this.gate.maxConnections)
    const { silentMs, keepAliveMs } = vanishingTimes(config.vanishedMs)
    this.keepAliveMs = keepAliveMs
    this.#silentPeers = new SilentPeers({
      kernel,
      peers: this.connections,
      silentMs,
      now: monotonic,
      silent: (connection) => connection.cutOff(CLOSE_REASONS.vanished),
    })
    this.reloadables = [this.gate, { prepare: (config) => this.#prepare(config) }, access]
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
      access: this.access,
      maxLoginBytes: MAX_LOGIN_BYTES,
      timeZone: this.#config.timeZone,
    }
    const { access } = this
    return {
      dialect: name,
      // Where strangers may not even look around, somebody without a name is on their way in or not here.
      get needsLogin() {
        return dialect.needsLogin || access.isClosed
      },
      speak: dialect.listen(spec.options, dialectContext),
      outboxes: this.#outboxes,
      slowPolicy: spec.slowPolicy,
      deadlines: this.#deadlines,
      strangers: this.#strangers,
      access,
      turn: this.#turn,
      input: this.input,
      stats,
      transport: this.transports[kind],
      observer: this.#records,
      admission: this.gate.admission,
      allowances: this.gate.allowances,
      all: this.connections,
    }
  }

  #prepare(config: Config): () => void {
    return () => {
      this.pressure.limits = config
      this.input.limitBytes = inputLimitOf(config)
      this.hub.announceUpTo = config.announceUpTo
      this.hub.messages.recent.limit(recentLimitsOf(config))
      this.#deadlines.login.change(config.loginDeadlineMs)
      this.#deadlines.frame.change(config.frameDeadlineMs)
      this.#deadlines.linger.change(config.lingerMs)
      this.webSockets.pulse.change(config.pingMs)
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

/** What is begun and not completed may have a part of what may be retained. */
function inputLimitOf({ retainedLimitBytes }: Config): number {
  return retainedLimitBytes / 4
}

function recentLimitsOf({ editWindowMs, recentMessages }: Config): RecentLimits {
  return { ageMs: editWindowMs, entries: recentMessages }
}

/** @throws ConfigError when there is no such way here */
export function fanoutOf({ fanout }: Config, useHandles: boolean): FanoutWay {
  const way = chooseFanout(fanout, useHandles)
  if (typeof way !== 'string') return way
  throw new ConfigError([`fanout: native: expected auto or portable: there is no native way here: ${way}`])
}
