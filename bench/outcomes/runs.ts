/** Runs of a scenario on a relay of their own, as all outcomes need them. */

import { availableParallelism } from 'node:os'
import type { CrowdLoadResult } from '../load/crowd.js'
import { NO_VIEW } from '../load/live-view.js'
import type { LoadOptions } from '../load/options.js'
import {
  type LoadScenario,
  roomsByListener,
  runScenario,
  scenarioOptions,
} from '../load/scenarios/load-scenario.js'
import { type Server, spawnServer } from '../load/server.js'

const HAS_TWO_CORES = availableParallelism() > 1

/** The server on one core and the generator on the other, where there are two. */
export const PIN_LOAD: readonly string[] = HAS_TWO_CORES ? ['--pin-load', '1'] : []

/** Starts a relay with a listener for each of `rooms`, and stops it when `work` is done. */
export async function withRelay<Result>(
  rooms: readonly string[],
  work: (server: Server) => Promise<Result>,
  serverArguments: readonly string[] = [],
): Promise<Result> {
  const cpu = HAS_TWO_CORES ? 0 : null
  const server = await spawnServer({ kind: 'parlance', cpu, arguments: serverArguments, rooms })
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

/**
 * One load of a scenario on a relay of its own.
 * @param words as on the command line
 * @param serverArguments further ones of `parlance serve`
 */
export async function runOnce<Options extends LoadOptions>(
  scenario: LoadScenario<Options>,
  words: readonly string[],
  serverArguments: readonly string[] = [],
): Promise<CrowdLoadResult> {
  const options = scenarioOptions(scenario, [...words, ...PIN_LOAD])
  const load = async (server: Server) => {
    const [result] = await runScenario(scenario, server, options, NO_VIEW)
    return result as CrowdLoadResult
  }
  return await withRelay(roomsByListener(scenario.cast(options), options), load, serverArguments)
}

/** Deliveries that were lost, doubled, out of order or of unknown origin, and clients that were lost. */
export function wrongIn(results: readonly CrowdLoadResult[]): number {
  let wrong = 0
  for (const { account } of results) {
    wrong += account.lost + account.duplicated + account.reordered + account.foreign
    for (const clients of Object.values(account.failures)) wrong += clients
  }
  return wrong
}
