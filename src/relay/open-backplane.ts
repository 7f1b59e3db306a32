/**
 * The backplane that a configuration asks for: none but this node, or a cluster over NATS, which is loaded only then. Owns how the cluster knows the
 * relay: what is said of it in the operational log, who is told what was lost, and how somebody is sent away.
 */

import { hostname } from 'node:os'
import type { Backplane } from './backplane/backplane.js'
import { SingleNode } from './backplane/single.js'
import { ClusterRecords } from './cluster-records.js'
import { type Config, written } from './config/settings.js'
import type { Recipient } from './fanout/recipient.js'
import type { NatsLink } from './history/nats-history-store.js'
import { natsConnection } from './nats-connection.js'
import { Connection } from './net/connection.js'
import type { ClusterNumbers } from './observe/metrics/sources.js'
import type { RelayLog } from './observe/relay-log.js'
import { openDurable, SpeakersOnHold, unsentPlace } from './open-durable.js'
import { StartError } from './start-error.js'

export interface OpenBackplane {
  readonly backplane: Backplane
  /** What history is kept over; `null` for a node that is alone. */
  readonly link: NatsLink | null
  /** For metrics; `null` for a node that is alone. */
  readonly numbers: ClusterNumbers | null
  /** To be called before anything is written to anybody; `null` where nothing is kept. */
  readonly secure: (() => void) | null
  /** A fault of the cluster's own goes there. */
  onFault(fault: (error: unknown) => void): void
  /** What was lost of what was said in a room is said there. */
  onLost(tell: (room: string, text: string) => void): void
  stop(): Promise<void>
}

/**
 * @param takesOver whether a process that was this node before is known to have ended
 * @throws ConfigError with everything that is wrong in the files that the settings name
 * @throws StartError when NATS is there and does not let this node in, or does not have what it takes
 */
export async function openBackplane(
  config: Config,
  log: RelayLog,
  takesOver = false,
): Promise<OpenBackplane> {
  unsentPlace(config)
  if (config.nats.length === 0) return ALONE
  const { options, credentials } = natsConnection(config)
  const [{ credsAuthenticator }, { openNats }, { NatsRefused }, { ClusterNode }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('./backplane/nats/open-nats.js'),
    import('./backplane/nats/nats-error.js'),
    import('./backplane/cluster/cluster-node.js'),
  ])
  const node = config.node === 'auto' ? autoNode() : config.node
  const records = new ClusterRecords(log)
  const connection = {
    ...options,
    name: `parlance ${config.cluster} ${node}`,
    ...(credentials !== null && { authenticator: credsAuthenticator(credentials) }),
  }
  const { cluster: prefix, natsReplicas: replicas } = config
  try {
    const nats = await openNats({ connection, prefix, node, takesOver, replicas, observer: records })
    const { bus, names, leases, sweep } = nats
    const durable = await openDurable(config, node, nats, records).catch(async (error) => {
      await bus.close()
      throw error
    })
    const waiting = new SpeakersOnHold()
    if (durable !== null) durable.onRelief = () => waiting.letGo()
    const cluster = new ClusterNode<Recipient>({
      node,
      bus,
      names,
      leases,
      clock: { now: () => performance.now(), later },
      afterTurn: (callback) => void setImmediate(callback),
      expel: ({ recipientHere }, reason) => {
        const source = recipientHere?.source
        if (source instanceof Connection) source.expel(reason)
      },
      observer: records,
      durable,
      wait: (session) => waiting.hold(session),
    })
    return {
      backplane: cluster,
      link: bus,
      numbers: { cluster, bus, stats: cluster.stats, durable },
      secure: durable === null ? null : () => cluster.secure(),
      onFault: (fault) => records.onFault(fault),
      onLost: (tell) => records.onLost(tell),
      stop: async () => {
        sweep.stop()
        names.stop()
        await cluster.stop()
      },
    }
  } catch (error) {
    if (!(error instanceof NatsRefused)) throw error
    const key = error.code === 'node-in-use' ? 'node' : 'nats'
    throw new StartError(key, key === 'node' ? node : [written(config, 'nats')].flat().join(' '), error)
  }
}

const ALONE: OpenBackplane = {
  backplane: new SingleNode(),
  link: null,
  numbers: null,
  secure: null,
  onFault() {},
  onLost() {},
  async stop() {},
}

/** Another one at each start, so that nobody has to wait for the one before to be gone. */
export function autoNode(): string {
  const host = hostname()
    .replace(/\..*/, '')
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 48)
  const chance = Math.floor(Math.random() * 36 ** 6)
  return `${host}-${chance.toString(36).padStart(6, '0')}`
}

function later(callback: () => void, delayMs: number): { cancel(): void } {
  const timer = setTimeout(callback, delayMs)
  return { cancel: () => clearTimeout(timer) }
}
