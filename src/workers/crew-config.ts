/**
 * The configuration that all workers run with. Owns that they take up another one together or not at all: each first prepares, and
 * only when nobody has anything to say, all change over. One that begins meanwhile takes it up as soon as it is there.
 */

import { ConfigError } from '../relay/config/load.js'
import type { Config, Settings } from '../relay/config/settings.js'
import { connectionLimit } from '../relay/net/connection-limit.js'
import type { RelayLog } from '../relay/observe/relay-log.js'
import { say } from '../relay/observe/say.js'
import { type ReloadReport, reportOf } from '../relay/reload.js'
import { settingsOf, workersWanted } from './worker-config.js'
import type { WorkerLink } from './worker-link.js'

export class CrewConfig {
  readonly #node: string
  readonly #log: RelayLog
  #current: Config

  /**
   * @param node what workers are called among the nodes of the cluster, before their numbers
   * @throws ConfigError when all workers together cannot have as many connections as there may be
   */
  constructor(config: Config, node: string, log: RelayLog) {
    refuseTooMany(config)
    this.#current = config
    this.#node = node
    this.#log = log
  }

  /** What is in use: of what takes a new start, the values before. */
  get current(): Config {
    return this.#current
  }

  /** What a worker begins with. */
  get settings(): Settings {
    return settingsOf(this.#current, this.#node)
  }

  /**
   * @param links those that take connections
   * @param taken called when nobody can refuse it any more
   * @throws ConfigError with everything that is wrong; then nothing has changed
   */
  async reload(
    wanted: Config,
    links: readonly WorkerLink[],
    taken: (config: Config, before: Config) => void,
  ): Promise<ReloadReport> {
    refuseTooMany(wanted)
    const before = this.#current
    const report = reportOf(before, wanted)
    const live = Object.fromEntries(report.live.map(({ key }) => [key, wanted[key]]))
    const config = Object.freeze({ ...before, ...live }) as Config
    const settings = settingsOf(config, this.#node)
    const problems = await Promise.all(links.map((link) => problemsOf(link, settings)))
    // All of them say the same of the same file.
    const different = new Set(problems.flat())
    if (different.size > 0) {
      for (const link of links) link.tell({ kind: 'forget' })
      throw new ConfigError([...different])
    }
    this.#current = config
    taken(config, before)
    await Promise.all(links.map((link) => this.#take(link)))
    return { ...report, workers: links.map(({ number }) => number) }
  }

  /** One takes connections from now on: it takes up what the others have meanwhile. */
  async opened(link: WorkerLink): Promise<void> {
    const { settings } = this
    if (JSON.stringify(settings) === JSON.stringify(link.assignment.settings)) return
    const problems = await problemsOf(link, settings)
    if (problems.length === 0) {
      await this.#take(link)
      return
    }
    const { number: worker } = link
    say(this.#log, 'worker.behind', { worker, problems }, `worker ${worker} has an older configuration`)
  }

  async #take(link: WorkerLink): Promise<void> {
    link.assignment = { ...link.assignment, settings: this.settings }
    // Who has ended meanwhile is replaced by one that has it from the start.
    await link.ask('take', null).catch(() => {})
  }
}

/** @throws ConfigError when all workers together cannot have so many */
function refuseTooMany(config: Config): void {
  const { maxConnections } = config
  const workers = workersWanted(config)
  const { connections, descriptors } = connectionLimit()
  const most = connections * workers
  if (maxConnections === 'auto' || descriptors === null || maxConnections <= most) return
  const kept = descriptors - connections
  throw new ConfigError([
    `maxConnections: ${maxConnections}: expected auto or no more than ${most}: each of ${workers} workers may open ${descriptors} files, of which ${kept} are kept back (raise that with ulimit -n or LimitNOFILE=)`,
  ])
}

/** What keeps a worker from taking that up; nothing where it has ended, for who replaces it begins with it. */
async function problemsOf(link: WorkerLink, settings: Settings): Promise<readonly string[]> {
  try {
    return (await link.ask('prepare', settings)).problems
  } catch (error) {
    return link.hasEnded ? [] : [(error as Error).message]
  }
}
