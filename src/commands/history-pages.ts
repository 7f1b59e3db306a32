/**
 * Where `parlance log --history` finds what rooms keep. A relay that runs has its files for itself, and is asked at its admin
 * socket; of one that does not run the files are read.
 */

import { existsSync } from 'node:fs'
import { EXIT_CODE } from '../exit-code.js'
import type { Criteria } from '../log-reader/filter.js'
import type { HistoryPages } from '../log-reader/history-source.js'
import { AdminClient } from './admin/admin-client.js'
import { AdminError } from './admin/admin-error.js'
import { findSocket } from './admin/find-socket.js'
import type { PlaceFlags } from './log-places.js'

const PAGE_MESSAGES = 1000

/** What of the criteria is looked at where the messages are; all others by whoever gets them. */
export type WantedHistory = Pick<Criteria, 'sinceMs' | 'untilMs' | 'rooms'>

/**
 * @param dataDir where it is to be; where none is given, the relay that runs here, or what its settings say
 * @throws AdminError, ConfigError, or the system's error
 */
export async function openHistoryPages(
  dataDir: string | undefined,
  flags: PlaceFlags,
  wanted: WantedHistory,
): Promise<HistoryPages> {
  if (dataDir !== undefined) return ofFiles(dataDir, flags, wanted)
  try {
    return await ofRelay(flags, wanted)
  } catch (error) {
    if (!(error instanceof AdminError) || error.exitCode !== EXIT_CODE.unavailable) throw error
    // The whole table of settings, which is not needed otherwise.
    const { loadConfig } = await import('../relay/config/load.js')
    const config = loadConfig({ file: flags.config, environment: process.env, flags: {} })
    if (config.dataDir === 'off') {
      const words = `${error.message}; and dataDir is off: expected DIR, the data directory of a relay that has ended`
      throw new AdminError(EXIT_CODE.unavailable, words)
    }
    return ofFiles(config.dataDir, flags, wanted)
  }
}

async function ofRelay(flags: PlaceFlags, wanted: WantedHistory): Promise<HistoryPages> {
  const client = new AdminClient(await findSocket(flags))
  const query = (after: string, order: string, limit: number) => ({
    after,
    order,
    since: wanted.sinceMs,
    until: wanted.untilMs,
    room: wanted.rooms?.length === 1 ? wanted.rooms[0] : undefined,
    limit,
  })
  try {
    // Whether there is anything to be asked at all.
    await client.get('/history', query('', 'newest', 1))
  } catch (error) {
    client.close()
    throw error
  }
  return {
    page: (after, order) => client.get('/history', query(after, order, PAGE_MESSAGES)),
    async close() {
      client.close()
    },
  }
}

async function ofFiles(dataDir: string, flags: PlaceFlags, wanted: WantedHistory): Promise<HistoryPages> {
  const { historyIn } = await import('../relay/history/open-history.js')
  const directory = historyIn(dataDir)
  // It would be made.
  if (!existsSync(directory)) throw new Error(`${directory}: there is no history there`)
  const { LevelStore } = await import('../relay/history/level-store.js')
  try {
    const store = await LevelStore.read(directory)
    const { sinceMs = null, untilMs = null, rooms = null } = wanted
    return {
      page: (after, order) => store.search({ after, order, sinceMs, untilMs, rooms, limit: PAGE_MESSAGES }),
      close: () => store.close(),
    }
  } catch (error) {
    // It is a relay that has them.
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return ofRelay(flags, wanted)
    throw new Error(`${directory}: ${(error as Error).message}`)
  }
}
