/**
 * A room of a thousand on one relay alone, on one node of a cluster without others, and on two nodes that have half of it
 * each: what a delivery costs, as ratios of runs in turn.
 */

import { loopName, wrongIn } from '../load/report/words.js'
import type { Loop } from '../load/requests.js'
import { median } from '../load/verdict.js'
import { atMost, type Claim, exactly, explains } from '../outcomes/claim.js'
import { type ClusterLoad, loadsOn, natsUsPerDelivery, relayUsPerDelivery, SERVER_CPU } from './load.js'
import { type NodesPlan, withNodes } from './nodes.js'

const MOST_SPLIT_RATIO = 1.1
const MOST_CLUSTER_RATIO = 1.03
const LOOPS: readonly Loop[] = [
  { kind: 'closed', inFlight: 1 },
  { kind: 'closed', inFlight: 256 },
]

export interface SplitOptions {
  readonly rounds: number
  readonly receivers: number
  readonly seconds: number
  readonly natsUrl: string | null
}

interface Variant {
  readonly name: string
  readonly plan: Pick<NodesPlan, 'nodes' | 'isCluster'>
  /** By round, then by loop. */
  readonly runs: ClusterLoad[][]
}

export async function proveSplit(options: SplitOptions, say: (line: string) => void): Promise<Claim[]> {
  const { rounds, receivers, seconds, natsUrl } = options
  const alone: Variant = { name: 'alone', plan: { nodes: 1, isCluster: false }, runs: [] }
  const single: Variant = { name: 'a cluster of one', plan: { nodes: 1, isCluster: true }, runs: [] }
  const two: Variant = { name: 'two nodes', plan: { nodes: 2, isCluster: true }, runs: [] }
  const crowd = { clients: receivers + 1, payloadBytes: 64, warmUpSeconds: 1, seconds, idleSeconds: 0 }
  for (let round = 1; round <= rounds; round++) {
    for (const { plan, runs } of [alone, single, two]) {
      const nodes: NodesPlan = {
        ...plan,
        workers: 0,
        listeners: [{ dialect: 'framed' }],
        natsUrl,
        cpu: SERVER_CPU,
        serverArguments: [],
      }
      runs.push(await withNodes(nodes, (started) => loadsOn(started, crowd, LOOPS)))
    }
    say(`round ${round} of ${rounds}: ${[alone, single, two].map(words).join('; ')}`)
  }
  return splitClaims(alone.runs, single.runs, two.runs)
}

/** @param alone by round, then by loop, as the others */
export function splitClaims(
  alone: readonly ClusterLoad[][],
  single: readonly ClusterLoad[][],
  two: readonly ClusterLoad[][],
): Claim[] {
  return [
    ...LOOPS.flatMap((loop, index) => [
      atMost(
        `two nodes: relay CPU a delivery, ratio to alone, ${loopName(loop)}`,
        medianRatio(two, alone, index),
        MOST_SPLIT_RATIO,
      ),
      explains('  messages in a write, two nodes', medianBatch(two, index)),
      explains('  messages in a write, alone', medianBatch(alone, index)),
      explains(
        `  NATS µs a delivery`,
        median(two.map((loads) => natsUsPerDelivery(loads[index] as ClusterLoad))),
      ),
      explains(
        `  relay µs a delivery, alone`,
        median(alone.map((loads) => relayUsPerDelivery(loads[index] as ClusterLoad))),
      ),
    ]),
    ...LOOPS.map((loop, index) =>
      atMost(
        `a cluster of one: relay CPU a delivery, ratio to alone, ${loopName(loop)}`,
        medianRatio(single, alone, index),
        MOST_CLUSTER_RATIO,
      ),
    ),
    exactly(
      'deliveries wrong',
      [...alone, ...single, ...two].flat().reduce((wrong, { load }) => wrong + wrongIn(load.account), 0),
      0,
    ),
  ]
}

/** The more messages are in a write, the less each of them costs: what a ratio has to be read with. */
function medianBatch(runs: readonly ClusterLoad[][], index: number): number {
  return median(runs.map((loads) => (loads[index] as ClusterLoad).load.deliveriesPerChunk))
}

/** Of each round with itself: a slow minute takes all of its runs along. */
function medianRatio(runs: readonly ClusterLoad[][], base: readonly ClusterLoad[][], index: number): number {
  return median(
    runs.map(
      (loads, round) =>
        relayUsPerDelivery(loads[index] as ClusterLoad) /
        relayUsPerDelivery(base[round]?.[index] as ClusterLoad),
    ),
  )
}

function words({ name, runs }: Variant): string {
  const costs = runs.at(-1)?.map((load) => relayUsPerDelivery(load).toFixed(2)) ?? []
  return `${name} ${costs.join(' and ')} µs`
}
