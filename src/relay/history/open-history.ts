/** Opens what keeps the messages of rooms, where that is wanted. Owns which store that is, and what is said of it. */

import { join } from 'node:path'
import { ConfigError } from '../config/load.js'
import type { Reloadable } from '../config/reloadable.js'
import type { Config } from '../config/settings.js'
import { makeDirectory } from '../observe/make-directory.js'
import type { RelayLog } from '../observe/relay-log.js'
import { say } from '../observe/say.js'
import { StartError } from '../start-error.js'
import { HistoryWriter } from './history-writer.js'
import type { NatsLink } from './nats-history-store.js'
import type { HistoryLimits, HistoryStore } from './store.js'

/** What is said in rooms is for the relay and its operators. */
const DIRECTORY_MODE = 0o750
/** How often it is said that the store cannot be read. */
const SAY_AGAIN_MS = 60_000

export class KeptHistory implements Reloadable {
  readonly store: HistoryStore
  readonly writer: HistoryWriter
  readonly #log: RelayLog
  #saidMs = Number.NEGATIVE_INFINITY

  constructor(store: HistoryStore, log: RelayLog) {
    this.store = store
    this.#log = log
    this.writer = new HistoryWriter(store, {
      failed: ({ message: error }) => say(log, 'history.lost', { error }, 'history cannot be written'),
      recovered: (messagesLost) =>
        say(log, 'history.recovered', { messagesLost }, 'history is being written again'),
    })
  }

  /** Somebody is shown less than there is. */
  unreadable(error: unknown): void {
    const now = performance.now()
    if (now - this.#saidMs < SAY_AGAIN_MS) return
    this.#saidMs = now
    say(this.#log, 'history.unreadable', { error: (error as Error).message }, 'history cannot be read')
  }

  prepare(config: Config): () => void {
    return () => {
      this.store.limits = limitsOf(config)
      this.writer.trim()
    }
  }

  close(): Promise<void> {
    return this.writer.close()
  }
}

/**
 * The directory in which history is kept; `null` where none is, or where NATS keeps it.
 * @throws ConfigError where it is wanted and there is no place for it
 */
export function historyPlace({ history, dataDir, nats }: Config): string | null {
  if (history === 0 || nats.length > 0) return null
  if (dataDir === 'off')
    throw new ConfigError([`history: ${history}: expected a dataDir to keep it in, or 0`])
  return historyIn(dataDir)
}

/** Where it is in a data directory. */
export function historyIn(dataDir: string): string {
  return join(dataDir, 'history')
}

/** @returns `null` where rooms keep nothing @throws ConfigError as `historyPlace`; StartError when the data directory cannot be had */
export async function openHistory(
  config: Config,
  log: RelayLog,
  link: NatsLink | null,
): Promise<KeptHistory | null> {
  if (config.history > 0 && link !== null) return new KeptHistory(await storeInNats(config, link), log)
  const directory = historyPlace(config)
  if (directory === null) return null
  let store: HistoryStore
  try {
    makeDirectory(directory, DIRECTORY_MODE)
    store = await openStore(directory, limitsOf(config))
  } catch (error) {
    throw new StartError('dataDir', config.dataDir, error as NodeJS.ErrnoException)
  }
  const { messages, bytes } = store.totals
  say(log, 'history.opened', { path: directory, messages, bytes }, `history has ${messages} messages`)
  return new KeptHistory(store, log)
}

function limitsOf({ history, historyAgeMs, historyBytes }: Config): HistoryLimits {
  return { messages: history, ageMs: historyAgeMs, bytes: historyBytes }
}

async function storeInNats(config: Config, link: NatsLink): Promise<HistoryStore> {
  const [{ NatsHistoryStore }, { token }] = await Promise.all([
    import('./nats-history-store.js'),
    import('../backplane/nats/subject-names.js'),
  ])
  const { cluster: prefix, natsReplicas: replicas } = config
  return new NatsHistoryStore({ link, prefix, replicas, limits: limitsOf(config), token })
}

/** Only where it is wanted: whoever keeps nothing does not load it. */
async function openStore(directory: string, limits: HistoryLimits): Promise<HistoryStore> {
  let LevelStore: typeof import('./level-store.js').LevelStore
  try {
    ;({ LevelStore } = await import('./level-store.js'))
  } catch (error) {
    const words = `history needs the package classic-level, which cannot be loaded here: ${(error as Error).message}`
    throw Object.assign(new Error(words), { code: 'ERR_MODULE_NOT_FOUND' })
  }
  return LevelStore.open(directory, limits, Date.now)
}
