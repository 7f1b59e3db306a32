/**
 * Who of the other nodes has a lease. Owns what is known of their leases, and how one of whom nobody hears is declared dead: once, by whoever deletes the
 * lease as it was read seconds ago.
 */

import type { DeadNode } from '../bus.js'
import { Unreachable } from './bucket.js'
import { BucketWatches, type Change, type Watch } from './bucket-watches.js'
import { ended, incarnationAfter, parseLease } from './lease.js'
import type { NatsBus } from './nats-bus.js'
import type { NatsStore } from './nats-store.js'
import { Waits } from './waits.js'

export interface SuspicionsOptions {
  readonly bus: NatsBus
  readonly store: Promise<NatsStore>
  /** This node's id. */
  readonly node: string
  readonly failed: (error: Error) => void
}

/** Longer than a lease is fresh. */
const UNCHANGED_MS = 3_000
const RETRY_MS = 500
/** Incarnations never come back, so nobody has to be asked twice. */
const MOST_DEAD_KEPT = 10_000

interface Held {
  readonly incarnation: string
  /** As far as is known here. */
  revision: number
}

export class Suspicions {
  readonly #options: SuspicionsOptions
  readonly #died: (dead: DeadNode) => void
  /** Leases of the others, by node. */
  readonly #known = new Map<string, Held>()
  readonly #dead = new Set<string>()
  readonly #suspected = new Set<string>()
  readonly #waits = new Waits()
  #watch: Watch | null = null
  /** Counts the times at which the link was there: what was begun before the last of them is over. */
  #links = 0
  #isStopped = false

  constructor(options: SuspicionsOptions, died: (dead: DeadNode) => void) {
    this.#options = options
    this.#died = died
  }

  get others(): readonly DeadNode[] {
    return Array.from(this.#known, ([node, { incarnation }]) => ({ node, incarnation }))
  }

  start(store: NatsStore): void {
    const { bus } = this.#options
    const watches = new BucketWatches(store.jetStream, store.leases)
    bus.onLink((isUp) => {
      if (isUp) void this.#follow(watches)
    })
    if (bus.isUp) void this.#follow(watches)
  }

  stop(): void {
    this.#isStopped = true
    this.#watch?.end()
    this.#waits.endAll()
  }

  suspect(node: string): void {
    if (this.#suspected.has(node) || node === this.#options.node) return
    this.#suspected.add(node)
    void this.#examine(node).finally(() => this.#suspected.delete(node))
  }

  /** @throws Unreachable */
  async isDead({ node, incarnation }: DeadNode): Promise<boolean> {
    const key = `${node} ${incarnation}`
    if (this.#dead.has(key)) return true
    const { leases } = await this.#options.store
    // Asked and not looked up: what is known here may be older than what whoever took the name knew.
    const lease = await leases.read(node)
    if (lease?.value === incarnation) return false
    this.#isGone(node, incarnation)
    return true
  }

  async #examine(node: string): Promise<void> {
    while (!this.#isStopped) {
      try {
        const { leases } = await this.#options.store
        const found = await leases.read(node)
        if (found === null) {
          // Nobody knows any more which incarnation it was: every one until now.
          const known = this.#known.get(node)?.incarnation
          this.#isGone(node, known ?? incarnationAfter(null, Date.now()))
          return
        }
        const { incarnation, isOver } = parseLease(found.value)
        this.#told(node, found.value, found.revision)
        if (isOver) return
        await this.#waits.wait(UNCHANGED_MS)
        if (this.#isStopped) return
        const revision = await leases.update(node, ended(incarnation), found.revision)
        if (revision !== null) this.#isGone(node, incarnation)
        else await this.#look(node)
        return
      } catch (error) {
        if (!(error instanceof Unreachable)) {
          this.#options.failed(error as Error)
          return
        }
        await this.#waits.wait(RETRY_MS)
      }
    }
  }

  /** It has changed: it was renewed, or somebody else has ended it. */
  async #look(node: string): Promise<void> {
    const { leases } = await this.#options.store
    const found = await leases.read(node)
    if (found !== null) this.#told(node, found.value, found.revision)
  }

  /** From now on, whatever becomes of the leases; and who has one at this moment. */
  async #follow(watches: BucketWatches): Promise<void> {
    const { bus, failed } = this.#options
    const link = ++this.#links
    const isLast = () => link === this.#links && !this.#isStopped
    this.#watch?.end()
    while (bus.isUp && isLast()) {
      try {
        const watch = await watches.begin((change) => this.#heard(change))
        if (!isLast()) {
          watch.end()
          return
        }
        this.#watch = watch
        // Leases may have gone while nobody looked; and those whom nobody hears are to be found.
        for (const node of this.#known.keys()) this.suspect(node)
        const error = await watch.ended
        if (!isLast()) return
        watch.end()
        if (error instanceof Error) failed(error)
      } catch (error) {
        if (isLast()) failed(error as Error)
      }
      if (isLast()) await this.#waits.wait(RETRY_MS)
    }
  }

  #heard({ key: node, value, revision, isNew }: Change): void {
    if (node === this.#options.node) return
    this.#told(node, value, revision)
    // Nobody may have heard of that one for long.
    if (!isNew && !parseLease(value).isOver) this.suspect(node)
  }

  /** @param revision what is heard of may be older than what was read meanwhile */
  #told(node: string, value: string, revision: number): void {
    const { incarnation, isOver } = parseLease(value)
    if (isOver) {
      this.#isGone(node, incarnation)
      return
    }
    if (this.#dead.has(`${node} ${incarnation}`)) return
    const known = this.#known.get(node)
    if (known !== undefined && revision <= known.revision) return
    if (known?.incarnation === incarnation) {
      known.revision = revision
      return
    }
    if (known !== undefined) this.#isGone(node, known.incarnation)
    this.#known.set(node, { incarnation, revision })
  }

  #isGone(node: string, incarnation: string): void {
    if (this.#known.get(node)?.incarnation === incarnation) this.#known.delete(node)
    const key = `${node} ${incarnation}`
    if (this.#dead.has(key)) return
    this.#bury(key)
    if (!this.#isStopped) this.#died({ node, incarnation })
  }

  #bury(key: string): void {
    if (this.#dead.size >= MOST_DEAD_KEPT) this.#dead.clear()
    this.#dead.add(key)
  }
}
