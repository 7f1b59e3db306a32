/** A scenario's options as its command line would give them. */

import type { LoadOptions } from '../../bench/load/options.js'
import type { Loop } from '../../bench/load/requests.js'
import { type LoadScenario, scenarioOptions } from '../../bench/load/scenarios/load-scenario.js'

export const NOTHING_NAMED: Loop = { kind: 'closed', inFlight: 3 }

export function optionsOf<Options extends LoadOptions>(
  scenario: LoadScenario<Options>,
  ...words: string[]
): Options {
  return scenarioOptions(scenario, words)
}
