/** Messages from one to one other: every delivery a write of its own, nothing to share. */

import { oneRoom } from '../crowd.js'
import { type LoadOptions, positiveWhole } from '../options.js'
import type { LoadScenario } from './load-scenario.js'

interface DirectOptions extends LoadOptions {
  clients: number
  senders: number
}

export const direct: LoadScenario<DirectOptions> = {
  name: 'direct',
  description: 'some write to one other client each',
  defaults: {},
  addOptions: (command) =>
    command
      .option('--clients <count>', 'clients', positiveWhole, 1000)
      .option('--senders <count>', 'of them, those who write to somebody', positiveWhole, 500),
  cast: (options) => {
    const { clients, senders, payload } = options
    return {
      topology: { ...oneRoom(options, clients, 0), directSenders: senders },
      otherwise: { kind: 'closed', inFlight: 4 },
      words: `${clients} clients, ${senders} of them write to one other each, ${payload.join(', ')} bytes`,
    }
  },
}
