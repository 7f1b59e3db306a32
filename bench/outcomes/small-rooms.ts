/**
 * A thousand rooms of ten against one room of a thousand, with batches of one size: what a delivery costs when there
 * are only nine to share a message's reading, recording and batching among. Two further loads say where the rest goes.
 */

import type { CrowdLoadResult } from '../load/crowd.js'
import { perCpuSecond } from '../load/pairs.js'
import { count } from '../load/report/words.js'
import { rooms } from '../load/scenarios/rooms.js'
import { median } from '../load/verdict.js'
import { atLeast, type Claim, exactly, explains, type Outcome } from './claim.js'
import { runOnce, wrongIn } from './runs.js'

/** What must not be lost again. docs/performance.md says what it is, and what stands in the way of more. */
const LEAST_SHARE = 0.45

/**
 * In flight for each who speaks, which is how many messages come in one read and leave in one write: so the batches
 * are of one size.
 */
const LOAD = ['--in-flight', '16', '--seconds', '4']

interface Variant {
  readonly words: readonly string[]
  readonly serverArguments: readonly string[]
  readonly results: CrowdLoadResult[]
}

function variant(roomCount: number, members: number, serverArguments: readonly string[] = []): Variant {
  return {
    words: ['--rooms', `${roomCount}`, '--members', `${members}`, ...LOAD],
    serverArguments,
    results: [],
  }
}

export const smallRooms: Outcome = {
  name: 'small-rooms',
  description: '1,000 rooms of 10 against one room of 1,000',
  prove: async (rounds, say): Promise<Claim[]> => {
    const one = variant(1, 1000)
    const many = variant(1000, 10)
    const large = variant(1, 10_000)
    const unrecorded = variant(1000, 10, ['--log-dir', 'off'])
    const all = [one, many, large, unrecorded]
    for (let round = 1; round <= rounds; round++) {
      for (const { words, serverArguments, results } of all) {
        results.push(await runOnce(rooms, words, serverArguments))
      }
      const paces = all.map(({ results }) => count(perCpuSecond(results.at(-1) as CrowdLoadResult)))
      say(`round ${round} of ${rounds}, deliveries/CPU s: one room ${paces[0]}, many rooms ${paces[1]}`)
    }
    const share = ({ results }: Variant, of: Variant) =>
      median(
        results.map(
          (result, round) => perCpuSecond(result) / perCpuSecond(of.results[round] as CrowdLoadResult),
        ),
      )
    const batch = (results: CrowdLoadResult[]) =>
      median(results.map(({ deliveriesPerChunk }) => deliveriesPerChunk))
    return [
      atLeast('deliveries/CPU s, ratio to one room of 1,000', share(many, one), LEAST_SHARE),
      explains('  to one room with as many connections', share(many, large)),
      explains('  without the chat log', share(unrecorded, one)),
      explains('  without it, to as many connections', share(unrecorded, large)),
      explains('messages in a batch, one room', batch(one.results)),
      explains('messages in a batch, many rooms', batch(many.results)),
      exactly('deliveries wrong', wrongIn(all.flatMap(({ results }) => results)), 0),
    ]
  },
}
