/** Clients that come and go at a rate while others talk: what a join costs, and what the talk notices of it. */

import { oneRoom } from '../crowd.js'
import { type LoadOptions, positiveNumber, positiveWhole } from '../options.js'
import type { LoadScenario } from './load-scenario.js'

interface ChurnOptions extends LoadOptions {
  senders: number
  receivers: number
  churn: number
  stay: number
}

export const churn: LoadScenario<ChurnOptions> = {
  name: 'churn',
  description: 'clients come and go at a rate while others talk',
  defaults: {},
  addOptions: (command) =>
    command
      .option('--senders <count>', 'clients that stay and speak', positiveWhole, 1)
      .option('--receivers <count>', 'clients that stay and listen', positiveWhole, 500)
      .option('--churn <rate>', 'clients that come, a second, at random', positiveNumber, 50)
      .option('--stay <seconds>', 'until each goes again', positiveNumber, 1),
  cast: (options) => {
    const { senders, receivers, churn, stay, seed, arrivals } = options
    return {
      topology: oneRoom(options, senders + receivers, senders),
      churn: { perSecond: churn, staySeconds: stay, seed },
      otherwise: { kind: 'open', perSecond: 20, arrivals, seed },
      words: `${senders} speaking, ${receivers} listening, ${churn} more a second that stay ${stay} s`,
    }
  },
}
