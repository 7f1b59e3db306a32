/** A bit of everything at once, at a rate: talk in rooms, direct messages, coming and going, a few who are slow. */

import { oneRoom } from '../crowd.js'
import { type LoadOptions, positiveNumber, positiveWhole, wholeNumber } from '../options.js'
import { targetByName } from '../targets/by-name.js'
import type { LoadScenario } from './load-scenario.js'

interface MixedOptions extends LoadOptions {
  clients: number
  senders: number
  direct: number
  rooms: number
  churn: number
  stay: number
  stopped: number
  trickling: number
  trickleRate: number
}

export const mixed: LoadScenario<MixedOptions> = {
  name: 'mixed',
  description: 'talk, direct messages, coming and going and slow readers at once',
  defaults: { arrivals: 'poisson', payload: [128], seconds: 10 },
  addOptions: (command) =>
    command
      .option('--clients <count>', 'clients that stay', positiveWhole, 1000)
      .option('--senders <count>', 'of them, those who speak in their room', positiveWhole, 20)
      .option('--direct <count>', 'of them, those who write to one other', wholeNumber, 20)
      .option('--rooms <count>', 'rooms, where the protocol has several', positiveWhole, 1)
      .option('--churn <rate>', 'clients that come, a second, at random', positiveNumber, 10)
      .option('--stay <seconds>', 'until each goes again', positiveNumber, 1)
      .option('--stopped <count>', 'of those who stay, those who stop reading', wholeNumber, 5)
      .option('--trickling <count>', 'and those who read a little at a time', wholeNumber, 5)
      .option('--trickle-rate <bytes>', 'a second, of those', positiveWhole, 4096),
  cast: (options) => {
    const { clients, senders, rooms, churn, stay, stopped, trickling, trickleRate, arrivals, seed } = options
    const direct = targetByName(options.target).direct === undefined ? 0 : options.direct
    const slow = `${stopped} stop reading, ${trickling} trickle`
    return {
      topology: { ...oneRoom(options, clients, senders), rooms, directSenders: direct, stopped, trickling },
      churn: { perSecond: churn, staySeconds: stay, seed },
      trickleBytesPerSecond: trickleRate,
      otherwise: { kind: 'open', perSecond: 200, arrivals, seed },
      words:
        `${clients} clients in ${rooms === 1 ? 'one room' : `${rooms} rooms`}, ${senders} speak there, ` +
        `${direct} write to one other, ${churn} more come a second, ${slow}`,
    }
  },
}
