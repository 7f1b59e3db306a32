/**
 * Who cannot keep up with what is said to them alone from other nodes: there, whoever says more than a little to them is slowed
 * down, as their own node slows down its own (M6). Owns who was told and heard of: all names each time, repeated every second
 * while they are behind. Whoever is silent is not believed for long.
 */

import { Pacer } from '../fanout/pacer.js'
import type { Source } from '../fanout/pauses.js'
import type { Pressure } from '../fanout/pressure.js'
import type { Backplane } from './backplane.js'

/** Their outbox, as far as this goes. */
export interface SlowOutbox {
  readonly slow: boolean
}

export interface SlowPeopleOptions {
  readonly backplane: Pick<Backplane, 'order' | 'nodes'>
  readonly pressure: Pick<Pressure, 'directHolds' | 'limits' | 'pace' | 'unpace' | 'now'>
}

const REPEAT_MS = 1000
const FORGET_MS = 3000
/** Beyond so many, it is not one or two whom somebody floods. */
const MAX_PEOPLE = 1024

export class SlowPeople {
  readonly #options: SlowPeopleOptions
  /** Of this node, by name. */
  readonly #here = new Map<string, SlowOutbox>()
  /** What other nodes have said last. */
  readonly #elsewhere = new Map<string, { readonly names: ReadonlySet<string>; readonly atMs: number }>()
  readonly #pacers = new Map<string, Pacer>()
  #timer: NodeJS.Timeout | null = null

  constructor(options: SlowPeopleOptions) {
    this.#options = options
  }

  /** Somebody of this node was told something by somebody elsewhere, and is behind. */
  behind(name: string, outbox: SlowOutbox): void {
    if (this.#here.has(name) || this.#here.size >= MAX_PEOPLE) return
    this.#here.set(name, outbox)
    this.#tell()
  }

  /** Another node has said which of its people are behind. */
  told(node: string, names: readonly string[]): void {
    const before = this.#elsewhere.get(node)?.names ?? []
    if (names.length === 0) this.#elsewhere.delete(node)
    else this.#elsewhere.set(node, { names: new Set(names), atMs: this.#options.pressure.now() })
    this.#pace(before)
    this.#pace(names)
    this.#repeat()
  }

  /** Somebody of this node has just said so many bytes to `to` alone: their next words may have to wait. */
  said(source: Source, to: string, bytes: number): void {
    this.#pacers.get(to)?.guard(source, bytes, this.#options.pressure.now())
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Once a second while there is anything. */
  readonly tick = (): void => {
    const since = this.#options.pressure.now() - FORGET_MS
    for (const [node, { names, atMs }] of this.#elsewhere) {
      if (atMs > since) continue
      this.#elsewhere.delete(node)
      this.#pace(names)
    }
    const before = this.#here.size
    for (const [name, outbox] of this.#here) if (!outbox.slow) this.#here.delete(name)
    if (before > 0) this.#tell()
    this.#repeat()
  }

  #tell(): void {
    this.#options.backplane.order({ kind: 'slow', people: [...this.#here.keys()] }, null)
    this.#repeat()
  }

  #repeat(): void {
    if (this.#here.size === 0 && this.#elsewhere.size === 0) this.stop()
    else this.#timer ??= setInterval(this.tick, REPEAT_MS).unref()
  }

  /** Those who are behind elsewhere have a pacer, and no others. */
  #pace(names: Iterable<string>): void {
    const { pressure, backplane } = this.#options
    for (const name of names) {
      const pacer = this.#pacers.get(name)
      const isBehind = this.#isBehind(name)
      if (pacer === undefined && isBehind) {
        // All nodes together are to say no more than one would.
        const bytesPerSecond = pressure.limits.minDrainBytesPerSecond / (1 + backplane.nodes().length)
        const begun = new Pacer(pressure.directHolds, bytesPerSecond, pressure.now())
        this.#pacers.set(name, begun)
        pressure.pace(begun)
      } else if (pacer !== undefined && !isBehind) {
        this.#pacers.delete(name)
        pressure.unpace(pacer)
      }
    }
  }

  #isBehind(name: string): boolean {
    for (const { names } of this.#elsewhere.values()) if (names.has(name)) return true
    return false
  }
}
