/**
 * The modules by themselves, without a network: what they do a second and what they allocate.
 *
 *     node --expose-gc --max-semi-space-size=64 --import tsx bench/micro/cli.ts [decode|encode|fanout|hub|hooks|history|allowances|records|websocket|admin …]
 */

import { table } from '../load/report/table.js'
import { count } from '../load/report/words.js'
import { adminContests } from './admin.js'
import { allowanceContests } from './allowances.js'
import { type Contest, runContests, type Standing } from './contest.js'
import { fanoutContests } from './fanout.js'
import { decoderContests } from './frame-decoder.js'
import { encoderContests } from './frame-encoder.js'
import { historyContests } from './history.js'
import { hookContests } from './hooks.js'
import { hubContests } from './hub.js'
import { recordContests } from './records.js'
import { webSocketContests } from './websocket.js'

interface Group {
  unit: string
  contests: () => Contest[] | Promise<Contest[]>
  /** Whether the first contender is held against the others. */
  compares: boolean
  conclude: (standings: readonly Standing[]) => void
}

/** What is aimed at: against each other decoder, and without any allocation where chunks hold whole frames. */
const AIM_TIMES_FASTER = 3

/** Below the smallest object that one frame in fifty could have left behind; what weighing itself leaves. */
const NO_ALLOCATION_BYTES = 0.25

const GROUPS: ReadonlyMap<string, Group> = new Map([
  ['decode', { unit: 'frame', contests: decoderContests, compares: true, conclude: concludeDecoding }],
  ['encode', { unit: 'frame', contests: encoderContests, compares: true, conclude: concludeAllocation }],
  ['fanout', { unit: 'delivery', contests: fanoutContests, compares: false, conclude: () => {} }],
  ['hub', { unit: 'operation', contests: hubContests, compares: false, conclude: () => {} }],
  ['hooks', { unit: 'message', contests: hookContests, compares: true, conclude: () => {} }],
  ['history', { unit: 'message', contests: historyContests, compares: true, conclude: () => {} }],
  ['allowances', { unit: 'request', contests: allowanceContests, compares: true, conclude: () => {} }],
  ['records', { unit: 'record', contests: recordContests, compares: true, conclude: () => {} }],
  ['admin', { unit: 'item', contests: adminContests, compares: false, conclude: () => {} }],
  ['websocket', { unit: 'frame', contests: webSocketContests, compares: false, conclude: () => {} }],
])

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...GROUPS.keys()]
for (const name of wanted) {
  const group = GROUPS.get(name)
  if (group === undefined) {
    console.error(`no benchmark ${name}; there are ${[...GROUPS.keys()].join(', ')}`)
    process.exitCode = 64
    break
  }
  const standings = await runContests(await group.contests())
  console.log(`\n${standingsTable(group, standings)}`)
  group.conclude(standings)
}

function standingsTable({ unit, compares }: Group, standings: readonly Standing[]): string {
  const plural = unit === 'delivery' ? 'deliveries' : `${unit}s`
  const header = ['', '', `${plural}/s`, `ns/${unit}`, `bytes allocated/${unit}`]
  const rows = standings.map((standing) => {
    const { contest, contender, unitsPerSecond, allocatedBytesPerUnit, firstIsTimesFaster } = standing
    const isFirst = standings.find((one) => one.contest === contest) === standing
    return [
      contest,
      contender,
      count(unitsPerSecond),
      (1e9 / unitsPerSecond).toPrecision(3),
      allocatedBytesPerUnit.toFixed(2),
      ...(compares ? [isFirst ? '' : `${firstIsTimesFaster.toFixed(1)}×`] : []),
    ]
  })
  return table(compares ? [...header, 'ours is'] : header, rows)
}

function concludeAllocation(standings: readonly Standing[]): void {
  const weighed = standings.filter(
    ({ contest, contender }) => contender === 'parlance' && !contest.includes('cut'),
  )
  const most = Math.max(...weighed.map(({ allocatedBytesPerUnit }) => allocatedBytesPerUnit))
  console.log(
    `allocated a frame, where frames are whole in their chunk: at most ${most.toFixed(2)} bytes ` +
      `(aim none: ${most < NO_ALLOCATION_BYTES ? 'met' : 'MISSED'})`,
  )
}

function concludeDecoding(standings: readonly Standing[]): void {
  concludeAllocation(standings)
  for (const other of ['pg-protocol', 'mqtt-packet']) {
    const times = standings
      .filter(({ contender }) => contender === other)
      .map((one) => one.firstIsTimesFaster)
    const least = Math.min(...times)
    const verdict = least >= AIM_TIMES_FASTER ? 'met' : 'MISSED'
    console.log(
      `decoding: at least ${least.toFixed(1)} times the frames/s of ${other} (aim ${AIM_TIMES_FASTER}: ${verdict})`,
    )
  }
}
