/**
 * The relay of this bench: the shipped command as one process from its start to its end, as a container starts it, with its defaults
 * but for where it listens and how large its log files become. Owns its configuration file and its logs, and how it is asked and told.
 */

import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Launched, launch } from '../load/server-process.js'
import type { Places } from './door.js'
import { parseSeries, type Series, totalOf } from './series.js'
import { SOAK_DIALECTS } from './speech.js'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const COLLECT_GARBAGE = new URL('../../test/fixtures/collect-garbage.mjs', import.meta.url).href

/** What a listener is for: each dialect, WebSocket, and framed in a room of its own. */
const LISTENERS: readonly (readonly [what: string, scheme: string, query: string])[] = [
  ...SOAK_DIALECTS.map(({ wire }) => [wire.name, wire.name, ''] as const),
  ['ws', 'ws', ''],
  ['storm', 'framed', '?room=storm'],
]
/** As the container and the unit for systemd have it (docs/operations.md, "What the process keeps"). */
export const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' }
const READY_MS = 30_000
const END_MS = 60_000
const RELOAD_MS = 30_000
const ASK_MS = 20_000
/** A scrape is made once a second at most. */
const SCRAPE_AGE_MS = 1100
const POLL_MS = 250

export interface SoakRelayOptions {
  /** Rotate log files when they are this large. */
  readonly logMaxBytes: number
  readonly logKeepFiles: number
  /** So many messages of each room for newcomers; none when 0. */
  readonly history: number
  /** Further arguments of `parlance serve`. */
  readonly arguments: readonly string[]
}

export class SoakRelay {
  readonly places: Places
  readonly logDir: string
  readonly #launched: Launched
  readonly #opsPort: number
  readonly #directory: string
  readonly #configPath: string
  #configured: Promise<void> = Promise.resolve()

  private constructor(launched: Launched, directory: string, configPath: string, logDir: string) {
    this.#launched = launched
    this.#directory = directory
    this.#configPath = configPath
    this.logDir = logDir
    const { host, ports } = launched
    this.#opsPort = ports.at(-1) as number
    this.places = {
      host,
      ports: new Map(LISTENERS.map(([what], index) => [what, ports[index] as number])),
    }
  }

  /** @throws Error with the end of its output when it does not accept connections */
  static async start(options: SoakRelayOptions): Promise<SoakRelay> {
    const directory = mkdtempSync(join(tmpdir(), 'parlance-soak-'))
    const configPath = join(directory, 'relay.yaml')
    const logDir = join(directory, 'logs')
    writeConfigTo(configPath, {})
    try {
      const launched = await launch({
        label: 'parlance',
        cpu: null,
        ports: LISTENERS.length + 1,
        readyMs: READY_MS,
        graceMs: END_MS,
        environment: ALLOCATOR,
        command: ({ host, ports }) => [
          ...[process.execPath, '--expose-gc', '--import', COLLECT_GARBAGE, CLI, 'serve'],
          ...LISTENERS.flatMap(([, scheme, query], index) => [
            '--listen',
            `${scheme}://${host}:${ports[index]}${query}`,
          ]),
          ...['--ops', `${host}:${ports.at(-1)}`, '--config', configPath, '--log-dir', logDir],
          ...['--log-max-bytes', `${options.logMaxBytes}`, '--log-keep-files', `${options.logKeepFiles}`],
          ...(options.history === 0
            ? []
            : ['--history', `${options.history}`, '--data-dir', join(directory, 'data')]),
          ...options.arguments,
        ],
      })
      return new SoakRelay(launched, directory, configPath, logDir)
    } catch (error) {
      rmSync(directory, { recursive: true, force: true })
      throw error
    }
  }

  get pid(): number {
    return this.#launched.pid as number
  }

  get adminSocket(): string {
    return join(this.logDir, 'admin.sock')
  }

  /** Resolves when it has ended, whatever the cause, with its exit code; with null where a signal ended it. */
  get ended(): Promise<number | null> {
    return this.#launched.ended
  }

  /** The end of its operational log. */
  output(characters: number): string {
    return this.#launched.output().slice(-characters)
  }

  /** What it answers to a path of its ops endpoint. @throws Error when it is no 200 */
  async ask(path: string): Promise<string> {
    const response = await fetch(`http://${this.places.host}:${this.#opsPort}${path}`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(ASK_MS),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text.slice(0, 200)}`)
    return text
  }

  async scrape(): Promise<Series> {
    return parseSeries(await this.ask('/metrics'))
  }

  /** Of a relay that has collected its garbage, and not as it was a moment ago. */
  async scrapeAfresh(): Promise<Series> {
    process.kill(this.pid, 'SIGUSR2')
    await sleep(SCRAPE_AGE_MS)
    return await this.scrape()
  }

  /** What changes the configuration is done one after the other. */
  async configuring(work: () => Promise<void>): Promise<void> {
    const mine = this.#configured.then(work)
    this.#configured = mine.catch(() => {})
    await mine
  }

  /** Settings beside the defaults; taken up by the next reload. */
  writeConfig(settings: Readonly<Record<string, string | number>>): void {
    writeConfigTo(this.#configPath, settings)
  }

  /** @throws Error when it does not take the configuration up */
  async reloadBySignal(): Promise<void> {
    const taken = async () => (await this.scrape()).get('parlance_reloads_total{outcome="taken"}') ?? 0
    const before = await taken()
    process.kill(this.pid, 'SIGHUP')
    const deadlineMs = performance.now() + RELOAD_MS
    while ((await taken()) === before) {
      if (performance.now() > deadlineMs) throw new Error('SIGHUP had no effect')
      await sleep(POLL_MS)
    }
  }

  /** Resolves when it has taken so many connections from the system. @throws Error when it does not */
  async hasTaken(connections: number): Promise<void> {
    const deadlineMs = performance.now() + RELOAD_MS
    while (totalOf(await this.scrape(), 'parlance_connections_opened_total') < connections) {
      if (performance.now() > deadlineMs) throw new Error(`it has not taken ${connections} connections`)
      await sleep(POLL_MS)
    }
  }

  /** Ends it by SIGTERM. @returns its exit code; null where it had to be killed */
  async stop(): Promise<number | null> {
    await this.#launched.stop()
    return await this.ended
  }

  /** Removes its logs. */
  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/** In one step: the relay may read it at any moment. */
function writeConfigTo(path: string, settings: Readonly<Record<string, string | number>>): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(settings)}\n`)
  renameSync(`${path}.new`, path)
}
