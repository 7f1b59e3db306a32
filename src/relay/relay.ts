/**
 * One relay from outside: opens what `assembly.ts` has put together to clients and operators, and takes it apart again. Owns
 * the order of starting and ending; everything else is somebody else's.
 *
 *   start: other nodes ─▶ history ─▶ log files ─▶ listeners ─▶ ops endpoint ─▶ admin socket ─▶ address file ─▶ ready
 *   stop:  `drain.ts`, then timers ─▶ ops endpoint ─▶ address file ─▶ admin socket ─▶ history ─▶ other nodes ─▶ log files
 */

import { resolve } from 'node:path'
import type { Hono } from 'hono'
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'
import { VERSION } from '../version.js'
import { Access } from './access/access.js'
import type { AdminServer } from './admin/admin-server.js'
import type { Program } from './admin/program.js'
import { adminSocketPath } from './admin/socket-path.js'
import { Assembly, type AssemblyOptions } from './assembly.js'
import { readCertificates } from './certificates.js'
import { ConfigError } from './config/load.js'
import type { Reloadable } from './config/reloadable.js'
import type { Config } from './config/settings.js'
import { drain, type Stage } from './drain.js'
import type { ConnectionsAllowed } from './gate.js'
import { type KeptHistory, openHistory } from './history/open-history.js'
import { HookCalls, type RelayHooks } from './hooks.js'
import { Listeners } from './listeners.js'
import type { ListeningAt } from './listening-at.js'
import { Moderation } from './moderation.js'
import { handlesSupported } from './net/tcp-handle.js'
import { obeyOrders } from './obey-orders.js'
import { AddressFile } from './observe/address-file.js'
import type { MetricSources } from './observe/metrics/sources.js'
import type { OpsServer, Readiness } from './observe/ops-server.js'
import { processStart } from './observe/process-start.js'
import type { RelayLog } from './observe/relay-log.js'
import { say } from './observe/say.js'
import type { AdminParts } from './open-admin.js'
import { type OpenBackplane, openBackplane } from './open-backplane.js'
import { Records } from './records.js'
import { type PreparedReload, prepareReload, type ReloadReport } from './reload.js'
import { StartError } from './start-error.js'
import { VOICE } from './voice.js'

/** How rooms are written to. */
export interface FanoutInUse {
  /** In one native call, or by a call of Node for each member. */
  readonly name: 'native' | 'portable'
  /** Why it is not the native way although that was welcome, or `null`. */
  readonly reason: string | null
}

/** What operators do not choose: the program that has the relay inside, and tests. */
export interface RelayOptions {
  /** Who is asked before something happens; without them nobody is. */
  readonly hooks?: RelayHooks | undefined
  /** The name under which the relay itself speaks, and which nobody else can have. */
  readonly voice?: string
  /** What operators may ask of the program that the relay is in. */
  readonly program?: Program
  /** Whether plain TCP goes over Node's handles; otherwise over public sockets. Without it: where Node can. */
  readonly useHandles?: boolean
  /** Whether a process that was this node of its cluster before is known to have ended: what it had is free at once. */
  readonly takesOver?: boolean
  /** What has settings beside the relay itself, such as the operational log its level. */
  readonly reloadables?: readonly Reloadable[]
  /** Records of the operational log that could not be written, where that is the relay's. */
  readonly linesLost?: () => number
}

export class Relay {
  /** Resolves when somebody has asked for its end, which is `stop`'s to wait for. */
  readonly draining: Promise<void>
  /** What is in use: a reload makes it another. */
  #config: Config
  readonly #log: RelayLog
  readonly #records: Records
  readonly #parts: Assembly
  readonly #hooks: HookCalls | undefined
  readonly #history: KeptHistory | null
  readonly #listeners: Listeners
  readonly #program: Required<Pick<Program, 'drain'>> & Program
  /** What operators and the program around the relay do to people. @internal */
  readonly moderation: Moderation
  readonly #backplane: OpenBackplane
  #admin: AdminServer | null = null
  readonly #reloadables: readonly Reloadable[]
  #reloading: Promise<unknown> = Promise.resolve()
  #ops: OpsServer | null = null
  #registry: Registry | null = null
  #operators: Hono | null = null
  #addressFile: AddressFile | null = null
  #stage: Stage = 'starting'
  #stopped: Promise<void> | null = null
  #drains: () => void = () => {}

  private constructor(
    config: Config,
    log: RelayLog,
    options: RelayOptions,
    { access, history }: Pick<AssemblyOptions, 'access' | 'history'>,
    backplane: OpenBackplane,
  ) {
    const { hooks, voice = VOICE, useHandles = handlesSupported, reloadables = [] } = options
    this.draining = new Promise((resolve) => {
      this.#drains = resolve
    })
    this.#config = config
    // Before anything is made that would have to be ended.
    const certificates = readCertificates(config.listen, Date.now())
    this.#log = log
    this.#backplane = backplane
    const drain = options.program?.drain ?? (() => void this.stop())
    this.#program = { ...options.program, drain }
    this.#records = new Records({
      log,
      isHalfChanged: () => this.#parts.hub.isChanging,
      linesLost: options.linesLost,
    })
    this.#hooks = hooks && new HookCalls(hooks, (error, about) => this.#records.hookFailed(error, about))
    this.#history = history
    const parts = {
      useHandles,
      hooks: this.#hooks,
      reservedNames: [voice],
      access,
      history,
      backplane: backplane.backplane,
    }
    this.#parts = new Assembly(config, parts, this.#records)
    this.#listeners = new Listeners(config, this.#parts, this.#records, useHandles, certificates)
    this.moderation = new Moderation(this.#parts.hub, backplane.backplane, voice)
    obeyOrders(this.#parts, this.moderation, this.#records)
    this.#parts.flusher.beforeWriting = backplane.secure
    backplane.onFault((error) => this.#records.fault(error, {}))
    backplane.onLost((room, text) => void this.moderation.sayHere(room, text))
    this.#reloadables = [...this.#parts.reloadables, this.#listeners, this.#records, ...reloadables]
  }

  /**
   * @throws ConfigError when more connections are configured than there can be, a way to fan out that is not there, a
   *   certificate that cannot be used, and with everything that is wrong in the files of passwords and token keys
   * @throws StartError when a port, the data directory, the log directory, the admin socket or the address file cannot be had; nothing is left
   *   open then
   */
  static async start(config: Config, log: RelayLog, options: RelayOptions = {}): Promise<Relay> {
    const access = await Access.open({
      config,
      now: () => performance.now(),
      failed: (error) =>
        say(log, 'access.failed', { err: error }, 'a password or token could not be checked'),
    })
    const backplane = await openBackplane(config, log, options.takesOver)
    const history = await openHistory(config, log, backplane.link).catch(async (error) => {
      await backplane.stop()
      throw error
    })
    const stop = async () => {
      await history?.close()
      await backplane.stop()
    }
    const relay = await madeOr(stop, () => new Relay(config, log, options, { access, history }, backplane))
    try {
      relay.#openLogFiles()
      await backplane.backplane.start(relay.#parts.hub)
      await relay.#listeners.open()
      await relay.#openOps()
      await relay.#openAdmin()
      relay.#tellAddresses()
    } catch (error) {
      await relay.stop()
      throw error
    }
    relay.#stage = 'ready'
    return relay
  }

  /** What is in use: after a reload, of what takes a new start the values before. */
  get config(): Config {
    return this.#config
  }

  /** In the order of the configuration. */
  get listeningAt(): readonly ListeningAt[] {
    return this.#listeners.at
  }

  /** How rooms are written to. */
  get fanout(): FanoutInUse {
    return this.#parts.fanout
  }

  /** How many connections there may be, and why no more. */
  get connectionLimit(): ConnectionsAllowed {
    return this.#parts.gate.connectionLimit
  }

  /** The port of the ops endpoint, if there is one. */
  get opsPort(): number | undefined {
    return this.#ops?.port
  }

  /** The path of the admin socket, if there is one. */
  get adminSocket(): string | null {
    return this.#admin?.path ?? null
  }

  /** Who is here and what can be told to them, for whoever embeds the relay. @internal */
  get parts(): Assembly {
    return this.#parts
  }

  /** Whether a hook is being asked at this moment: nothing may be changed then. */
  get isAsking(): boolean {
    return this.#hooks?.isAsking === true
  }

  /**
   * Takes up another configuration, as far as that can be without a new start; one after the other when it is asked for
   * several.
   * @param config or what puts it together when it is its turn
   * @throws ConfigError with everything that is wrong; then nothing has changed
   */
  reload(config: Config | (() => Config)): Promise<ReloadReport> {
    const reloading = this.#reloading.then(() => this.#reload(config))
    this.#reloading = reloading.then(
      () => this.#records.tally.reloaded('taken'),
      () => this.#records.tally.reloaded('refused'),
    )
    return reloading
  }

  /**
   * The first half of `reload`, for whoever has several relays take it up together or not at all, one such after the other.
   * @throws ConfigError with everything that is wrong
   * @internal
   */
  async prepareReload(wanted: Config): Promise<PreparedReload> {
    if (this.#stopped !== null) throw new ConfigError(['the relay is shutting down'])
    const { report, take } = await prepareReload(this.#config, wanted, this.#reloadables)
    return {
      report,
      take: () => {
        this.#config = take()
        return this.#config
      },
    }
  }

  /** Whether it takes connections, or how far it is on its way out. */
  get stage(): Stage {
    return this.#stage
  }

  /** Where it says where it is; `null` without one. */
  get addressFile(): AddressFile | null {
    return this.#addressFile
  }

  /**
   * So many connections and no more, until a reload says otherwise. Nobody who is here is sent away.
   * @returns how many there may be: no fewer than there are
   * @internal
   */
  limitConnections(most: number): number {
    const { gate, connections } = this.#parts
    gate.limitTo(Math.max(most, connections.size))
    return gate.maxConnections
  }

  /** What a scrape would show, for whoever shows that of several relays. @internal */
  async metricValues(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    return (await this.#metrics()).getMetricsAsJSON()
  }

  /** Answers as the admin socket does, for whoever has one for several relays. @internal */
  async answerOperator(request: Request): Promise<Response> {
    const { operatorsOf } = await import('./open-admin.js')
    this.#operators ??= operatorsOf(this.#adminParts)
    return this.#operators.fetch(request)
  }

  /** Opens the log files by their names again, after somebody moved them away. */
  reopenLogs(): void {
    this.#records.reopenFiles()
  }

  /**
   * Ends the relay, in the stages of `drain.ts`, within `shutdownMs`. Asking again changes nothing.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #reload(given: Config | (() => Config)): Promise<ReloadReport> {
    const { report, take } = await this.prepareReload(typeof given === 'function' ? given() : given)
    take()
    return report
  }

  #stop(): Promise<void> {
    const wasReady = this.#stage === 'ready'
    this.#drains()
    const { hub, connections } = this.#parts
    const ending = {
      hub,
      connections,
      log: this.#log,
      tell: (text: string) => void this.moderation.sayToAll(text),
      entered: (stage: Stage) => {
        this.#stage = stage
      },
      closeListeners: () => this.#listeners.close(),
      end: async () => {
        this.#parts.stop()
        await this.#ops?.close()
        this.#addressFile?.remove()
        await this.#admin?.close()
        await this.#history?.close()
        // Behind the history, whose last batch may be for NATS.
        await this.#backplane.stop()
        await this.#records.closeFiles()
      },
    }
    return drain(ending, this.#config, wasReady)
  }

  /** What /readyz says, in a word, and whether that is to be taken for ready: a node that is cut off still serves its own people. */
  get readiness(): Readiness {
    if (this.#stage !== 'ready') return { word: this.#stage, isReady: false }
    const { state } = this.#backplane.backplane
    if (state === 'cut-off') return { word: 'degraded', isReady: this.#config.whenCutOff === 'serve' }
    return { word: state === 'joining' ? 'joining' : 'ready', isReady: true }
  }

  #openLogFiles(): void {
    try {
      this.#records.openFiles(this.#config)
    } catch (error) {
      throw new StartError('logDir', this.#config.logDir, error as NodeJS.ErrnoException)
    }
  }

  #tellAddresses(): void {
    const { addressFile, ops, logDir } = this.#config
    if (addressFile === 'off') return
    const listeners = this.#listeners.at.map(({ dialect, host = null, port, tls, proxy }) => {
      return { dialect, host, port, tls, proxy }
    })
    const opsPlace = ops === 'off' ? null : { host: ops.host ?? null, port: this.opsPort as number }
    try {
      const { pid } = process
      // Whoever reads it may be in another directory.
      const admin = this.#admin === null ? null : resolve(this.#admin.path)
      const logs = logDir === 'off' ? null : resolve(logDir)
      const places = { pid, started: processStart(pid), ops: opsPlace, admin, listeners, logDir: logs }
      this.#addressFile = new AddressFile(addressFile, places)
    } catch (error) {
      throw new StartError('addressFile', addressFile, error as NodeJS.ErrnoException)
    }
  }

  get #adminParts(): AdminParts {
    return {
      config: this.#config,
      parts: this.#parts,
      records: this.#records,
      history: this.#history?.store ?? null,
      moderation: this.moderation,
      program: this.#program,
      state: () => this.#stage,
    }
  }

  async #openAdmin(): Promise<void> {
    const path = adminSocketPath(this.#config)
    if (path === null) return
    const { openAdmin } = await import('./open-admin.js')
    try {
      this.#admin = await openAdmin(path, this.#adminParts)
    } catch (error) {
      // Nobody has asked for it, and the relay does without.
      if (this.#config.adminSocket === 'auto') this.#records.adminUnreachable(path, error)
      else throw new StartError('adminSocket', path, error as NodeJS.ErrnoException)
    }
  }

  /** What a scrape has to show. The libraries of what is off are not loaded: a relay with little to do starts sooner. */
  async #metrics(): Promise<Registry> {
    const { createMetrics } = await import('./observe/metrics.js')
    this.#registry ??= createMetrics(this.#metricSources())
    return this.#registry
  }

  #metricSources(): MetricSources {
    const { hub, connections, flusher, pool, pressure, input, stats, transports, webSockets, fanout } =
      this.#parts
    return {
      version: VERSION,
      fanoutWay: fanout.name,
      stage: () => this.#stage,
      connections: stats,
      transports,
      maxConnections: () => this.#parts.gate.maxConnections,
      webSockets: webSockets.stats,
      fanout: flusher.stats,
      pressure,
      tally: this.#records.tally,
      certificateEnds: () => this.#listeners.certificateEnds(),
      sessions: () => hub.sessionCount,
      rooms: () => hub.rooms.size,
      queuedBytes: () => sum(connections, (connection) => connection.outbox.queuedBytes),
      retainedBytes: () => pool.retainedBytes,
      heldInputBytes: () => input.bytes,
      logLinesLost: () => this.#records.linesLost,
      history: () => this.#history?.store.totals ?? { messages: 0, bytes: 0 },
      historyLost: () => this.#history?.writer.lost ?? 0,
      cluster: this.#backplane.numbers,
    }
  }

  async #openOps(): Promise<void> {
    const { ops } = this.#config
    if (ops === 'off') return
    const registry = await this.#metrics()
    const { OpsServer } = await import('./observe/ops-server.js')
    try {
      this.#ops = await OpsServer.open({
        ...ops,
        metrics: { text: () => registry.metrics(), contentType: registry.contentType },
        refused: () => this.#records.opsRefused(),
        readiness: () => this.readiness,
      })
    } catch (error) {
      const { host = '', port } = ops
      throw new StartError(
        'ops',
        `${host}:${port}`,
        error as NodeJS.ErrnoException,
        this.#listeners.withPort(port),
      )
    }
  }
}

/** What `make` makes; or `undo` is done. */
async function madeOr<T>(undo: () => Promise<void>, make: () => T): Promise<T> {
  try {
    return make()
  } catch (error) {
    await undo()
    throw error
  }
}

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let total = 0
  for (const item of items) total += value(item)
  return total
}
