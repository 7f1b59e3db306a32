/** When visits are made: each kind at its own rate, at random moments that a seed repeats. */

import type { Deeds } from './deeds.js'

/** However rare a kind is, its first time comes within this. */
const FIRST_WITHIN_MS = 20_000

export interface VisitOptions {
  /** The mean time between two of them. */
  readonly everyMs: number
  /** The next one waits until this one is over. */
  readonly isAlone?: boolean
}

export class Schedule {
  readonly #random: () => number
  readonly #deeds: Deeds
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #running = new Set<Promise<void>>()
  #isOver = false

  constructor(random: () => number, deeds: Deeds) {
    this.#random = random
    this.#deeds = deeds
  }

  /** Makes `visit` again and again. What it throws is a trouble. */
  every(kind: string, options: VisitOptions, visit: () => Promise<void>): void {
    const { everyMs } = options
    this.#after(this.#random() * Math.min(everyMs, FIRST_WITHIN_MS), () => this.#turn(kind, options, visit))
  }

  /** No more visits begin. Resolves when those that have begun are over. */
  async end(): Promise<void> {
    this.#isOver = true
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.all(this.#running)
  }

  #turn(kind: string, options: VisitOptions, visit: () => Promise<void>): void {
    const waitMs = -Math.log(1 - this.#random()) * options.everyMs
    const again = () => this.#after(waitMs, () => this.#turn(kind, options, visit))
    const made = this.#make(kind, visit)
    if (options.isAlone === true) made.then(again)
    else again()
  }

  async #make(kind: string, visit: () => Promise<void>): Promise<void> {
    const made = visit().then(
      () => this.#deeds.visit(kind),
      (error: unknown) => this.#deeds.trouble(kind, error),
    )
    this.#running.add(made)
    await made
    this.#running.delete(made)
  }

  #after(ms: number, work: () => void): void {
    if (this.#isOver) return
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, ms)
    this.#timers.add(timer)
  }
}
