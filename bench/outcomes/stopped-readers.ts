/**
 * A flood on a thousand receivers, with and without ten of them stopped, in turn: the stopped ones are cut off
 * in time, and nobody else notices.
 */

import type { CrowdLoadResult } from '../load/crowd.js'
import { perSecond } from '../load/pairs.js'
import { count, milliseconds } from '../load/report/words.js'
import { slowReaders } from '../load/scenarios/slow-readers.js'
import { median } from '../load/verdict.js'
import { atMost, exactly, explains, type Outcome } from './claim.js'
import { runOnce, wrongIn } from './runs.js'

const RECEIVERS = 1000
const STOPPED = 10
const MOST_P99_RATIO = 1.2

/** The grace time and what the kernel takes before the relay notices anything. */
const MOST_SECONDS = 15
const MIB = 2 ** 20
/** The hard limit of each stopped reader, and as much again: chunks are counted whole, and the heap breathes. */
const MOST_EXTRA_BYTES = 2 * STOPPED * MIB + 64 * MIB

/**
 * A full pipe, whose messages are large, so that those who have stopped are cut off within the window: the kernel
 * takes megabytes for each of them first.
 */
const LOAD = ['--receivers', `${RECEIVERS}`, '--trickling', '0', '--in-flight', '64']
const WINDOW = ['--payload', '1024', '--warm-up', '0.5', '--seconds', '15']

export const stoppedReaders: Outcome = {
  name: 'stopped-readers',
  description: `a flood on ${RECEIVERS} receivers, ${STOPPED} of whom stop reading`,
  prove: async (rounds, say) => {
    const without: CrowdLoadResult[] = []
    const stopped: CrowdLoadResult[] = []
    for (let round = 1; round <= rounds; round++) {
      without.push(await runOnce(slowReaders, [...LOAD, ...WINDOW, '--stopped', '0']))
      stopped.push(await runOnce(slowReaders, [...LOAD, ...WINDOW, '--stopped', `${STOPPED}`]))
      say(`round ${round} of ${rounds}: ${words(without)} without, ${words(stopped)} with stopped readers`)
    }
    const cuts = stopped.map(({ slow }) => slow?.stopped)
    const rss = (results: readonly CrowdLoadResult[]) =>
      median(results.map(({ server }) => server?.maxRssBytes ?? Number.NaN))
    const p99 = stopped.map((one, round) => one.latencyUs.p99 / (without[round]?.latencyUs.p99 ?? 0))
    const speed = stopped.map((one, round) => perSecond(one) / perSecond(without[round] as CrowdLoadResult))
    return [
      exactly('cut off, over all rounds', sum(cuts.map((cut) => cut?.cut ?? 0)), rounds * STOPPED),
      atMost('the last after s', Math.max(...cuts.map((cut) => cut?.lastSeconds ?? Infinity)), MOST_SECONDS),
      atMost('p99 of the others, ratio to without', median(p99), MOST_P99_RATIO),
      explains('their deliveries/s, ratio to without', median(speed)),
      atMost('MiB more at the most', (rss(stopped) - rss(without)) / MIB, MOST_EXTRA_BYTES / MIB),
      exactly('deliveries wrong', wrongIn([...without, ...stopped]), 0),
    ]
  },
}

function words(results: readonly CrowdLoadResult[]): string {
  const { latencyUs, deliveriesPerSecond } = results.at(-1) as CrowdLoadResult
  return `p99 ${milliseconds(latencyUs.p99)} ms, ${count(deliveriesPerSecond)}/s`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0)
}
