/** A room in which every dialect is spoken against one with framed alone: what a delivery costs the server. */

import type { CrowdLoadResult } from '../load/crowd.js'
import { loopName } from '../load/report/words.js'
import { fanout } from '../load/scenarios/fanout.js'
import { median } from '../load/verdict.js'
import { atMost, exactly, type Outcome } from './claim.js'
import { runLoads, wrongIn } from './runs.js'

const MOST_RATIO = 1.15
const LOAD = ['--receivers', '1000', '--in-flight', '1,16', '--seconds', '3']

export const mixedRoom: Outcome = {
  name: 'mixed-room',
  description: 'a room of 1,000 with all dialects against one with framed alone',
  prove: async (rounds, say) => {
    const framed: CrowdLoadResult[][] = []
    const mixed: CrowdLoadResult[][] = []
    for (let round = 1; round <= rounds; round++) {
      framed.push(await runLoads(fanout, LOAD))
      mixed.push(await runLoads(fanout, [...LOAD, '--target', 'dialects']))
      say(`round ${round} of ${rounds}: framed ${words(framed)}; mixed ${words(mixed)}`)
    }
    const loops = framed[0]?.map(({ loop }) => loop) ?? []
    return [
      ...loops.map((loop, load) => {
        const ratios = mixed.map((results, round) => costOf(results, load) / costOf(framed[round], load))
        return atMost(`server CPU a delivery, ratio, ${loopName(loop)}`, median(ratios), MOST_RATIO)
      }),
      exactly('deliveries wrong', wrongIn([...framed, ...mixed].flat()), 0),
    ]
  },
}

function costOf(results: readonly CrowdLoadResult[] | undefined, load: number): number {
  return results?.[load]?.server?.cpuUsPerDelivery ?? Number.NaN
}

function words(runs: readonly CrowdLoadResult[][]): string {
  const costs = runs.at(-1)?.map(({ server }) => server?.cpuUsPerDelivery.toFixed(2)) ?? []
  return `${costs.join(' and ')} µs`
}
