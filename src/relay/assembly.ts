/**
 * What one relay is made of: hub, fan-out, deadlines, and what connections share. Owns how the parts know each other;
 * when it is opened to clients, and when it ends, is `relay.ts`'s.
 */

import type { Access } from './access/access.js'
import type { Backplane } from './backplane/backplane.js'
import { SharedCongestion } from './backplane/shared-congestion.js'
import { SlowPeople } from './backplane/slow-people.js'
import type { ListenerSpec } from './config/listener-url.js'
import { ConfigError } from './config/load.js'
import type { Reloadable } from './config/reloadable.js'
import type { Config } from './config/settings.js'
import type { Dialect, DialectContext } from './dialects/dialect.js'
import { ChunkPool } from './fanout/chunk.js'
import { Flusher } from './fanout/flusher.js'
import type { Outbox, OutboxContext } from './fanout/outbox.js'
import { PAUSE } from './fanout/pauses.js'
import { Pressure } from './fanout/pressure.js'
import type { Recipient } from './fanout/recipient.js'
import { RoomFanout } from './fanout/room-fanout.js'
import { Gate } from './gate.js'
import type { KeptHistory } from './history/open-history.js'
import { RoomHistory } from './history/room-history.js'
import { CLOSE_REASONS } from './hub/close-reason.js'
import type { DirectEvent, EditedEvent, MessageEvent } from './hub/events.js'
import type { Hooks } from './hub/hooks.js'
import { Hub } from './hub/hub.js'
import type { RecentLimits } from './hub/recent-messages.js'
import { AskedSockets, canAskSockets } from './net/asked-sockets.js'
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
import { VOICE_DIALECT } from './voice.js'

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
  /** What keeps the messages of rooms; `null` where nothing does. */
  readonly history: KeptHistory | null
  /** The other nodes. */
  readonly backplane: Backplane
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
  /** What rooms have said; `null` where they keep nothing. */
  readonly history: RoomHistory<Recipient> | null
  readonly backplane: Backplane
  /** Of rooms over nodes; `null` for a node that is alone. */
  readonly congestion: SharedCongestion | null
  /** The same of people. */
  readonly slowPeople: SlowPeople | null
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
    { useHandles, hooks, reservedNames, access, history, backplane }: AssemblyOptions,
    records: Records,
  ) {
    this.access = access
    this.backplane = backplane
    this.#config = config
    this.#records = records
    this.fanout = fanoutOf(config, useHandles)
    const monotonic = () => performance.now()
    this.gate = new Gate(config, { connections: this.connections, now: monotonic })
    const table = new SocketTable()
    const kernel = canAskSockets() ? new AskedSockets(this.connections, table) : table
    this.pressure = new Pressure(config, this.pool, monotonic, kernel)
    this.#turn = new TurnBudget(monotonic)
    this.input = { bytes: 0, limitBytes: inputLimitOf(config) }
    const isAlone = backplane.replication === null
    this.slowPeople = isAlone ? null : new SlowPeople({ backplane, pressure: this.pressure })
    this.#outboxes = {
      flusher: this.flusher,
      pool: this.pool,
      pressure: this.pressure,
      createPorts: this.fanout.createPorts,
      encodingFailed: (error, source) => {
        if (source instanceof Connection) source.failWith(error)
        else setImmediate(() => records.fault(error, {}))
      },
      slowTarget: isAlone ? null : (outbox) => this.#isBehind(outbox),
    }
    this.congestion = isAlone ? null : congestionOf(backplane, () => this.hub, monotonic)
    this.hub = new Hub<Recipient>({
      audience: (room) => new RoomFanout(this.#outboxes, this.congestion?.listenerOf(room) ?? null),
      now: Date.now,
      announceUpTo: config.announceUpTo,
      recent: recentLimitsOf(config),
      later: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
      defaultRoom: config.room,
      hooks,
      replication: backplane.replication,
      idSuffix: backplane.idSuffix,
      isForbiddenName: (name) => reservedNames?.includes(name) === true || this.gate.forbids(name),
      ...(history?.store.isShared === true && {
        heard: (event: MessageEvent | EditedEvent) => this.history?.heard(event),
      }),
      observe: (event) => {
        if (event.kind === 'message' || event.kind === 'direct') this.flusher.told(this.#turn.readMs)
        records.observe(event)
        if (event.kind === 'direct' && this.slowPeople !== null) this.#pace(event, this.slowPeople)
        if (this.history !== null) this.history.observe(event)
      },
    })
    this.history = history && historyOf(history, this.hub, this.pool)
    const deadlines = (durationMs: number, expired: (connection: Connection) => void) =>
      new Deadlines<Connection>({ durationMs, now: monotonic, expired })
    this.#deadlines = {
      login: deadlines(config.loginDeadlineMs, (connection) => connection.loginExpired()),
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
    if (history !== null) this.reloadables.push(history)
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
      past: this.history,
      maxLoginBytes: MAX_LOGIN_BYTES,
      timeZone: this.#config.timeZone,
    }
    const { access, history, backplane } = this
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
      history,
      otherNodes: backplane.replication === null ? null : backplane,
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

  #isBehind(outbox: Outbox): void {
    const { sink } = outbox
    if (sink instanceof Connection && sink.name !== null) this.slowPeople?.behind(sink.name, outbox)
  }

  /** Who says something to somebody of another node who is behind there. */
  #pace({ name, to, text }: DirectEvent, slowPeople: SlowPeople): void {
    const source = this.hub.session(name)?.recipientHere?.source
    if (source !== undefined) slowPeople.said(source, to, Buffer.byteLength(text))
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
    this.congestion?.stop()
    this.slowPeople?.stop()
  }
}

function congestionOf(backplane: Backplane, hub: () => Hub<Recipient>, now: () => number): SharedCongestion {
  const room = (name: string) => {
    const audience = hub().rooms.get(name)?.audience
    return audience instanceof RoomFanout ? audience : undefined
  }
  return new SharedCongestion({ backplane, room, now })
}

function historyOf(kept: KeptHistory, hub: Hub<Recipient>, pool: ChunkPool): RoomHistory<Recipient> {
  const { store, writer } = kept
  const failed = (error: unknown) => kept.unreadable(error)
  return new RoomHistory({
    store,
    writer,
    world: hub,
    pool,
    now: Date.now,
    voiceDialect: VOICE_DIALECT,
    failed,
  })
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
