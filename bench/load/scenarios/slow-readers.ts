/**
 * Some who do not read, some who read a few bytes at a time: what the others notice of it, when the slow ones
 * are cut off, and what they cost the server in memory.
 */

import { oneRoom } from '../crowd.js'
import { type LoadOptions, positiveWhole, wholeNumber } from '../options.js'
import type { LoadScenario } from './load-scenario.js'

interface SlowReadersOptions extends LoadOptions {
  senders: number
  receivers: number
  stopped: number
  trickling: number
  trickleRate: number
}

export const slowReaders: LoadScenario<SlowReadersOptions> = {
  name: 'slow-readers',
  description: 'some stop reading or trickle; percentiles are those of the others',
  // Large and many: the kernel alone takes megabytes for each who does not read.
  defaults: { payload: [4096], seconds: 20 },
  addOptions: (command) =>
    command
      .option('--senders <count>', 'clients that speak', positiveWhole, 1)
      .option('--receivers <count>', 'clients that only listen, the slow ones included', positiveWhole, 100)
      .option('--stopped <count>', 'of them, those who stop reading', wholeNumber, 10)
      .option('--trickling <count>', 'of them, those who read a little at a time', wholeNumber, 10)
      .option('--trickle-rate <bytes>', 'a second, of those', positiveWhole, 4096),
  cast: (options) => {
    const { senders, receivers, stopped, trickling, trickleRate, payload, arrivals, seed } = options
    const slow = `${stopped} stop reading, ${trickling} read ${trickleRate} bytes/s`
    return {
      topology: { ...oneRoom(options, senders + receivers, senders), stopped, trickling },
      trickleBytesPerSecond: trickleRate,
      otherwise: { kind: 'open', perSecond: 500, arrivals, seed },
      words: `${senders} speaking, ${receivers} listening of whom ${slow}, ${payload.join(', ')} bytes`,
    }
  },
}
