/**
 * A relay of several workers from outside: what `relay.ts` is to one. Has no clients itself; owns what there is once for the whole
 * machine (the ops endpoint, the admin socket, the address file) and the order of starting, of taking up another configuration and
 * of ending. Keeping workers there is `crew.ts`'s.
 *
 *   start: workers ─▶ ops endpoint ─▶ admin socket ─▶ address file ─▶ ready
 *   stop:  workers drain, all at once ─▶ ops endpoint ─▶ address file ─▶ admin socket
 */

import cluster from 'node:cluster'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AdminServer } from '../relay/admin/admin-server.js'
import { DrainProgress } from '../relay/admin/drain-progress.js'
import type { Program } from '../relay/admin/program.js'
import { adminSocketPath } from '../relay/admin/socket-path.js'
import { ConfigError } from '../relay/config/load.js'
import type { Config } from '../relay/config/settings.js'
import type { Stage } from '../relay/drain.js'
import type { ConnectionsAllowed } from '../relay/gate.js'
import type { ListeningAt } from '../relay/listening-at.js'
import { AddressFile } from '../relay/observe/address-file.js'
import { OnceASecond } from '../relay/observe/once-a-second.js'
import type { OperationalLog } from '../relay/observe/operational-log.js'
import { OpsServer, type Readiness } from '../relay/observe/ops-server.js'
import { processStart } from '../relay/observe/process-start.js'
import { say } from '../relay/observe/say.js'
import { Tally } from '../relay/observe/tally.js'
import { autoNode } from '../relay/open-backplane.js'
import type { FanoutInUse } from '../relay/relay.js'
import type { ReloadReport } from '../relay/reload.js'
import { StartError } from '../relay/start-error.js'
import { Crew } from './crew.js'
import { CrewConfig } from './crew-config.js'
import type { Opened } from './messages.js'
import { operatorsOfAll } from './operators.js'
import { Scrape } from './scrape.js'
import { Shares } from './shares.js'
import { readinessOf, slowestStage } from './stages.js'
import { workersWanted } from './worker-config.js'
import type { WorkerLink } from './worker-link.js'

export interface SupervisorOptions {
  readonly log: OperationalLog
  readonly program: Program
}

const POLL_MS = 50
const SHARE_MS = 1_000
/** Whoever has not ended by then is ended: so long before the end of `shutdownMs`. */
const KILL_SHARE = 1 / 16

export class Supervisor {
  /** Resolves when somebody has asked for its end. */
  readonly draining: Promise<void>
  readonly #config: CrewConfig
  readonly #log: OperationalLog
  readonly #program: Program & Required<Pick<Program, 'drain'>>
  readonly #crew: Crew
  readonly #wanted: number
  readonly #tally = new Tally()
  readonly #shares: Shares
  readonly #opsRefusals: OnceASecond<null>
  #opened: Opened | null = null
  #scrape: Scrape | null = null
  #ops: OpsServer | null = null
  #admin: AdminServer | null = null
  #addressFile: AddressFile | null = null
  #sharing: NodeJS.Timeout | undefined
  #stage: Stage = 'starting'
  #stopped: Promise<void> | null = null
  #drains: () => void = () => {}

  private constructor(config: Config, { log, program }: SupervisorOptions) {
    this.draining = new Promise((resolve) => {
      this.#drains = resolve
    })
    this.#config = new CrewConfig(config, config.node === 'auto' ? autoNode() : config.node, log)
    this.#log = log
    this.#program = { drain: () => void this.stop(), ...program }
    this.#wanted = workersWanted(config)
    this.#shares = new Shares(this.#wanted)
    this.#shares.begin(config.maxConnections)
    this.#opsRefusals = new OnceASecond<null>((_, count) =>
      say(log, 'ops.refused', { count }, 'the ops endpoint has too many connections, and closed one'),
    )
    this.#crew = new Crew({
      of: this.#wanted,
      log,
      settings: () => this.#config.settings,
      limitOf: (number) => this.#shares.limitOf(number),
      hungMs: () => this.config.workerHungMs,
      opened: (link) => this.#workerOpened(link),
      lost: (link) => this.#workerLost(link),
    })
  }

  /**
   * @throws ConfigError when something is wrong that workers alone can know
   * @throws StartError when a port, the admin socket or the address file cannot be had; nothing is left running then
   */
  static async start(config: Config, options: SupervisorOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(config, options)
    try {
      // Whoever comes stays for hours: that they are spread evenly is worth what handing them over costs, once (docs/workers.md).
      cluster.schedulingPolicy = cluster.SCHED_RR
      cluster.setupPrimary({
        exec: new URL('./worker-main.js', import.meta.url).pathname,
        args: [],
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      })
      await supervisor.#crew.start()
      await supervisor.#openOps()
      await supervisor.#openAdmin()
      supervisor.#tellAddresses()
    } catch (error) {
      await supervisor.stop()
      throw error
    }
    supervisor.#stage = 'ready'
    supervisor.#sharing = setInterval(() => void supervisor.#share(), SHARE_MS).unref()
    return supervisor
  }

  /** What is in use: after a reload, of what takes a new start the values before. */
  get config(): Config {
    return this.#config.current
  }

  get listeningAt(): readonly ListeningAt[] {
    return this.#opened?.listeners ?? []
  }

  get fanout(): FanoutInUse {
    return (this.#opened as Opened).fanout
  }

  get opsPort(): number | undefined {
    return this.#ops?.port
  }

  get adminSocket(): string | null {
    return this.#admin?.path ?? null
  }

  get addressFile(): AddressFile | null {
    return this.#addressFile
  }

  /** How many connections there may be, of all workers together. */
  get connectionLimit(): ConnectionsAllowed {
    const { maxConnections: ofOne, descriptors, kept } = (this.#opened as Opened).limit
    const { maxConnections } = this.config
    return {
      maxConnections: maxConnections === 'auto' ? ofOne * this.#wanted : maxConnections,
      descriptors,
      kept,
    }
  }

  /**
   * Has all workers take up another configuration, or none: each first prepares, and only when nobody has anything to say, all
   * change over.
   * @throws ConfigError with everything that is wrong; then nothing has changed
   */
  async reload(given: Config | (() => Config)): Promise<ReloadReport> {
    try {
      const report = await this.#reload(typeof given === 'function' ? given() : given)
      this.#tally.reloaded('taken')
      return report
    } catch (error) {
      this.#tally.reloaded('refused')
      throw error
    }
  }

  reopenLogs(): void {
    for (const link of this.#crew.all) link.tell({ kind: 'reopen-logs' })
  }

  /** Ends all workers, within `shutdownMs`. Asking again changes nothing. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  #reload(wanted: Config): Promise<ReloadReport> {
    if (this.#stopped !== null) throw new ConfigError(['the relay is shutting down'])
    return this.#config.reload(wanted, this.#crew.ready, (config, before) => {
      if (config.maxConnections !== before.maxConnections) this.#shares.begin(config.maxConnections)
      this.#log.level = config.logLevel
    })
  }

  #workerOpened(link: WorkerLink): void {
    // Where all have ended, any free port may be another one.
    this.#opened = link.opened
    this.#tellChanges()
    void this.#config.opened(link)
  }

  #workerLost(link: WorkerLink): void {
    this.#scrape?.departed(link.number)
    this.#tellChanges()
  }

  async #stop(): Promise<void> {
    const deadline = performance.now() + this.config.shutdownMs * (1 - KILL_SHARE)
    this.#stage = 'draining'
    clearInterval(this.#sharing)
    this.#drains()
    this.#crew.dismiss()
    for (const link of this.#crew.all) link.tell({ kind: 'drain' })
    const ended = this.#crew.ended()
    let isOver = false
    void ended.then(() => {
      isOver = true
    })
    while (!isOver && performance.now() < deadline) {
      await Promise.race([ended, delay(POLL_MS)])
      this.#stage = slowestStage(this.#crew.all.map(({ stage }) => stage))
    }
    for (const link of this.#crew.all) link.kill()
    await Promise.race([ended, delay(this.config.shutdownMs * (KILL_SHARE / 2))])
    await this.#ops?.close()
    this.#addressFile?.remove()
    await this.#admin?.close()
    this.#stage = 'ended'
  }

  async #share(): Promise<void> {
    await this.#shares.share(this.#crew.all)
  }

  #readiness(): Readiness {
    const said = this.#crew.ready.filter(({ isSilent }) => !isSilent).map(({ readiness }) => readiness)
    return readinessOf(this.#stage, said, this.#wanted)
  }

  async #openOps(): Promise<void> {
    const { ops } = this.config
    if (ops === 'off') return
    const scrape = new Scrape({
      crew: this.#crew,
      wanted: this.#wanted,
      tally: this.#tally,
      logLinesLost: () => this.#log.linesLost,
      fanoutWay: this.fanout.name,
      stage: () => this.#stage,
    })
    this.#scrape = scrape
    try {
      this.#ops = await OpsServer.open({
        ...ops,
        metrics: scrape,
        refused: () => {
          this.#tally.opsRefused++
          this.#opsRefusals.happened(null)
        },
        readiness: () => this.#readiness(),
      })
    } catch (error) {
      const { host = '', port } = ops
      const takenBy = this.listeningAt.find((at) => at.port === port)?.url ?? null
      throw new StartError('ops', `${host}:${port}`, error as NodeJS.ErrnoException, takenBy)
    }
  }

  async #openAdmin(): Promise<void> {
    const path = adminSocketPath(this.config)
    if (path === null) return
    const progress = new DrainProgress(() => ({ state: this.#stage, connections: this.#connections() }))
    const app = operatorsOfAll({
      crew: this.#crew,
      program: this.#program,
      progress,
      tally: this.#tally,
      log: this.#log,
      state: () => this.#readiness().word,
    })
    try {
      this.#admin = await AdminServer.serve(path, app, progress)
    } catch (error) {
      if (this.config.adminSocket !== 'auto')
        throw new StartError('adminSocket', path, error as NodeJS.ErrnoException)
      const words = (error as Error).message
      say(this.#log, 'admin.unreachable', { path, error: words }, `no admin socket: ${words}`)
    }
  }

  #connections(): number {
    return this.#crew.all.reduce((sum, { connections }) => sum + connections, 0)
  }

  #tellAddresses(): void {
    const { addressFile, ops, logDir } = this.config
    if (addressFile === 'off') return
    const { pid } = process
    try {
      this.#addressFile = new AddressFile(addressFile, {
        pid,
        started: processStart(pid),
        ops: ops === 'off' ? null : { host: ops.host ?? null, port: this.opsPort as number },
        admin: this.#admin === null ? null : resolve(this.#admin.path),
        logDir: logDir === 'off' ? null : resolve(logDir),
        ...this.#changing(),
      })
    } catch (error) {
      throw new StartError('addressFile', addressFile, error as NodeJS.ErrnoException)
    }
  }

  /** What the address file says that is another when a worker was replaced. */
  #changing() {
    const listeners = this.listeningAt.map(({ dialect, host = null, port, tls, proxy }) => {
      return { dialect, host, port, tls, proxy }
    })
    return { listeners, workers: this.#crew.all.map(({ number: worker, pid }) => ({ worker, pid })) }
  }

  #tellChanges(): void {
    try {
      this.#addressFile?.change(this.#changing())
    } catch (error) {
      say(this.#log, 'config.untold', { err: error }, 'the address file cannot say which workers there are')
    }
  }
}
