/** `parlance log`: shows what connections.log and chat.log say, compressed files included, and goes on as they grow. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { EXIT_CODE } from '../exit-code.js'
import { Complaints } from '../log-reader/complaints.js'
import { type Criteria, Filter } from '../log-reader/filter.js'
import { HistorySource } from '../log-reader/history-source.js'
import { type LogPlace, placesAt } from '../log-reader/log-files.js'
import { LogSource, type LogSourceOptions } from '../log-reader/log-source.js'
import { followLogs, readLogs } from '../log-reader/read-logs.js'
import type { LogRecord } from '../log-reader/record.js'
import type { RecordSource } from '../log-reader/record-source.js'
import { showRecord } from '../log-reader/show-record.js'
import { oneLine, printable } from '../relay/streams/printable.js'
import { AdminError } from './admin/admin-error.js'
import { LinesOut } from './lines-out.js'
import { commandWithArguments, criteriaOf, type LogFlags, lastOf } from './log-arguments.js'
import { logDirectory } from './log-places.js'

/** How often what has grown is looked for. */
const POLL_MS = 200

/** What was asked for cannot be. */
class UsageError extends Error {}

export function logCommand(): Command {
  return commandWithArguments().action(log)
}

async function log(paths: string[], flags: LogFlags): Promise<void> {
  const { criteria, problems } = criteriaOf(flags, Date.now())
  if (problems.length > 0) return complain(EXIT_CODE.usage, ...problems)
  const follows = flags.follow === true
  const complaints = new Complaints()
  let sources: RecordSource[]
  try {
    const filter = new Filter(criteria)
    sources =
      flags.history === true
        ? [await openHistorySource(paths, flags, criteria, filter)]
        : await openSources(paths, flags, { filter, complaints, follows })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // By its code: the class is loaded only where there is a configuration to read.
    if (code === 'ERR_CONFIG') return complain(EXIT_CODE.config, ...message.split('\n'))
    if (error instanceof AdminError) return complain(error.exitCode, message)
    return complain(error instanceof UsageError ? EXIT_CODE.usage : EXIT_CODE.cannotCreate, message)
  }
  const out = new LinesOut(process.stdout)
  try {
    await show(readLogs(sources, lastOf(flags)), out, flags)
    if (follows && !out.isGone) await show(followLogs(sources, interruptible(POLL_MS)), out, flags)
  } catch (error) {
    complain(EXIT_CODE.cannotCreate, (error as Error).message)
  }
  await Promise.all(sources.map((source) => source.close()))
  if (!out.isGone) for (const words of complaints.words()) process.stderr.write(`parlance: ${words}\n`)
}

async function openHistorySource(
  paths: readonly string[],
  flags: LogFlags,
  criteria: Criteria,
  filter: Filter,
): Promise<HistorySource> {
  if (paths.length > 1) throw new UsageError('--history: expected one data directory at most')
  // With it comes what finds a relay that runs.
  const { openHistoryPages } = await import('./history-pages.js')
  return new HistorySource(await openHistoryPages(paths[0], flags, criteria), filter)
}

async function openSources(
  paths: readonly string[],
  flags: LogFlags,
  options: LogSourceOptions,
): Promise<LogSource[]> {
  const wanted = paths.length > 0 ? paths : [await logDirectory(flags, process.env)]
  const places: LogPlace[] = []
  for (const path of wanted) {
    if (path === null) throw new UsageError('the relay writes no logs (logDir is off): expected FILE or DIR')
    places.push(...(await placesAt(path)))
  }
  if (options.follows && places.every(({ current }) => current === null))
    throw new UsageError('--follow: expected a directory, or a file that is still written to')
  const sources = places.map((place) => new LogSource(place, options))
  for (const source of sources) await source.open()
  if (!options.follows && !sources.some(({ isThere }) => isThere))
    throw new Error(`${wanted.join(', ')}: neither connections.log nor chat.log is there`)
  return sources
}

async function show(batches: AsyncGenerator<LogRecord[]>, out: LinesOut, flags: LogFlags): Promise<void> {
  const lineOf = flags.json ? jsonOf : (record: LogRecord) => showRecord(record, flags.timeZone)
  for await (const records of batches) {
    if (records.length > 0) await out.write(records.map(lineOf))
    if (out.isGone) return
  }
}

/** What is not plainly printable is escaped in the file already, unless somebody else has written there. */
function jsonOf({ line }: LogRecord): string {
  return printable(line)
}

/** Pauses of so long, until Ctrl-C. */
function interruptible(pauseMs: number): () => Promise<boolean> {
  const interrupt = new AbortController()
  process.once('SIGINT', () => {
    process.exitCode = EXIT_CODE.interrupted
    interrupt.abort()
  })
  return () => sleep(pauseMs, true, { signal: interrupt.signal }).catch(() => false)
}

function complain(exitCode: number, ...problems: readonly string[]): void {
  for (const words of problems) process.stderr.write(`parlance: ${oneLine(words)}\n`)
  process.exitCode = exitCode
}
