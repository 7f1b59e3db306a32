/**
 * One load after the other on a crowd that is divided among nodes, as `npm run load` puts it on one relay: what each node
 * and NATS spent in the measured window, and what crossed between them.
 */

import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { joinCrowd, oneRoom } from '../load/crowd.js'
import { Fleet } from '../load/fleet.js'
import { NO_VIEW } from '../load/live-view.js'
import { type LoadResult, measureLoad } from '../load/measure.js'
import { Recorder } from '../load/recorder.js'
import type { Loop } from '../load/requests.js'
import { fanout } from '../load/scenarios/fanout.js'
import { scenarioOptions } from '../load/scenarios/load-scenario.js'
import type { NatsTraffic } from './nats-server.js'
import type { Nodes } from './nodes.js'

const HAS_TWO_CORES = availableParallelism() > 1
/** Relays and NATS on one core, the generator on the other, where there are two: so that a node more is no core more. */
export const SERVER_CPU = HAS_TWO_CORES ? 0 : null
const LOAD_CPU = HAS_TWO_CORES ? 1 : null

const SAMPLE_MS = 1000

export interface ClusterCrowd {
  /** In one room; one of them speaks, who is with the first node. */
  readonly clients: number
  readonly payloadBytes: number
  readonly warmUpSeconds: number
  readonly seconds: number
  /** For which nothing is said at first, to see what that costs; 0 to leave it out. */
  readonly idleSeconds: number
}

export interface ClusterLoad {
  readonly load: LoadResult
  /** Over the measured window, as all that follows. */
  readonly cpuSecondsByNode: number[]
  readonly natsCpuSeconds: number
  /** Null without NATS. */
  readonly traffic: NatsTraffic | null
  /** Before anything was said: what it takes to be there, as shares of a core; 0 where that was left out. */
  readonly idle: { readonly cpuShareByNode: number[]; readonly natsCpuShare: number }
}

/** @returns what each of `loops` came to, in order */
export async function loadsOn(
  nodes: Nodes,
  crowd: ClusterCrowd,
  loops: readonly Loop[],
): Promise<ClusterLoad[]> {
  const { clients, payloadBytes, warmUpSeconds, seconds, idleSeconds } = crowd
  const [first] = nodes.servers
  if (first === undefined) throw new RangeError('there is no node')
  const server = {
    ...first,
    ports: nodes.servers.flatMap(({ ports }) => ports),
    nodes: nodes.servers.length,
    pid: null,
  }
  const options = scenarioOptions(fanout, [])
  const fleet = new Fleet({ processes: 1, cpu: LOAD_CPU, nodeArguments: [] })
  try {
    const plan = { topology: oneRoom(options, clients, 1), payloadBytes, trickleBytesPerSecond: 0 }
    await joinCrowd(fleet, server, options, plan, NO_VIEW)
    const idle = await idleOn(nodes, idleSeconds)
    const sent = [0]
    const results: ClusterLoad[] = []
    for (const loop of loops) {
      const before = usageOf(nodes)
      const after = usageOf(nodes)
      const load = await measureLoad(
        fleet,
        new Recorder(1, SAMPLE_MS),
        loop,
        {
          warmUpSeconds,
          seconds,
          churn: null,
          toldOfEach: null,
          opened: () => Object.assign(before, usageOf(nodes)),
          closed: () => Object.assign(after, usageOf(nodes)),
        },
        sent,
      )
      const [natsBefore, natsAfter] = [await before.traffic, await after.traffic]
      results.push({
        load,
        cpuSecondsByNode: after.cpu.map((cpu, node) => cpu - (before.cpu[node] ?? 0)),
        natsCpuSeconds: after.natsCpu - before.natsCpu,
        traffic: natsBefore === null || natsAfter === null ? null : trafficBetween(natsBefore, natsAfter),
        idle,
      })
    }
    return results
  } finally {
    await fleet.end()
  }
}

/** CPU of all nodes together a delivery, in µs; NATS is not among them. */
export function relayUsPerDelivery({ load, cpuSecondsByNode }: ClusterLoad): number {
  return (sum(cpuSecondsByNode) * 1e6) / Math.max(1, load.deliveries)
}

export function natsUsPerDelivery({ load, natsCpuSeconds }: ClusterLoad): number {
  return (natsCpuSeconds * 1e6) / Math.max(1, load.deliveries)
}

async function idleOn(nodes: Nodes, seconds: number): Promise<ClusterLoad['idle']> {
  const [cpuBefore, natsBefore] = [nodes.cpuSecondsByNode, nodes.natsCpuSeconds]
  if (seconds === 0) return { cpuShareByNode: cpuBefore.map(() => 0), natsCpuShare: 0 }
  const beganMs = performance.now()
  await sleep(seconds * 1000)
  const [cpuAfter, natsAfter] = [nodes.cpuSecondsByNode, nodes.natsCpuSeconds]
  const elapsed = (performance.now() - beganMs) / 1000
  return {
    cpuShareByNode: cpuAfter.map((cpu, node) => (cpu - (cpuBefore[node] ?? 0)) / elapsed),
    natsCpuShare: (natsAfter - natsBefore) / elapsed,
  }
}

interface Usage {
  cpu: number[]
  natsCpu: number
  traffic: Promise<NatsTraffic | null>
}

function usageOf(nodes: Nodes): Usage {
  return {
    cpu: nodes.cpuSecondsByNode,
    natsCpu: nodes.natsCpuSeconds,
    traffic: nodes.nats?.traffic() ?? Promise.resolve(null),
  }
}

export function trafficBetween(before: NatsTraffic, after: NatsTraffic): NatsTraffic {
  return {
    messagesIn: after.messagesIn - before.messagesIn,
    bytesIn: after.bytesIn - before.bytesIn,
    messagesOut: after.messagesOut - before.messagesOut,
    bytesOut: after.bytesOut - before.bytesOut,
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
