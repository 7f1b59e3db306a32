/**
 * One who says more than a thousand receivers can take, at a rate that waits for nobody: TCP slows the speaker down,
 * nobody is cut off, memory stays bounded, and every message arrives once and in order.
 */

import { count } from '../load/report/words.js'
import { fanout } from '../load/scenarios/fanout.js'
import { atLeast, atMost, exactly, type Outcome } from './claim.js'
import { runOnce, wrongIn } from './runs.js'

const RECEIVERS = 1000
const SECONDS = 8
/** Ten times what one core can pass on of this size to so many. */
const OFFERED_PER_SECOND = 40_000
const LOAD = ['--receivers', `${RECEIVERS}`, '--payload', '1024', '--rate', `${OFFERED_PER_SECOND}`]

const MIB = 2 ** 20
/** What may be retained (`retainedLimitBytes`), and what a relay with so many connections is without it. */
const MOST_RSS_BYTES = 256 * MIB + 256 * MIB

export const flood: Outcome = {
  name: 'flood',
  description: `${count(OFFERED_PER_SECOND)} messages/s of 1 KiB offered to ${count(RECEIVERS)} receivers`,
  prove: async (rounds, say) => {
    const results = []
    for (let round = 1; round <= rounds; round++) {
      const result = await runOnce(fanout, [...LOAD, '--warm-up', '0.5', '--seconds', `${SECONDS}`])
      results.push(result)
      const rss = `${count((result.server?.maxRssBytes ?? 0) / MIB)} MiB at the most`
      say(`round ${round} of ${rounds}: ${count(result.messagesPerSecond)} messages/s taken, ${rss}`)
    }
    const pauses = results.map(({ gauges }) => gauges.at(-1)?.values['pauses of who sends'] ?? 0)
    const taken = results.map(({ messagesPerSecond }) => messagesPerSecond / OFFERED_PER_SECOND)
    const rss = results.map(({ server }) => (server?.maxRssBytes ?? Number.NaN) / MIB)
    return [
      exactly('lost, doubled, out of order, or cut off', wrongIn(results), 0),
      atLeast('pauses of the speaker, the least in a round', Math.min(...pauses), 1),
      atMost('share of the offered messages that was taken', Math.max(...taken), 0.9),
      atMost('MiB of resident memory at the most', Math.max(...rss), MOST_RSS_BYTES / MIB),
    ]
  },
}
