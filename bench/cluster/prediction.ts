/** What the simulator says of 1, 2 and 4 nodes on this machine, and what they do. */

import { wrongIn } from '../load/report/words.js'
import type { Loop } from '../load/requests.js'
import { atMost, type Claim, exactly, explains } from '../outcomes/claim.js'
import type { Coefficients } from '../simulator/coefficients.js'
import { type Prediction, simulate } from '../simulator/model.js'
import { hotRoom, USUAL_LIMITS } from '../simulator/scenario.js'
import { type ClusterLoad, loadsOn, SERVER_CPU, sum } from './load.js'
import { type NodesPlan, withNodes } from './nodes.js'

const NODES = [1, 2, 4] as const
/** A steady room that leaves the core some rest, and one in which batches grow. */
const RATES = [20, 60] as const
const TEXT_BYTES = 64

/** By how much a prediction may miss, as a share of what was measured. */
const MOST_CPU_ERROR = 0.2
const MOST_TRAFFIC_ERROR = 0.15

export interface PredictionOptions {
  readonly receivers: number
  readonly seconds: number
  readonly natsUrl: string | null
}

/** One load: what was said of it, and what it was. */
export interface Pair {
  readonly nodes: number
  readonly rate: number
  readonly predicted: Prediction
  readonly measured: ClusterLoad
}

export async function checkPredictions(
  costs: Coefficients,
  { receivers, seconds, natsUrl }: PredictionOptions,
  say: (line: string) => void,
): Promise<Claim[]> {
  const pairs: Pair[] = []
  for (const nodes of NODES) {
    const plan: NodesPlan = {
      nodes,
      workers: 0,
      listeners: [{ dialect: 'framed' }],
      isCluster: nodes > 1,
      natsUrl,
      cpu: SERVER_CPU,
      serverArguments: [],
    }
    const clients = receivers + 1
    const crowd = { clients, payloadBytes: TEXT_BYTES, warmUpSeconds: 1, seconds, idleSeconds: 0 }
    const loops = RATES.map((perSecond): Loop => ({ kind: 'open', perSecond, arrivals: 'poisson', seed: 1 }))
    const loads = await withNodes(plan, (started) => loadsOn(started, crowd, loops))
    for (const [index, measured] of loads.entries()) {
      // The rate that there was: at random, a few more or fewer than were asked for.
      const predicted = predictionOf(costs, nodes, clients, measured.load.messagesPerSecond)
      const pair = { nodes, rate: RATES[index] as number, predicted, measured }
      pairs.push(pair)
      say(pairWords(pair))
    }
  }
  return predictionClaims(pairs)
}

export function predictionOf(costs: Coefficients, nodes: number, clients: number, rate: number): Prediction {
  return simulate(
    {
      nodes,
      clients,
      rooms: hotRoom(clients),
      messagesPerSecond: rate,
      textBytes: TEXT_BYTES,
      joinsPerSecond: 0,
      announceUpTo: 0,
      natsServers: 1,
      limits: USUAL_LIMITS,
    },
    costs,
  )
}

/** Relay CPU of all nodes, and what crossed, by the second. */
function figuresOf({ nodes, predicted, measured }: Pair) {
  const { load, cpuSecondsByNode, traffic } = measured
  return {
    cpu: [predicted.nodeCpuShare * nodes, sum(cpuSecondsByNode) / load.seconds],
    natsCpu: [predicted.natsCpuCores, measured.natsCpuSeconds / load.seconds],
    messages: [predicted.natsMessagesOut, (traffic?.messagesOut ?? 0) / load.seconds],
    bytes: [predicted.natsBytesOut, (traffic?.bytesOut ?? 0) / load.seconds],
  } satisfies Record<string, [number, number]>
}

export function predictionClaims(pairs: readonly Pair[]): Claim[] {
  return [
    ...pairs.flatMap((pair) => {
      const { cpu, natsCpu, bytes } = figuresOf(pair)
      const what = `${pair.nodes} nodes, ${pair.rate} messages/s`
      const claims = [atMost(`${what}: relay CPU, error`, errorOf(cpu), MOST_CPU_ERROR)]
      if (pair.nodes === 1) return claims
      return [
        ...claims,
        atMost(`${what}: bytes out of NATS, error`, errorOf(bytes), MOST_TRAFFIC_ERROR),
        explains(`${what}: NATS CPU, error`, errorOf(natsCpu)),
      ]
    }),
    exactly(
      'deliveries wrong',
      pairs.reduce((wrong, { measured }) => wrong + wrongIn(measured.load.account), 0),
      0,
    ),
  ]
}

/** @param of predicted, measured */
export function errorOf([predicted, measured]: readonly [number, number]): number {
  return Math.abs(predicted / measured - 1)
}

function pairWords(pair: Pair): string {
  const { cpu, natsCpu, messages, bytes } = figuresOf(pair)
  const shares = (values: readonly number[]) =>
    values.map((share) => `${(share * 100).toFixed(1)}%`).join(' | ')
  const counts = (values: readonly number[]) => values.map((value) => Math.round(value)).join(' | ')
  const nats = `, NATS CPU ${shares(natsCpu)}, messages/s ${counts(messages)}, bytes/s ${counts(bytes)}`
  return `${pair.nodes} nodes, ${pair.rate} messages/s, predicted | measured: relay CPU ${shares(cpu)}${pair.nodes > 1 ? nats : ''}`
}
