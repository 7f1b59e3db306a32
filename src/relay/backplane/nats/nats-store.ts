/**
 * What the nodes of a cluster keep in NATS: a bucket of names and one of leases. Owns that they are made when NATS is reached, however late that is, and
 * again when it has lost them.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { JetStreamApiCodes, JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { Bucket, type JetStream } from './bucket.js'
import type { NatsBus } from './nats-bus.js'
import { NatsRefused } from './nats-error.js'

export interface NatsStoreOptions {
  readonly bus: NatsBus
  readonly prefix: string
  /** Of each bucket: on so many servers. */
  readonly replicas: number
  /** It could not be made; it is tried again. */
  readonly failed: (error: Error) => void
}

/** Leases of nodes that nobody has seen end are gone after so long, and so are the marks that leases leave behind. */
const LEASES_KEPT_MS = 10 * 60_000
const RETRY_MS = 1_000
const NO_JETSTREAM =
  'NATS has no JetStream, which keeps the names: start nats-server with -js, or set jetstream in its configuration'

export class NatsStore {
  readonly names: Bucket
  readonly leases: Bucket
  readonly jetStream: JetStream

  private constructor(jetStream: JetStream, names: Bucket, leases: Bucket) {
    this.jetStream = jetStream
    this.names = names
    this.leases = leases
  }

  /**
   * Resolves as soon as NATS was reached and has what it takes; while it is gone that may take for ever.
   * @throws NatsRefused when the server that is there at the start has no JetStream, or too few servers for the replicas
   */
  static async open(options: NatsStoreOptions): Promise<NatsStore> {
    const { bus, failed } = options
    const wasThere = bus.isUp
    for (;;) {
      const connection = await bus.connected
      try {
        const store = await NatsStore.#make(connection, options)
        bus.onLink((isUp) => {
          if (isUp) void store.#restore(options)
        })
        return store
      } catch (error) {
        const refusal = storeRefusalOf(error, options)
        if (wasThere && refusal !== null && bus.isUp) throw refusal
        failed(refusal ?? (error as Error))
        await delay(RETRY_MS)
      }
    }
  }

  static async #make(connection: NatsConnection, options: NatsStoreOptions): Promise<NatsStore> {
    const { bus, prefix, replicas } = options
    const client = jetstream(connection)
    const jetStream = { client, manager: await jetstreamManager(connection) }
    const names = await Bucket.open(bus, jetStream, `${prefix}_names`, { history: 1, replicas })
    const nodes = { history: 1, replicas, ttl: LEASES_KEPT_MS }
    return new NatsStore(jetStream, names, await Bucket.open(bus, jetStream, `${prefix}_nodes`, nodes))
  }

  /** The server may be another one, or have lost its disk. */
  async #restore({ bus, failed }: NatsStoreOptions): Promise<void> {
    while (bus.isUp) {
      try {
        await this.names.restore()
        await this.leases.restore()
        return
      } catch (error) {
        failed((error as Error).cause instanceof Error ? ((error as Error).cause as Error) : (error as Error))
        await delay(RETRY_MS)
      }
    }
  }
}

/** @returns `null` where it may be another time */
export function storeRefusalOf(
  error: unknown,
  { replicas }: Pick<NatsStoreOptions, 'replicas'>,
): NatsRefused | null {
  const options = { cause: error }
  const { message } = error as Error
  if (error instanceof JetStreamApiError) {
    if (error.code === JetStreamApiCodes.JetStreamNotEnabledForAccount)
      return new NatsRefused('jetstream', `${NO_JETSTREAM}, and give it to the account of this node`, options)
    if (error.code === 10074 || /replicas|no suitable peers|insufficient/.test(message)) {
      const words = `NATS cannot keep names on ${replicas} servers (natsReplicas): ${message}`
      return new NatsRefused('jetstream', words, options)
    }
    return null
  }
  // The client has a class for this and keeps it to itself.
  return /jetstream.* not enabled/i.test(message) ? new NatsRefused('jetstream', NO_JETSTREAM, options) : null
}
