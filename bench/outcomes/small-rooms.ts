/** A thousand rooms of ten cost a delivery little more than one room of a thousand, with batches of one size. */

import type { CrowdLoadResult } from '../load/crowd.js'
import { perCpuSecond } from '../load/pairs.js'
import { count } from '../load/report/words.js'
import { rooms } from '../load/scenarios/rooms.js'
import { median } from '../load/verdict.js'
import { atLeast, exactly, type Outcome } from './claim.js'
import { runOnce, wrongIn } from './runs.js'

const LEAST_SHARE = 0.8

/**
 * In flight for each who speaks, which is how many messages come in one read and leave in one write: so the batches
 * are of one size, and so are the deliveries of a round.
 */
const LOAD = ['--in-flight', '16', '--seconds', '4']
const ONE_ROOM = ['--rooms', '1', '--members', '1000', ...LOAD]
const MANY_ROOMS = ['--rooms', '1000', '--members', '10', ...LOAD]

export const smallRooms: Outcome = {
  name: 'small-rooms',
  description: '1,000 rooms of 10 against one room of 1,000',
  prove: async (rounds, say) => {
    const one: CrowdLoadResult[] = []
    const many: CrowdLoadResult[] = []
    for (let round = 1; round <= rounds; round++) {
      one.push(await runOnce(rooms, ONE_ROOM))
      many.push(await runOnce(rooms, MANY_ROOMS))
      say(`round ${round} of ${rounds}: one room ${words(one)}; many rooms ${words(many)}`)
    }
    const shares = many.map(
      (result, round) => perCpuSecond(result) / perCpuSecond(one[round] as CrowdLoadResult),
    )
    return [
      atLeast('deliveries/CPU s, ratio to one room', median(shares), LEAST_SHARE),
      exactly('deliveries wrong', wrongIn([...one, ...many]), 0),
    ]
  },
}

function words(results: readonly CrowdLoadResult[]): string {
  const result = results.at(-1) as CrowdLoadResult
  return `${count(perCpuSecond(result))}/CPU s in batches of ${result.deliveriesPerChunk.toFixed(1)}`
}
