/**
 * Watches everyone who does not keep up, over the whole relay: who is behind, who is stuck, and how much is retained.
 * Owns the limits and the clock that they are measured by; what follows for a room is `congestion.ts`.
 */

import type { ChunkPool } from './chunk.js'
import { createPauseClocks, PAUSE, type PauseClocks, type Source } from './pauses.js'

export interface PressureLimits {
  /** An outbox above this is behind. */
  readonly softLimitBytes: number
  /** An outbox above this is cut off, or drops its oldest. */
  readonly hardLimitBytes: number
  /** How long a reader may be slower than the minimum rate. */
  readonly graceMs: number
  readonly minDrainBytesPerSecond: number
  /** Queued bytes of all outboxes, shared memory counted once, above which everyone who sends is paused. */
  readonly retainedLimitBytes: number
}

/** Plain integers; metrics read them. */
export interface PressureStats {
  /** Outboxes above soft that drain at the minimum rate or better, and slower ones. */
  behind: number
  stuck: number
  congestedRooms: number
  congestions: number
  droppedEvents: number
  readonly pauses: PauseClocks
}

/** An outbox above its soft limit. */
export interface Pressed {
  /** When it went above its soft limit. */
  readonly pressedSinceMs: number
  /** Looks at its progress; cuts it off when its grace time is used up. */
  checkProgress(nowMs: number): void
}

const TICK_MS = 100
/** Senders go on when so much of the retained bytes is gone that they do not stop again at once. */
const RESUME_SHARE = 7 / 8

export class Pressure {
  readonly limits: PressureLimits
  readonly stats: PressureStats
  readonly now: () => number
  readonly #pool: ChunkPool
  readonly #pressed = new Set<Pressed>()
  readonly #waiting = new Set<Source>()
  #timer: NodeJS.Timeout | null = null

  /** @param now milliseconds on a clock that never jumps */
  constructor(limits: PressureLimits, pool: ChunkPool, now: () => number) {
    this.limits = limits
    this.now = now
    this.#pool = pool
    this.stats = {
      behind: 0,
      stuck: 0,
      congestedRooms: 0,
      congestions: 0,
      droppedEvents: 0,
      pauses: createPauseClocks(now),
    }
  }

  /** How long the one that is above soft longest has been there. The set keeps the order of coming. */
  get longestPressedSeconds(): number {
    const oldest = this.#pressed.values().next()
    return oldest.done === true ? 0 : (this.now() - oldest.value.pressedSinceMs) / 1000
  }

  add(outbox: Pressed): void {
    this.#pressed.add(outbox)
    this.#timer ??= this.#startTimer()
  }

  delete(outbox: Pressed): void {
    this.#pressed.delete(outbox)
  }

  /** Pauses `source`, who has just made the relay queue something, while too much is retained. */
  guard(source: Source): void {
    if (this.#pool.retainedBytes <= this.limits.retainedLimitBytes) return
    this.#waiting.add(source)
    source.pause(PAUSE.retained)
    this.#timer ??= this.#startTimer()
  }

  /** The connection is gone. */
  forget(source: Source): void {
    this.#waiting.delete(source)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #startTimer(): NodeJS.Timeout {
    return setInterval(this.#tick, TICK_MS).unref()
  }

  readonly #tick = (): void => {
    const now = this.now()
    for (const outbox of this.#pressed) outbox.checkProgress(now)
    if (this.#pool.retainedBytes <= this.limits.retainedLimitBytes * RESUME_SHARE) {
      for (const source of this.#waiting) source.resume(PAUSE.retained)
      this.#waiting.clear()
    }
    if (this.#pressed.size === 0 && this.#waiting.size === 0) this.stop()
  }
}
