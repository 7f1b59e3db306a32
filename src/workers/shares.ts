/**
 * How `maxConnections` of the machine is shared out. Each worker may have those that it has, and an even part of what is free; where
 * one comes near its share, they are made anew. Together they never come to more than the whole: who is to have less is asked first,
 * and keeps what it has meanwhile given away.
 */

import { shareOf } from './worker-config.js'

/** A worker, as far as this goes. */
export interface Sharer {
  readonly number: number
  readonly connections: number
  /** Whether it can be asked now. */
  readonly isReady: boolean
  /** @returns how many it keeps to @throws where it does not answer */
  limit(most: number): Promise<number>
}

/** Whoever has less than this part of an even part of what is free is near its share. */
const NEAR = 1 / 2

export class Shares {
  readonly #of: number
  #whole: number | null = null
  /** By number, how many each keeps to. */
  readonly #limits = new Map<number, number>()
  #isSharing = false

  /** @param of how many workers there are */
  constructor(of: number) {
    this.#of = of
  }

  /** From now on it is so many, which each worker knows its even share of. @param whole `auto` for what each of them can have */
  begin(whole: number | 'auto'): void {
    this.#whole = whole === 'auto' ? null : whole
    this.#limits.clear()
    if (this.#whole === null) return
    for (let number = 1; number <= this.#of; number++)
      this.#limits.set(number, shareOf(this.#whole, number, this.#of))
  }

  /** What a worker keeps to; `null` where that is its own affair. */
  limitOf(number: number): number | null {
    return this.#limits.get(number) ?? null
  }

  /** @param workers those whose process is there */
  async share(workers: readonly Sharer[]): Promise<void> {
    const whole = this.#whole
    if (whole === null || this.#isSharing) return
    const wanted = this.#wanted(whole, workers)
    if (wanted === null) return
    this.#isSharing = true
    try {
      const byNumber = new Map(workers.map((worker) => [worker.number, worker]))
      for (const [number, most] of wanted)
        if (most < this.#limit(number)) await this.#set(byNumber.get(number), number, most)
      for (const [number, most] of wanted) {
        const free = whole - [...this.#limits.values()].reduce((sum, limit) => sum + limit, 0)
        const more = Math.min(most - this.#limit(number), free)
        if (more > 0) await this.#set(byNumber.get(number), number, this.#limit(number) + more)
      }
    } finally {
      this.#isSharing = false
    }
  }

  /** @returns what each should keep to, by number; `null` while nobody is near their share */
  #wanted(whole: number, workers: readonly Sharer[]): Map<number, number> | null {
    const counts = new Map(workers.map(({ number, connections }) => [number, connections]))
    const here = [...counts.values()].reduce((sum, count) => sum + count, 0)
    const free = Math.max(0, whole - here)
    const wanted = new Map<number, number>()
    let isAnyNear = false
    for (let number = 1; number <= this.#of; number++) {
      const count = counts.get(number) ?? 0
      const part = shareOf(free, number, this.#of)
      wanted.set(number, count + part)
      isAnyNear ||= this.#limit(number) - count < part * NEAR
    }
    return isAnyNear ? wanted : null
  }

  #limit(number: number): number {
    return this.#limits.get(number) ?? 0
  }

  /** One that is only beginning was told already; whoever is not there begins with it. */
  async #set(worker: Sharer | undefined, number: number, most: number): Promise<void> {
    if (worker !== undefined && !worker.isReady) return
    try {
      this.#limits.set(number, worker === undefined ? most : await worker.limit(most))
    } catch {
      // It keeps to what it has, or has ended, and its place is taken by one that does.
    }
  }
}
