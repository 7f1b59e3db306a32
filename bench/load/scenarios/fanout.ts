/** One room, in which everyone listens: one who speaks (`fanout`), or many (`many-to-many`). */

import type { Command } from 'commander'
import { oneRoom } from '../crowd.js'
import { type LoadOptions, positiveWhole, wholeNumber } from '../options.js'
import type { Cast, LoadScenario } from './load-scenario.js'

export interface FanoutOptions extends LoadOptions {
  senders: number
  receivers: number
}

export const fanout: LoadScenario<FanoutOptions> = {
  name: 'fanout',
  description: 'one speaks in one room, everyone listens (1→N)',
  defaults: {},
  addOptions: (command) => addCrowdOptions(command, 1, 1000),
  cast,
}

export const manyToMany: LoadScenario<FanoutOptions> = {
  name: 'many-to-many',
  description: 'many speak in one room, everyone listens (S×N)',
  defaults: {},
  addOptions: (command) => addCrowdOptions(command, 50, 450),
  cast,
}

function addCrowdOptions(command: Command, senders: number, receivers: number): Command {
  return command
    .option('--senders <count>', 'clients that speak', positiveWhole, senders)
    .option('--receivers <count>', 'clients that only listen', wholeNumber, receivers)
}

function cast(options: FanoutOptions): Cast {
  const { senders, receivers, payload } = options
  return {
    topology: oneRoom(options, senders + receivers, senders),
    otherwise: { kind: 'closed', inFlight: 16 },
    words: `${senders} speaking, ${receivers} listening, ${payload.join(', ')} bytes`,
  }
}
