/**
 * The frame codec against others, and what it allocates:
 *
 *     node --expose-gc --max-semi-space-size=64 --import tsx bench/micro/cli.ts [decode|encode]
 */

import { table } from '../load/report/table.js'
import { count } from '../load/report/words.js'
import { runContests, type Standing } from './contest.js'
import { decoderContests } from './frame-decoder.js'
import { encoderContests } from './frame-encoder.js'

/** What is aimed at: against each other decoder, and without any allocation where chunks hold whole frames. */
const AIM_TIMES_FASTER = 3

/** Below the smallest object that one frame in fifty could have left behind; what weighing itself leaves. */
const NO_ALLOCATION_BYTES = 0.25

const only = process.argv[2]
const contests = [
  ...(only === 'encode' ? [] : decoderContests()),
  ...(only === 'decode' ? [] : encoderContests()),
]

function row(standing: Standing): string[] {
  const { contest, contender, framesPerSecond, allocatedBytesPerFrame, firstIsTimesFaster } = standing
  const isFirst = contender === 'parlance'
  return [
    contest,
    contender,
    count(framesPerSecond),
    allocatedBytesPerFrame.toFixed(2),
    isFirst ? '' : `${firstIsTimesFaster.toFixed(1)}×`,
  ]
}

const standings = await runContests(contests)
console.log(`\n${table(['', 'codec', 'frames/s', 'bytes allocated/frame', 'ours is'], standings.map(row))}`)

const weighed = standings.filter(
  ({ contest, contender }) => contender === 'parlance' && !contest.includes('cut'),
)
const most = Math.max(...weighed.map(({ allocatedBytesPerFrame }) => allocatedBytesPerFrame))
console.log(
  `allocated a frame, where frames are whole in their chunk: at most ${most.toFixed(2)} bytes ` +
    `(aim none: ${most < NO_ALLOCATION_BYTES ? 'met' : 'MISSED'})`,
)

const decoders = standings.filter(({ contest }) => contest.startsWith('decode'))
for (const other of ['pg-protocol', 'mqtt-packet']) {
  const times = decoders.filter(({ contender }) => contender === other).map((one) => one.firstIsTimesFaster)
  if (times.length === 0) continue
  const least = Math.min(...times)
  const verdict = least >= AIM_TIMES_FASTER ? 'met' : 'MISSED'
  console.log(
    `decoding: at least ${least.toFixed(1)} times the frames/s of ${other} (aim ${AIM_TIMES_FASTER}: ${verdict})`,
  )
}
