/** Runs of a scenario on a relay of their own, as all outcomes need them. */

import { availableParallelism } from 'node:os'
import type { CrowdLoadResult } from '../load/crowd.js'
import type { ListenerPlan } from '../load/listeners.js'
import { NO_VIEW } from '../load/live-view.js'
import type { LoadOptions } from '../load/options.js'
import {
  type LoadScenario,
  listenersOf,
  runScenario,
  scenarioOptions,
} from '../load/scenarios/load-scenario.js'
import { type Server, spawnServer } from '../load/server.js'

const HAS_TWO_CORES = availableParallelism() > 1

/** The server on one core and the generator on the other, where there are two. */
export const PIN_LOAD: readonly string[] = HAS_TWO_CORES ? ['--pin-load', '1'] : []

/** Starts a relay, and stops it when `work` is done. */
export async function withRelay<Result>(
  listeners: readonly ListenerPlan[],
  work: (server: Server) => Promise<Result>,
  serverArguments: readonly string[] = [],
): Promise<Result> {
  const cpu = HAS_TWO_CORES ? 0 : null
  const server = await spawnServer({ kind: 'parlance', cpu, arguments: serverArguments, listeners })
  try {
    return await work(server)
  } finally {
    await server.stop()
  }
}

/**
 * The loads of a scenario on a relay of its own.
 * @param words as on the command line
 * @param serverArguments further ones of `parlance serve`
 */
export async function runLoads<Options extends LoadOptions>(
  scenario: LoadScenario<Options>,
  words: readonly string[],
  serverArguments: readonly string[] = [],
): Promise<CrowdLoadResult[]> {
  const options = scenarioOptions(scenario, [...words, ...PIN_LOAD])
  const load = (server: Server) => runScenario(scenario, server, options, NO_VIEW)
  return await withRelay(listenersOf(scenario.cast(options), options), load, serverArguments)
}

/** As `runLoads`, for one load. */
export async function runOnce<Options extends LoadOptions>(
  scenario: LoadScenario<Options>,
  words: readonly string[],
  serverArguments: readonly string[] = [],
): Promise<CrowdLoadResult> {
  const [result] = await runLoads(scenario, words, serverArguments)
  return result as CrowdLoadResult
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
