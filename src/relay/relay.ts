/**
 * One relay from outside: opens what `assembly.ts` has put together to clients and operators, and takes it apart again. Owns
 * the order of starting and ending; everything else is somebody else's.
 *
 *   start: log files ─▶ listeners ─▶ ops endpoint ─▶ address file ─▶ ready
 *   stop:  `drain.ts`, then timers ─▶ ops endpoint ─▶ address file ─▶ log files
 */

import { resolve } from 'node:path'
import { VERSION } from '../version.js'
import { Access } from './access/access.js'
import { Assembly } from './assembly.js'
import { readCertificates } from './certificates.js'
import { ConfigError } from './config/load.js'
import type { Reloadable } from './config/reloadable.js'
import type { Config } from './config/settings.js'
import { drain, type Stage } from './drain.js'
import { HookCalls, type RelayHooks } from './hooks.js'
import { Listeners } from './listeners.js'
import type { ListeningAt } from './listening-at.js'
import { handlesSupported } from './net/tcp-handle.js'
import { AddressFile } from './observe/address-file.js'
import { createMetrics } from './observe/metrics.js'
import { OpsServer } from './observe/ops-server.js'
import { processStart } from './observe/process-start.js'
import type { RelayLog } from './observe/relay-log.js'
import { Records } from './records.js'
import { type ReloadReport, reload } from './reload.js'
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
  /** Whether plain TCP goes over Node's handles; otherwise over public sockets. Without it: where Node can. */
  readonly useHandles?: boolean
  /** What has settings beside the relay itself, such as the operational log its level. */
  readonly reloadables?: readonly Reloadable[]
}

export class Relay {
  /** Resolves when somebody has asked for its end, which is `stop`'s to wait for. */
  readonly draining: Promise<void>
  /** What is in use: a reload makes it another. */
  #config: Config
  readonly #log: RelayLog
  readonly #voice: string
  readonly #records: Records
  readonly #parts: Assembly
  readonly #hooks: HookCalls | undefined
  readonly #listeners: Listeners
  readonly #reloadables: readonly Reloadable[]
  #reloading: Promise<unknown> = Promise.resolve()
  #ops: OpsServer | null = null
  #addressFile: AddressFile | null = null
  #stage: Stage = 'starting'
  #stopped: Promise<void> | null = null
  #drains: () => void = () => {}

  private constructor(config: Config, log: RelayLog, options: RelayOptions, access: Access) {
    const { hooks, voice = VOICE, useHandles = handlesSupported, reloadables = [] } = options
    this.draining = new Promise((resolve) => {
      this.#drains = resolve
    })
    this.#config = config
    // Before anything is made that would have to be ended.
    const certificates = readCertificates(config.listen, Date.now())
    this.#log = log
    this.#voice = voice
    this.#records = new Records({ log, isHalfChanged: () => this.#parts.hub.isChanging })
    this.#hooks = hooks && new HookCalls(hooks, (error, about) => this.#records.hookFailed(error, about))
    const parts = { useHandles, hooks: this.#hooks, reservedNames: [voice], access }
    this.#parts = new Assembly(config, parts, this.#records)
    this.#listeners = new Listeners(config, this.#parts, this.#records, useHandles, certificates)
    this.#reloadables = [...this.#parts.reloadables, this.#listeners, this.#records, ...reloadables]
  }

  /**
   * @throws ConfigError when more connections are configured than there can be, a way to fan out that is not there, a
   *   certificate that cannot be used, and with everything that is wrong in the files of passwords and token keys
   * @throws StartError when a port, the log directory or the address file cannot be had; nothing is left
   *   open then
   */
  static async start(config: Config, log: RelayLog, options: RelayOptions = {}): Promise<Relay> {
    const access = await Access.open({
      config,
      now: () => performance.now(),
      failed: (error) => log.error({ err: error }, 'a password or token could not be checked'),
    })
    const relay = new Relay(config, log, options, access)
    try {
      relay.#openLogFiles()
      await relay.#listeners.open()
      await relay.#openOps()
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

  /** The port of the ops endpoint, if there is one. */
  get opsPort(): number | undefined {
    return this.#ops?.port
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

  /** Whether it takes connections, or how far it is on its way out. */
  get stage(): Stage {
    return this.#stage
  }

  /** Where it says where it is; `null` without one. */
  get addressFile(): AddressFile | null {
    return this.#addressFile
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
    if (this.#stopped !== null) throw new ConfigError(['the relay is shutting down'])
    const wanted = typeof given === 'function' ? given() : given
    const { config, report } = await reload(this.#config, wanted, this.#reloadables)
    this.#config = config
    return report
  }

  #stop(): Promise<void> {
    const wasReady = this.#stage === 'ready'
    this.#drains()
    const { hub, connections } = this.#parts
    const ending = {
      hub,
      connections,
      voice: this.#voice,
      log: this.#log,
      entered: (stage: Stage) => {
        this.#stage = stage
      },
      closeListeners: () => this.#listeners.close(),
      end: async () => {
        this.#parts.stop()
        await this.#ops?.close()
        this.#addressFile?.remove()
        await this.#records.closeFiles()
      },
    }
    return drain(ending, this.#config, wasReady)
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
      const logs = logDir === 'off' ? null : resolve(logDir)
      const places = { pid, started: processStart(pid), ops: opsPlace, listeners, logDir: logs }
      this.#addressFile = new AddressFile(addressFile, places)
    } catch (error) {
      throw new StartError('addressFile', addressFile, error as NodeJS.ErrnoException)
    }
  }

  async #openOps(): Promise<void> {
    const { ops } = this.#config
    if (ops === 'off') return
    const { hub, connections, flusher, pool, pressure, input, stats, transports, webSockets, fanout } =
      this.#parts
    const registry = createMetrics({
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
    })
    try {
      this.#ops = await OpsServer.open({
        ...ops,
        metrics: { text: () => registry.metrics(), contentType: registry.contentType },
        refused: () => this.#records.opsRefused(),
        readiness: () => this.#stage,
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

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let total = 0
  for (const item of items) total += value(item)
  return total
}
