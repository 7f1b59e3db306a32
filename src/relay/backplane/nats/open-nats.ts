/** What a node has of NATS: one connection, and on it the bus, the names and the lease. Owns that a start which cannot come to anything ends. */

import type { ConnectionOptions } from '@nats-io/transport-node'
import { type BusObserver, NatsBus } from './nats-bus.js'
import { NatsLeases } from './nats-leases.js'
import { NatsNames } from './nats-names.js'
import { NatsStore } from './nats-store.js'
import { Sweep } from './sweep.js'

export interface NatsOptions {
  readonly connection: ConnectionOptions
  /** Of everything that the cluster has in NATS. */
  readonly prefix: string
  /** This node's id. */
  readonly node: string
  /** See `NatsLeasesOptions`. */
  readonly takesOver: boolean
  readonly replicas: number
  readonly observer: BusObserver
}

export interface Nats {
  readonly bus: NatsBus
  readonly names: NatsNames
  readonly leases: NatsLeases
  readonly store: Promise<NatsStore>
  readonly sweep: Sweep
}

/**
 * Resolves when this node has its lease, or NATS cannot be reached: then it is taken as soon as it can be.
 * @throws NatsRefused when NATS does not let this node in, has no JetStream, or another node has this node's id
 */
export async function openNats(options: NatsOptions): Promise<Nats> {
  const { connection, prefix, node, takesOver, replicas, observer } = options
  const bus = await NatsBus.open({ connection, prefix, observer })
  const failed = (error: Error) => observer.linkFailed(error)
  const store = NatsStore.open({ bus, prefix, replicas, failed })
  // Whoever waits for it hears of it.
  store.catch(() => {})
  const leases = new NatsLeases({ bus, store, node, takesOver, failed })
  const names = new NatsNames({ bus, store, leases, node })
  try {
    if (bus.isUp) await leases.take(false)
  } catch (error) {
    await bus.close()
    throw error
  }
  return { bus, names, leases, store, sweep: new Sweep({ bus, store, leases, node, failed }) }
}
