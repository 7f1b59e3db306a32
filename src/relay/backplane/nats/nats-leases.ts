/**
 * That this node is there, and who of the others is. Owns this node's lease and the clock by which it is held.
 *
 *   ── renewal sent ── … ── 2.5 s: not fresh, whatever NATS does ── 3 s: the earliest at which others can have declared it dead
 *
 * Whoever declares a node dead has read its lease, and has deleted that very revision 3 s later; a renewal between the two would have made another
 * one. So a node whose last answered renewal was *sent* less than 2.5 s ago is alive, by its own clock alone, also when it was stopped in between.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { DeadNode, LeaseListener, Leases } from '../bus.js'
import { Unreachable } from './bucket.js'
import { ended, incarnationAfter, parseLease } from './lease.js'
import type { NatsBus } from './nats-bus.js'
import { NatsRefused } from './nats-error.js'
import type { NatsStore } from './nats-store.js'
import { Suspicions } from './suspicions.js'

export interface NatsLeasesOptions {
  readonly bus: NatsBus
  readonly store: Promise<NatsStore>
  /** This node's id. */
  readonly node: string
  /** Whether whoever had this id before is known to have ended: then nobody waits to see that it does not renew its lease. */
  readonly takesOver: boolean
  /** What nobody expects, such as somebody else of the same id. It goes on. */
  readonly failed: (error: Error) => void
}

const RENEW_MS = 1_000
const FRESH_MS = 2_500
const RETRY_MS = 250
/** Whoever has our id and is alive renews its lease in this time; and is not fresh any more at its end if it was stopped. */
const PREDECESSOR_MS = 2_500
/** The lease is given back in this time, or somebody has to find that it is not renewed. */
const END_MS = 1_000

export class NatsLeases implements Leases {
  readonly #options: NatsLeasesOptions
  readonly #suspicions: Suspicions
  #incarnation = incarnationAfter(null, Date.now())
  /** One that may have become ours without our hearing of it. */
  #tried = ''
  #revision = 0
  /** When the last renewal that was answered was sent. */
  #sentMs = Number.NEGATIVE_INFINITY
  #isHeld = false
  #isRenewing = false
  #timer: NodeJS.Timeout | null = null
  #listener: LeaseListener | null = null
  readonly #deathListeners: (() => void)[] = []
  #isEnded = false

  constructor(options: NatsLeasesOptions) {
    this.#options = options
    this.#suspicions = new Suspicions(options, (dead) => this.#died(dead))
  }

  get incarnation(): string {
    return this.#incarnation
  }

  get isFresh(): boolean {
    return this.#isHeld && performance.now() - this.#sentMs < FRESH_MS
  }

  others(): readonly DeadNode[] {
    return this.#suspicions.others
  }

  /**
   * Takes the lease, before `start` or in it. Resolves when it is taken: without NATS, not before NATS is there.
   * @param isPatient whether somebody else who has this node's id is waited for
   * @throws NatsRefused where it is not
   */
  async take(isPatient: boolean): Promise<void> {
    if (this.#isHeld) return
    const store = await this.#options.store
    await this.#take(store, true, isPatient)
    if (this.#isEnded) return
    this.#timer = setInterval(() => void this.#renew(store), RENEW_MS)
    // After NATS was gone, whoever is back first suspects everybody: a turn may come too late for us.
    this.#options.bus.onLink((isUp) => {
      if (isUp) void this.#renew(store)
    })
  }

  async start(listener: LeaseListener): Promise<void> {
    this.#listener = listener
    await this.take(true)
    if (!this.#isEnded) this.#suspicions.start(await this.#options.store)
  }

  suspect(node: string): void {
    this.#suspicions.suspect(node)
  }

  /** Whether nothing that this incarnation of a node owns is its any more. @throws Unreachable */
  isDead(owner: DeadNode): Promise<boolean> {
    return this.#suspicions.isDead(owner)
  }

  /** Whenever somebody else is found to be dead, or has given its lease back. */
  onDeath(listener: () => void): void {
    this.#deathListeners.push(listener)
  }

  async end(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#suspicions.stop()
    if (!this.#isHeld) return
    this.#isHeld = false
    const { leases } = await this.#options.store
    const given = leases.update(this.#options.node, ended(this.#incarnation), this.#revision).catch(() => {})
    await Promise.race([given, delay(END_MS, undefined, { ref: false })])
  }

  /** @param isFirst whether the one that is there may be that of a process before this one */
  async #take(store: NatsStore, isFirst: boolean, isPatient: boolean): Promise<void> {
    while (!this.#isEnded && !this.#isHeld) {
      try {
        await this.#tryTake(store, isFirst)
      } catch (error) {
        if (error instanceof NatsRefused && !isPatient) throw error
        if (!(error instanceof Unreachable)) this.#options.failed(error as Error)
      }
      if (!this.#isHeld) await delay(RETRY_MS)
    }
  }

  async #tryTake({ leases }: NatsStore, isFirst: boolean): Promise<void> {
    const { node, takesOver } = this.#options
    let found = await leases.read(node)
    const isThere = () => found !== null && !parseLease(found.value).isOver
    const begun = performance.now()
    while (isThere() && isFirst && !takesOver && performance.now() - begun < PREDECESSOR_MS) {
      const revision = found?.revision
      await delay(RETRY_MS)
      found = await leases.read(node)
      if (isThere() && found?.revision !== revision) throw this.#inUse()
    }
    const isOurs = found?.value === this.#incarnation || found?.value === this.#tried
    if (isThere() && !isFirst && !isOurs) throw this.#inUse()
    // Behind those of whoever had the id before, and behind our own.
    const last = found === null ? '' : parseLease(found.value).incarnation
    let incarnation = this.#incarnation
    if (!isFirst) incarnation = incarnationAfter(incarnation, Date.now())
    if (incarnation <= last) incarnation = incarnationAfter(last, Date.now())
    this.#tried = incarnation
    const sentMs = performance.now()
    const revision =
      found === null
        ? await leases.create(node, incarnation)
        : await leases.update(node, incarnation, found.revision)
    if (revision === null) return
    this.#incarnation = incarnation
    this.#revision = revision
    this.#sentMs = sentMs
    this.#isHeld = true
  }

  async #renew(store: NatsStore): Promise<void> {
    if (this.#isRenewing || this.#isEnded) return
    this.#isRenewing = true
    try {
      if (!(await this.#tryRenew(store))) await this.#lose(store)
    } catch (error) {
      if (!(error instanceof Unreachable)) this.#options.failed(error as Error)
    }
    this.#isRenewing = false
  }

  /** @returns whether the lease is still ours. @throws Unreachable when nobody knows */
  async #tryRenew({ leases }: NatsStore): Promise<boolean> {
    const { node } = this.#options
    const incarnation = this.#incarnation
    const sentMs = performance.now()
    let revision = await leases.update(node, incarnation, this.#revision)
    if (revision === null) {
      // One of our own may have been carried out whose answer we did not hear.
      const found = await leases.read(node)
      if (this.#isEnded) return true
      if (found?.value !== incarnation) return false
      revision = await leases.update(node, incarnation, found.revision)
      if (revision === null) return true
    }
    this.#revision = revision
    this.#sentMs = sentMs
    return true
  }

  async #lose(store: NatsStore): Promise<void> {
    this.#isHeld = false
    await this.#take(store, false, true)
    if (!this.#isEnded) this.#listener?.lost()
  }

  #died(dead: DeadNode): void {
    if (this.#isEnded) return
    this.#listener?.died(dead)
    for (const listener of this.#deathListeners) listener()
  }

  #inUse(): NatsRefused {
    const words = `another node of this cluster is called ${this.#options.node}: each needs an id of its own (node)`
    return new NatsRefused('node-in-use', words)
  }
}
