/**
 * What would keep a relay with this configuration from starting here and now, found without starting one: for
 * `parlance check`. Owns which questions are asked, each with the code that a start itself would run, or with one that asks
 * without leaving anything behind. Nothing is written or removed; addresses are taken for a moment.
 */

import { createServer, type Server } from 'node:net'
import { readAccessRules } from './access/rules.js'
import { fanoutOf } from './assembly.js'
import { readCertificates } from './certificates.js'
import { ConfigError } from './config/load.js'
import { type Config, written } from './config/settings.js'
import { connectionsAllowed, readBans } from './gate.js'
import { listening } from './net/listening.js'
import { handlesSupported } from './net/tcp-handle.js'
import { LOG_FILES } from './observe/open-journal.js'
import { assertDirectoryWritable, assertLogWritable, assertReplaceable } from './observe/writable-place.js'
import { StartError } from './start-error.js'

type Check = (config: Config) => string[] | Promise<string[]>

/** Those that are not about addresses, in the order in which a start would meet them. */
const CHECKS: readonly Check[] = [access, limits, logFiles, certificates, addressFile]

export interface StartFindings {
  /** What a start would refuse. */
  readonly problems: readonly string[]
  /** Addresses that are in use now, where that is none of the problems. */
  readonly inUse: readonly string[]
}

/** @param running whether a relay with this configuration may run here already: then it is what has the addresses */
export async function checkStart(config: Config, running: boolean): Promise<StartFindings> {
  const problems: string[] = []
  for (const check of CHECKS) problems.push(...(await check(config)))
  const refused = await addresses(config)
  const isInUse = ({ code, takenBy }: StartError) => running && code === 'EADDRINUSE' && takenBy === null
  problems.push(...refused.filter((error) => !isInUse(error)).map(({ words }) => words))
  return { problems, inUse: refused.filter(isInUse).map(({ words }) => words) }
}

async function access(config: Config): Promise<string[]> {
  try {
    await readAccessRules(config)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems]
    throw error
  }
}

function limits(config: Config): string[] {
  return [
    ...problemsOf(() => connectionsAllowed(config)),
    ...problemsOf(() => readBans(config)),
    ...problemsOf(() => fanoutOf(config, handlesSupported)),
  ]
}

function logFiles(config: Config): string[] {
  const { logDir } = config
  if (logDir === 'off') return []
  const ask = (question: () => void) =>
    problemsOf(question, (error) => new StartError('logDir', logDir, error))
  const directory = ask(() => assertDirectoryWritable(logDir))
  if (directory.length > 0) return directory
  return Object.values(LOG_FILES).flatMap((file) => ask(() => assertLogWritable(logDir, file)))
}

function certificates({ listen }: Config): string[] {
  return problemsOf(() => readCertificates(listen, Date.now()))
}

function addressFile({ addressFile: path }: Config): string[] {
  if (path === 'off') return []
  return problemsOf(
    () => assertReplaceable(path),
    (error) => new StartError('addressFile', path, error),
  )
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

/** @returns what a question is answered with, where it throws */
function problemsOf(
  question: () => unknown,
  asStartError?: (error: NodeJS.ErrnoException) => StartError,
): string[] {
  try {
    question()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems]
    if (asStartError === undefined) throw error
    return [asStartError(error as NodeJS.ErrnoException).words]
  }
}
