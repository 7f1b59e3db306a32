/**
 * Measures what the simulator's coefficients are: a few loads, each of which has one thing more than another one. The
 * arithmetic is by itself (`coefficientsOf`), so that it can be tested without a machine.
 */

import type { Loop } from '../load/requests.js'
import type { Coefficients } from '../simulator/coefficients.js'
import { type IdleCrowd, idleCrowdOn } from './idle-crowd.js'
import { type Latencies, measureLatency } from './latency.js'
import { type ClusterLoad, loadsOn, SERVER_CPU, sum } from './load.js'
import { type Nodes, type NodesPlan, withNodes } from './nodes.js'

const TEXT_BYTES = 64
const CROWD = 1000
const RATE = 1000
/** Memory is what more people take than few: what a process holds at its start comes and goes by megabytes. */
const FEW_CLIENTS = 1000

const ONE_BY_ONE: Loop = { kind: 'closed', inFlight: 1 }
const FULL: Loop = { kind: 'closed', inFlight: 256 }

/** What was measured. Each pair of loads is `[one message at a time, many at once]`. */
export interface Measurements {
  /** One relay alone: a room of a thousand, and one listener. */
  readonly crowd: readonly [ClusterLoad, ClusterLoad]
  readonly one: readonly [ClusterLoad, ClusterLoad]
  /** Two nodes, and one listener on each; then four. */
  readonly two: readonly [ClusterLoad, ClusterLoad]
  readonly four: readonly [ClusterLoad, ClusterLoad]
  readonly latencies: Latencies
  /** On the first of two nodes: few people, and many. */
  readonly few: IdleCrowd
  readonly idle: IdleCrowd
}

export interface CalibrateOptions {
  readonly seconds: number
  /** More than a thousand: what one costs in memory is what they take more than a thousand do. */
  readonly idleClients: number
  readonly natsUrl: string | null
}

export async function measureAll(
  { seconds, idleClients, natsUrl }: CalibrateOptions,
  say: (line: string) => void,
): Promise<Measurements> {
  if (idleClients <= FEW_CLIENTS) {
    throw new RangeError(`--idle-clients ${idleClients}: expected more than ${FEW_CLIENTS}`)
  }
  const on = <Result>(nodes: number, work: (started: Nodes) => Promise<Result>, words: string[] = []) => {
    const plan: NodesPlan = {
      nodes,
      workers: 0,
      listeners: [{ dialect: 'framed' }],
      isCluster: nodes > 1,
      natsUrl,
      cpu: SERVER_CPU,
      serverArguments: words,
    }
    return withNodes(plan, work)
  }
  const pair = async (nodes: number, clients: number) => {
    const crowd = { clients, payloadBytes: TEXT_BYTES, warmUpSeconds: 1, seconds, idleSeconds: seconds }
    const loads = await on(nodes, (started) => loadsOn(started, crowd, [ONE_BY_ONE, FULL]))
    const words = loads.map(({ cpuSecondsByNode }) =>
      cpuSecondsByNode.map((cpu) => cpu.toFixed(2)).join(' + '),
    )
    say(`${nodes} nodes, ${clients} clients: relay CPU s ${words.join('; ')}`)
    return loads as [ClusterLoad, ClusterLoad]
  }
  return {
    crowd: await pair(1, CROWD + 1),
    one: await pair(1, 2),
    // Client n is with node n modulo the nodes: one with each, and the first has a second one who listens.
    two: await pair(2, 3),
    four: await pair(4, 5),
    latencies: await on(2, (nodes) => measureLatency(nodes, { rate: RATE, seconds, natsUrl })),
    few: await on(2, (nodes) => idleCrowdOn(nodes, FEW_CLIENTS), ['--announce-up-to', '0']),
    idle: await on(2, (nodes) => idleCrowdOn(nodes, idleClients), ['--announce-up-to', '0']),
  }
}

/** One load with few messages at once and one with many, of which the difference is what a batch costs. */
interface Slope {
  /** What grows with the batches. */
  readonly perBatch: number
  /** What grows with the messages. */
  readonly perMessage: number
}

/**
 * Of `cost = perMessage + perBatch / size`, from two sizes of batch; nothing costs less than nothing.
 * @throws RangeError when the batches of both were as large
 */
export function slopeOf(costs: readonly [number, number], sizes: readonly [number, number]): Slope {
  const gap = 1 / sizes[0] - 1 / sizes[1]
  if (!(gap > 0)) throw new RangeError(`batches of ${sizes.join(' and ')}: expected the second to be larger`)
  const perBatch = Math.max(0, (costs[0] - costs[1]) / gap)
  return { perBatch, perMessage: Math.max(0, costs[1] - perBatch / sizes[1]) }
}

export function coefficientsOf(measured: Measurements): Coefficients {
  const { crowd, one, two, four, latencies, few, idle } = measured

  // Alone. With one listener a message is one delivery, and all of it is beside what a delivery costs in a crowd.
  const written = slopeOf(
    both(crowd, usPerDelivery),
    both(crowd, ({ load }) => load.deliveriesPerChunk),
  )
  const alone = both(one, (load) => usPerMessageOf(load, 0))
  const single = slopeOf(
    alone,
    both(one, ({ load }) => load.deliveriesPerChunk),
  )
  const turnUs = Math.max(0, single.perBatch - written.perBatch)
  const messageUs = Math.max(0, single.perMessage - written.perMessage)
  const deliveryUs = Math.max(0, written.perMessage - messageUs / CROWD)

  // What the first of two nodes does beside what it does alone, and what the second does beside telling its one listener.
  const sizes = both(two, messagesPerBatch)
  const published = slopeOf(
    [Math.max(0, usPerMessageOf(two[0], 0) - alone[0]), Math.max(0, usPerMessageOf(two[1], 0) - alone[1])],
    sizes,
  )
  const listener = ({ load }: ClusterLoad) => deliveryUs + written.perBatch / load.deliveriesPerChunk
  const received = slopeOf(
    both(two, (load) => Math.max(0, usPerMessageOf(load, 1) - listener(load))),
    sizes,
  )

  // NATS, a batch: in and one out with two nodes, in and three out with four.
  const [toOne, toThree] = [natsUsPerBatch(two[0]), natsUsPerBatch(four[0])]
  const natsOutUs = Math.max(0, (toThree - toOne) / 2)
  const natsInUs = Math.max(0, toOne - natsOutUs)
  const [small, large] = both(two, bytesPerBatch)
  const natsByteUs = Math.max(0, (natsUsPerBatch(two[1]) - toOne) / (large - small))

  // Bytes of a message are those around it, those of its text, and its part of those around the batch.
  const around = slopeOf(
    both(two, (load) => bytesPerBatch(load) / messagesPerBatch(load)),
    sizes,
  )

  const nodeIdleShare = sum(two[0].idle.cpuShareByNode) / two[0].idle.cpuShareByNode.length
  const natsIdleShare = two[0].idle.natsCpuShare
  const told = (idle.deliveries * (deliveryUs + written.perBatch)) / 1e6
  const joinUs = (cpuSeconds: number, idleShare: number) =>
    (Math.max(0, cpuSeconds - idleShare * idle.joinSeconds) * 1e6) / idle.clients
  const [own = 0, remote = 0] = idle.joinCpuSecondsByNode
  const [idleShare = 0] = idle.idleCpuShareByNode
  const [ownFew = 0, remoteFew = 0] = few.bytesByNode
  const [ownMany = 0, remoteMany = 0] = idle.bytesByNode
  const connectionBytes = Math.max(0, ownMany - ownFew) / (idle.clients - few.clients)
  return {
    turnUs,
    messageUs,
    deliveryUs,
    writeUs: written.perBatch,
    publishBatchUs: published.perBatch,
    publishOpUs: published.perMessage,
    // Each batch was a turn of its own there.
    receiveBatchUs: Math.max(0, received.perBatch - turnUs),
    receiveOpUs: received.perMessage,
    natsInUs,
    natsOutUs,
    natsByteUs,
    batchBytes: around.perBatch,
    opBytes: Math.max(0, around.perMessage - TEXT_BYTES),
    ownJoinUs: joinUs(own - told, nodeIdleShare),
    remoteJoinUs: joinUs(remote, nodeIdleShare),
    natsJoinUs: joinUs(idle.joinNatsCpuSeconds, natsIdleShare),
    natsJoinBytes: (idle.joinTraffic?.bytesOut ?? 0) / idle.clients,
    idleConnectionUs: (Math.max(0, idleShare - nodeIdleShare) * 1e6) / idle.clients,
    nodeIdleUs: nodeIdleShare * 1e6,
    natsNodeUs: (natsIdleShare * 1e6) / two[0].idle.cpuShareByNode.length,
    nodeBytes: Math.max(0, ownFew - few.clients * connectionBytes),
    connectionBytes,
    remoteSessionBytes: Math.max(0, remoteMany - remoteFew) / (idle.clients - few.clients),
    hopMs: latencies.extra.getValueAtPercentile(50) / 1000,
  }
}

function both(
  pair: readonly [ClusterLoad, ClusterLoad],
  of: (load: ClusterLoad) => number,
): [number, number] {
  return [of(pair[0]), of(pair[1])]
}

function messagesOf({ load }: ClusterLoad): number {
  return Math.max(1, load.messagesPerSecond * load.seconds)
}

/** Of a relay alone, without what it takes to be there; as the others. */
function usPerDelivery(load: ClusterLoad): number {
  return (workOf(load, 0) * 1e6) / Math.max(1, load.load.deliveries)
}

function usPerMessageOf(load: ClusterLoad, node: number): number {
  return (workOf(load, node) * 1e6) / messagesOf(load)
}

function workOf({ load, cpuSecondsByNode, idle }: ClusterLoad, node: number): number {
  return Math.max(0, (cpuSecondsByNode[node] ?? 0) - (idle.cpuShareByNode[node] ?? 0) * load.seconds)
}

function trafficOf({ traffic }: ClusterLoad) {
  if (traffic === null) throw new Error('what NATS carries is known only of one that is started here')
  return traffic
}

function messagesPerBatch(load: ClusterLoad): number {
  return messagesOf(load) / Math.max(1, trafficOf(load).messagesIn)
}

function bytesPerBatch(load: ClusterLoad): number {
  const { bytesIn, messagesIn } = trafficOf(load)
  return bytesIn / Math.max(1, messagesIn)
}

function natsUsPerBatch(load: ClusterLoad): number {
  const work = Math.max(0, load.natsCpuSeconds - load.idle.natsCpuShare * load.load.seconds)
  return (work * 1e6) / Math.max(1, trafficOf(load).messagesIn)
}
