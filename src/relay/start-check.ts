/**
 * What would keep a relay with this configuration from starting here and now, found without starting one: for
 * `parlance check`. Owns which questions are asked, each with the code that a start itself would run, or with one that asks
 * without leaving anything behind. Nothing is written or removed; addresses are taken for a moment.
 */

import { createServer, type Server } from 'node:net'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { readAccessRules } from './access/rules.js'
import { refuseOtherThanSocket } from './admin/socket-file.js'
import { fanoutOf } from './assembly.js'
import { readCertificates } from './certificates.js'
import { ConfigError } from './config/load.js'
import { type Config, type SettingKey, written } from './config/settings.js'
import { connectionsAllowed, readBans } from './gate.js'
import { historyPlace } from './history/open-history.js'
import { checkNats } from './nats-check.js'
import { listening } from './net/listening.js'
import { handlesSupported } from './net/tcp-handle.js'
import { LOG_FILES } from './observe/open-journal.js'
import { assertDirectoryWritable, assertLogWritable, assertReplaceable } from './observe/writable-place.js'
import { unsentPlace } from './open-durable.js'
import { StartError } from './start-error.js'

interface Question {
  /** The setting whose value an error of the system is about. */
  readonly key?: SettingKey
  /** @throws what a start would: a `ConfigError` with everything that is wrong, or the system's error */
  ask(config: Config): unknown
}

/** Those that are not about addresses, in the order in which a start would meet them. */
const QUESTIONS: readonly Question[] = [
  { ask: readAccessRules },
  { ask: (config) => connectionsAllowed(ofOneProcess(config)) },
  { ask: readBans },
  { ask: (config) => fanoutOf(config, handlesSupported) },
  { ask: ({ listen }) => readCertificates(listen, Date.now()) },
  {
    key: 'dataDir',
    ask: (config) => {
      const unsent = unsentPlace(config)
      if (unsent !== null) assertDirectoryWritable(unsent)
    },
  },
  { key: 'logDir', ask: ({ logDir }) => logDir === 'off' || assertDirectoryWritable(logDir) },
  ...Object.values(LOG_FILES).map((file): Question => {
    return { key: 'logDir', ask: ({ logDir }) => logDir === 'off' || assertLogWritable(logDir, file) }
  }),
  { ask: historyPlace },
  {
    key: 'dataDir',
    ask: (config) => {
      if (config.dataDir !== 'off') assertDirectoryWritable(historyPlace(config) ?? config.dataDir)
    },
  },
  {
    key: 'adminSocket',
    // `auto` is in the log directory.
    ask: ({ adminSocket: path }) =>
      path === 'off' || path === 'auto' || assertDirectoryWritable(dirname(path)),
  },
  {
    key: 'adminSocket',
    ask: ({ adminSocket: path }) => path === 'off' || path === 'auto' || refuseOtherThanSocket(path),
  },
  { key: 'addressFile', ask: ({ addressFile: path }) => path === 'off' || assertReplaceable(path) },
]

/** Each of several workers has its share. */
function ofOneProcess({ maxConnections, workers }: Config): Pick<Config, 'maxConnections'> {
  if (maxConnections === 'auto') return { maxConnections }
  const processes = workers === 'auto' ? availableParallelism() : workers
  return { maxConnections: Math.ceil(maxConnections / processes) }
}

export interface StartFindings {
  /** What a start would refuse. */
  readonly problems: readonly string[]
  /** Addresses that are in use now, where that is none of the problems. */
  readonly inUse: readonly string[]
  /** What a start would do without for now. */
  readonly missing: readonly string[]
}

/** @param running whether a relay with this configuration may run here already: then it is what has the addresses */
export async function checkStart(config: Config, running: boolean): Promise<StartFindings> {
  const problems: string[] = []
  for (const question of QUESTIONS) problems.push(...(await problemsOf(question, config)))
  const nats = await natsOf(config)
  problems.push(...nats.problems)
  const refused = await addresses(config)
  const isInUse = ({ code, takenBy }: StartError) => running && code === 'EADDRINUSE' && takenBy === null
  problems.push(...refused.filter((error) => !isInUse(error)).map(({ words }) => words))
  return { problems, inUse: refused.filter(isInUse).map(({ words }) => words), missing: nats.missing }
}

/** Without NATS a relay starts all the same, cut off; where it is there and does not take this node, it does not. */
async function natsOf(config: Config): Promise<Pick<StartFindings, 'problems' | 'missing'>> {
  try {
    const found = await checkNats(config)
    if (found === null || found.outcome === 'ok') return { problems: [], missing: [] }
    const words = `nats: ${[written(config, 'nats')].flat().join(' ')}: ${found.words}`
    if (found.outcome === 'refused') return { problems: [words], missing: [] }
    return { problems: [], missing: [`${words}: a relay would start, cut off from other nodes`] }
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, missing: [] }
    throw error
  }
}

async function problemsOf({ key, ask }: Question, config: Config): Promise<readonly string[]> {
  try {
    await ask(config)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    if (key === undefined) throw error
    return [new StartError(key, String(written(config, key)), error as NodeJS.ErrnoException).words]
  }
}

/** All at once, so that two of this configuration's own are seen to be the same. */
async function addresses(config: Config): Promise<StartError[]> {
  const refused: StartError[] = []
  const taken: { readonly server: Server; readonly port: number; readonly url: string }[] = []
  const take = async (key: 'listen' | 'ops', url: string, host: string | undefined, port: number) => {
    if (port === 0) return
    const server = createServer((socket) => socket.destroy())
    try {
      await listening(server, { host, port })
      taken.push({ server, port, url })
    } catch (error) {
      const takenBy = taken.find((own) => own.port === port)?.url ?? null
      refused.push(new StartError(key, url, error as NodeJS.ErrnoException, takenBy))
    }
  }
  for (const { url, host, port } of config.listen) await take('listen', url, host, port)
  const { ops } = config
  if (ops !== 'off') await take('ops', String(written(config, 'ops')), ops.host, ops.port)
  await Promise.all(taken.map(({ server }) => new Promise((resolve) => server.close(resolve))))
  return refused
}
