/** A scenario's options as its command line would give them. */

import { Command } from 'commander'
import { addLoadOptions, type LoadOptions } from '../../bench/load/options.js'
import type { Loop } from '../../bench/load/requests.js'
import type { LoadScenario } from '../../bench/load/scenarios/load-scenario.js'

export const NOTHING_NAMED: Loop = { kind: 'closed', inFlight: 3 }

/** @throws CommanderError for what is no such option, or no such value */
export function optionsOf<Options extends LoadOptions>(
  scenario: LoadScenario<Options>,
  ...words: string[]
): Options {
  const command = new Command(scenario.name).exitOverride().configureOutput({ writeErr: () => {} })
  return scenario.addOptions(addLoadOptions(command, scenario.defaults)).parse(words, { from: 'user' }).opts()
}
