/**
 * Names of nodes that are no more, which nobody has asked for since. Owns that one node removes them: the first by name of those that are there, some
 * seconds after a death, and after its own start.
 */

import { DeliverPolicy } from '@nats-io/jetstream'
import type { NatsBus } from './nats-bus.js'
import type { NatsLeases } from './nats-leases.js'
import { ownerOf } from './nats-names.js'
import type { NatsStore } from './nats-store.js'
import { Slots } from './slots.js'

export interface SweepOptions {
  readonly bus: NatsBus
  readonly store: Promise<NatsStore>
  readonly leases: Pick<NatsLeases, 'isDead' | 'others' | 'onDeath'>
  /** This node's id. */
  readonly node: string
  readonly failed: (error: Error) => void
  /** Until whoever died has had the time to begin anew, and to claim its people's names. */
  readonly afterMs?: number
}

const AFTER_MS = 30_000
/** Beside what people ask for. */
const AT_ONCE = 32
const FETCHED_AT_ONCE = 500
const FETCH_MS = 2_000

export class Sweep {
  readonly #options: SweepOptions
  #timer: NodeJS.Timeout | null = null
  #isStopped = false

  constructor(options: SweepOptions) {
    this.#options = options
    options.leases.onDeath(() => this.#plan())
    this.#plan()
  }

  stop(): void {
    this.#isStopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #plan(): void {
    if (this.#timer !== null || this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#sweep().catch((error: Error) => {
        if (this.#isStopped) return
        this.#options.failed(error)
        this.#plan()
      })
    }, this.#options.afterMs ?? AFTER_MS)
    this.#timer.unref()
  }

  async #sweep(): Promise<void> {
    const { bus, store, leases, node } = this.#options
    if (!bus.isUp) {
      this.#plan()
      return
    }
    if (leases.others().some((other) => other.node < node)) return
    const { names, jetStream } = await store
    const slots = new Slots(AT_ONCE)
    const consumer = await jetStream.client.consumers.get(names.streamName, {
      deliver_policy: DeliverPolicy.LastPerSubject,
    })
    try {
      for (let pending = (await consumer.info()).num_pending; pending > 0 && !this.#isStopped; ) {
        const batch = await consumer.fetch({ max_messages: FETCHED_AT_ONCE, expires: FETCH_MS })
        const removals: Promise<unknown>[] = []
        let isEmpty = true
        for await (const message of batch) {
          isEmpty = false
          pending = message.info.pending
          const owner = ownerOf(message.string())
          const revision = message.seq
          removals.push(slots.run(async () => (await leases.isDead(owner)) && names.remove(revision)))
        }
        await Promise.all(removals)
        if (isEmpty) break
      }
    } finally {
      // NATS would keep it for five minutes.
      await consumer.delete()
    }
  }
}
