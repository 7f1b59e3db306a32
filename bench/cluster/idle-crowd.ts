/** Many people on the first node of several who say nothing: what each costs there, and on a node that only knows of them. */

import { setTimeout as sleep } from 'node:timers/promises'
import { joinCrowd, oneRoom } from '../load/crowd.js'
import { Fleet, MAX_CLIENTS_PER_PROCESS } from '../load/fleet.js'
import { NO_VIEW } from '../load/live-view.js'
import { fanout } from '../load/scenarios/fanout.js'
import { scenarioOptions } from '../load/scenarios/load-scenario.js'
import { trafficBetween } from './load.js'
import type { NatsTraffic } from './nats-server.js'
import type { Nodes } from './nodes.js'

const SETTLE_MS = 3000
const IDLE_SECONDS = 5

export interface IdleCrowd {
  readonly clients: number
  /** Until everybody was in and nothing was told any more, and what follows meanwhile. */
  readonly joinSeconds: number
  readonly joinCpuSecondsByNode: number[]
  readonly joinNatsCpuSeconds: number
  /** Between the nodes meanwhile; null without NATS. */
  readonly joinTraffic: NatsTraffic | null
  /** What the first node told its people of each other, in deliveries. */
  readonly deliveries: number
  readonly idleCpuShareByNode: number[]
  /** With everybody in. */
  readonly bytesByNode: number[]
}

export async function idleCrowdOn(nodes: Nodes, clients: number): Promise<IdleCrowd> {
  const [first] = nodes.servers
  if (first === undefined) throw new RangeError('there is no node')
  const options = scenarioOptions(fanout, ['--joining', '30'])
  const processes = Math.ceil(clients / MAX_CLIENTS_PER_PROCESS)
  const fleet = new Fleet({ processes, cpu: null, nodeArguments: [] })
  try {
    await sleep(SETTLE_MS)
    const [cpuBefore, natsBefore] = [nodes.cpuSecondsByNode, nodes.natsCpuSeconds]
    const beganMs = performance.now()
    const trafficBefore = (await nodes.nats?.traffic()) ?? null
    const plan = { topology: oneRoom(options, clients, 1), payloadBytes: 64, trickleBytesPerSecond: 0 }
    await joinCrowd(fleet, { ...first, pid: null }, options, plan, NO_VIEW)
    await sleep(SETTLE_MS)
    const joinSeconds = (performance.now() - beganMs) / 1000
    const [cpuJoined, natsJoined] = [nodes.cpuSecondsByNode, nodes.natsCpuSeconds]
    const trafficJoined = (await nodes.nats?.traffic()) ?? null
    const deliveries = await deliveriesOf(first.metricsUrl)
    const idleBefore = nodes.cpuSecondsByNode
    await sleep(IDLE_SECONDS * 1000)
    const idleAfter = nodes.cpuSecondsByNode
    return {
      clients,
      joinSeconds,
      joinCpuSecondsByNode: cpuJoined.map((cpu, node) => cpu - (cpuBefore[node] ?? 0)),
      joinNatsCpuSeconds: natsJoined - natsBefore,
      joinTraffic:
        trafficBefore === null || trafficJoined === null
          ? null
          : trafficBetween(trafficBefore, trafficJoined),
      deliveries,
      idleCpuShareByNode: idleAfter.map((cpu, node) => (cpu - (idleBefore[node] ?? 0)) / IDLE_SECONDS),
      bytesByNode: nodes.residentBytesByNode,
    }
  } finally {
    await fleet.end()
  }
}

async function deliveriesOf(metricsUrl: string | null): Promise<number> {
  if (metricsUrl === null) throw new Error('the relay has no metrics')
  const text = await (await fetch(metricsUrl)).text()
  const found = /^parlance_deliveries_total (\S+)$/m.exec(text)
  if (found === null) throw new Error(`${metricsUrl}: expected parlance_deliveries_total`)
  return Number(found[1])
}
