/**
 * Relays that are nodes of one cluster, on this machine and started from this tree: several of them, or one with workers,
 * with a NATS server where they need one. `alone` is a relay that knows nothing of clusters.
 */

import type { ListenerPlan } from '../load/listeners.js'
import { type Server, spawnServer } from '../load/server.js'
import { attachedNats, type NatsServer, startNats } from './nats-server.js'
import { cpuSecondsOf, residentBytesOf, treeOf } from './process-trees.js'

/** Several processes start on the same cores, one after the other ask NATS, and learn of each other. */
const READY_MS = 90_000

export interface NodesPlan {
  /** Relays of their own; with 1 and no workers, alone unless `cluster` says otherwise. */
  readonly nodes: number
  /** Worker processes of each, on shared ports; 0 for a relay that is one process. */
  readonly workers: number
  readonly listeners: readonly ListenerPlan[]
  /** Whether they are told of NATS: needed for more than one node or worker. */
  readonly isCluster: boolean
  /** A server that runs already; started here when null. */
  readonly natsUrl: string | null
  /** The core to keep relays and NATS on; null to let them roam. */
  readonly cpu: number | null
  readonly serverArguments: readonly string[]
}

export class Nodes {
  readonly servers: readonly Server[]
  readonly nats: NatsServer | null

  constructor(servers: readonly Server[], nats: NatsServer | null) {
    this.servers = servers
    this.nats = nats
  }

  /** The relays and their workers that are there now. */
  get relayPids(): number[] {
    return this.servers.flatMap(({ pid }) => (pid === null ? [] : treeOf(pid)))
  }

  get relayCpuSeconds(): number {
    return cpuSecondsOf(this.relayPids)
  }

  /** Of each node alone. */
  get cpuSecondsByNode(): number[] {
    return this.servers.map(({ pid }) => (pid === null ? 0 : cpuSecondsOf(treeOf(pid))))
  }

  get residentBytes(): number {
    return residentBytesOf(this.relayPids)
  }

  get residentBytesByNode(): number[] {
    return this.servers.map(({ pid }) => (pid === null ? 0 : residentBytesOf(treeOf(pid))))
  }

  /** 0 where NATS is not here, or not ours. */
  get natsCpuSeconds(): number {
    const pid = this.nats?.pid ?? null
    return pid === null ? 0 : cpuSecondsOf([pid])
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()))
    await this.nats?.stop()
  }
}

/** @throws Error with the end of its output when one does not start; the others are stopped */
export async function startNodes(plan: NodesPlan): Promise<Nodes> {
  const { nodes, workers, listeners, isCluster, natsUrl, cpu } = plan
  const nats = !isCluster ? null : natsUrl === null ? await startNats(cpu) : await attachedNats(natsUrl)
  const serverArguments = [
    ...(nats === null ? [] : ['--nats', nats.url]),
    ...(workers === 0 ? [] : ['--workers', `${workers}`]),
    ...plan.serverArguments,
  ]
  const servers: Server[] = []
  try {
    for (let node = 0; node < nodes; node++) {
      servers.push(
        await spawnServer({
          kind: 'parlance',
          cpu,
          arguments: serverArguments,
          listeners,
          readyMs: READY_MS,
        }),
      )
    }
    return new Nodes(servers, nats)
  } catch (error) {
    await new Nodes(servers, nats).stop()
    throw error
  }
}

/** Starts them, and stops them when `work` is done. */
export async function withNodes<Result>(
  plan: NodesPlan,
  work: (nodes: Nodes) => Promise<Result>,
): Promise<Result> {
  const nodes = await startNodes(plan)
  try {
    return await work(nodes)
  } finally {
    await nodes.stop()
  }
}
