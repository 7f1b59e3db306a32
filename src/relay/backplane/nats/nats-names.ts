/**
 * Who has which name among all nodes: a key each in a bucket of JetStream, whose value says which node and incarnation has it. Owns this node's
 * names there; whose session has one is the hub's.
 *
 * Each change compares: a name is made where there is none, taken over at the revision that said a dead owner, and given back at the revision
 * that made it ours, which nobody can have replaced by mistake.
 */

import type { NameRegistry } from '../bus.js'
import { type Bucket, Unreachable } from './bucket.js'
import type { NatsBus } from './nats-bus.js'
import type { NatsLeases } from './nats-leases.js'
import type { NatsStore } from './nats-store.js'
import { Slots } from './slots.js'

type Claim = 'granted' | 'taken' | 'unreachable'

export interface NatsNamesOptions {
  readonly bus: NatsBus
  readonly store: Promise<NatsStore>
  readonly leases: Pick<NatsLeases, 'incarnation' | 'isFresh' | 'isDead'>
  /** This node's id. */
  readonly node: string
}

/** Asked at once; a storm of claims waits here, where no timeout runs. */
const AT_ONCE = 512
/** Somebody else is after the same name, and comes and goes. */
const MOST_TRIES = 5
const RETRY_MS = 500

export class NatsNames implements NameRegistry {
  readonly #options: NatsNamesOptions
  readonly #slots = new Slots(AT_ONCE)
  /** Revisions of what is ours for certain, in the incarnation that they were claimed in. */
  readonly #held = new Map<string, number>()
  #heldIn = ''
  /** What is to be given back, and whose turn has not come. */
  readonly #released = new Set<string>()
  /** What may be ours without anybody's using it: to be given back, unless it is claimed. */
  readonly #doubted = new Set<string>()
  /** The last of what is under way, by name: one thing at a time. */
  readonly #turns = new Map<string, Promise<unknown>>()
  #bucket: Bucket | null = null
  #retry: NodeJS.Timeout | null = null
  #isStopped = false

  constructor(options: NatsNamesOptions) {
    this.#options = options
    options.store.then(
      ({ names }) => {
        this.#bucket = names
      },
      () => {},
    )
  }

  /** Names that are ours, and those that may be. */
  get size(): number {
    return this.#held.size + this.#doubted.size
  }

  claim(name: string): Promise<Claim> {
    if (!this.#mayAsk()) return Promise.resolve('unreachable')
    this.#released.delete(name)
    return this.#inTurn(name, () => this.#slots.run(() => this.#claim(name)))
  }

  release(name: string): void {
    // Whoever came and went while nobody could be asked has nothing to give back: it would be remembered until somebody can be.
    if (!this.#options.bus.isUp && !this.#mayBeOurs(name)) return
    this.#released.add(name)
    this.#giveBackInTurn(name)
  }

  /** Everything that is given back is, or NATS cannot be reached. */
  async settled(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all(this.#turns.values())
  }

  stop(): void {
    this.#isStopped = true
    if (this.#retry !== null) clearTimeout(this.#retry)
  }

  /** Whether it was asked for, and not surely given back since. */
  #mayBeOurs(name: string): boolean {
    return this.#held.has(name) || this.#doubted.has(name) || this.#turns.has(name)
  }

  #mayAsk(): boolean {
    const { bus, leases } = this.#options
    return this.#bucket !== null && bus.isUp && leases.isFresh && !this.#isStopped
  }

  /** One after the other for each name, so that giving back never overtakes a claim. */
  #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(name)
    const turn = before === undefined ? work() : before.then(work)
    this.#turns.set(name, turn)
    const over = () => {
      if (this.#turns.get(name) === turn) this.#turns.delete(name)
    }
    turn.then(over, over)
    return turn
  }

  async #claim(name: string): Promise<Claim> {
    const { leases } = this.#options
    for (let tries = 0; tries < MOST_TRIES && this.#mayAsk(); tries++) {
      const { incarnation } = leases
      // Nobody takes over what is of a node whose lease is fresh.
      if (this.#ours(incarnation).has(name)) return 'granted'
      let revision: number | null
      try {
        revision = await this.#tryClaim(name, incarnation)
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error
        this.#doubt(name)
        return 'unreachable'
      }
      if (revision === null) return 'taken'
      // We may have been declared dead meanwhile: then it is nobody's.
      if (!leases.isFresh || leases.incarnation !== incarnation) continue
      this.#ours(incarnation).set(name, revision)
      this.#doubted.delete(name)
      return 'granted'
    }
    this.#doubt(name)
    return 'unreachable'
  }

  /** @returns the revision at which it is ours, or `null` when it is somebody else's. @throws Unreachable */
  async #tryClaim(name: string, incarnation: string): Promise<number | null> {
    const bucket = this.#bucket as Bucket
    const { node, leases } = this.#options
    const key = keyOf(name)
    const value = `${node} ${incarnation}`
    let revision = await bucket.create(key, value)
    for (let tries = 0; tries < MOST_TRIES && revision === null; tries++) {
      const found = await bucket.read(key)
      if (found === null) {
        revision = await bucket.create(key, value)
      } else if (found.value === value) {
        revision = found.revision
      } else {
        const owner = ownerOf(found.value)
        // What we had in an earlier incarnation is nobody's.
        if (owner.node !== node && !(await leases.isDead(owner))) return null
        revision = await bucket.update(key, value, found.revision)
      }
    }
    return revision
  }

  #giveBackInTurn(name: string): void {
    void this.#inTurn(name, () => this.#slots.run(() => this.#giveBack(name)))
  }

  async #giveBack(name: string): Promise<void> {
    const isAsked = this.#released.delete(name)
    // Claimed again meanwhile.
    if (!this.#doubted.delete(name) && !isAsked) return
    const bucket = this.#bucket
    const { incarnation } = this.#options.leases
    try {
      if (bucket === null) throw new Unreachable()
      const revision = this.#ours(incarnation).get(name) ?? (await this.#revisionOf(bucket, name))
      // From here on nobody knows whether it is ours.
      this.#held.delete(name)
      if (revision !== null) await bucket.remove(revision)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      this.#doubt(name)
    }
  }

  /** @returns `null` when it is not ours, of whichever incarnation. @throws Unreachable */
  async #revisionOf(bucket: Bucket, name: string): Promise<number | null> {
    const found = await bucket.read(keyOf(name))
    return found !== null && ownerOf(found.value).node === this.#options.node ? found.revision : null
  }

  /** Nobody knows whether the name is ours, and nobody uses it: unless it is claimed again it is to be free. */
  #doubt(name: string): void {
    this.#doubted.add(name)
    this.#giveBackLater()
  }

  #giveBackLater(): void {
    if (this.#retry !== null || this.#isStopped) return
    this.#retry = setTimeout(() => {
      this.#retry = null
      if (!this.#options.bus.isUp) this.#giveBackLater()
      // What is under way of a name ends with it given back, or doubted again.
      else for (const name of this.#doubted) if (!this.#turns.has(name)) this.#giveBackInTurn(name)
    }, RETRY_MS)
  }

  /** What is ours in this incarnation: what was in an earlier one has to be claimed anew. */
  #ours(incarnation: string): Map<string, number> {
    if (this.#heldIn !== incarnation) this.#held.clear()
    this.#heldIn = incarnation
    return this.#held
  }
}

/** Any name: keys have no spaces, and none is empty. */
export function keyOf(name: string): string {
  return `n${Buffer.from(name).toString('base64url')}`
}

export function ownerOf(value: string): { readonly node: string; readonly incarnation: string } {
  const space = value.indexOf(' ')
  return { node: value.slice(0, space), incarnation: value.slice(space + 1) }
}
