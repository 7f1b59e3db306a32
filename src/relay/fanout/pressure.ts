/**
 * Watches everyone who does not keep up, over the whole relay: looks at what they have acknowledged, lets those go on
 * who wait for them, and bounds what is retained in all. Owns the limits and the clock that they are measured by; what
 * follows for one reader is `slow-reader.ts`, and for a room `congestion.ts`.
 */

import type { ChunkPool } from './chunk.js'
import type { Pacer } from './pacer.js'
import { createPauseClocks, Holds, PAUSE, type PauseClocks } from './pauses.js'
import type { KernelView, Sink } from './sink.js'

export interface PressureLimits {
  /** A reader with more than this queued is slow. */
  readonly softLimitBytes: number
  /** With more than this, its rooms slow down to its pace; with the policy `drop-oldest`, the oldest is dropped. */
  readonly hardLimitBytes: number
  /** How long a slow reader may be slower than the minimum rate before it is cut off. */
  readonly graceMs: number
  /** Also what a room that waits for somebody is slowed down to. */
  readonly minDrainBytesPerSecond: number
  /** Queued bytes of all outboxes, shared memory counted once: above it, the longest queues are cut off. */
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

/** A reader above its soft limit (`slow-reader.ts`), as far as this goes. */
export interface WatchedReader {
  /** When it went above. */
  readonly sinceMs: number
  readonly sink: Sink
  readonly queuedBytes: number
  /**
   * Somebody has looked at what the kernel holds.
   * @param takenBytes `Sink.takenBytes` just before
   * @param unacknowledgedBytes `null` where the system does not tell: what the kernel has taken counts then
   */
  looked(nowMs: number, takenBytes: number, unacknowledgedBytes: number | null): void
}

const TICK_MS = 100
/** Looking costs at most a tenth of the time: reading the table of 10,000 sockets takes some 20 ms. */
const MIN_LOOK_MS = 200
const LOOK_SHARE = 10

export class Pressure {
  /** Others after a reload. Who is slow already is judged by the grace time and rate that there were when it began. */
  limits: PressureLimits
  readonly stats: PressureStats
  readonly now: () => number
  /** Who sends to a room that is congested, and who sends to one person who is slow. */
  readonly roomHolds = new Holds(PAUSE.room)
  readonly directHolds = new Holds(PAUSE.direct)
  readonly #pool: ChunkPool
  readonly #kernel: KernelView | null
  readonly #slow = new Set<WatchedReader>()
  readonly #pacers = new Set<Pacer>()
  #timer: NodeJS.Timeout | null = null
  #looking = false
  #nextLookMs = 0

  /**
   * @param now milliseconds on a clock that never jumps
   * @param kernel without it, readers are judged by what the kernel takes for them
   */
  constructor(limits: PressureLimits, pool: ChunkPool, now: () => number, kernel: KernelView | null) {
    this.limits = limits
    this.now = now
    this.#pool = pool
    this.#kernel = kernel
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
  get longestSlowSeconds(): number {
    const oldest = this.#slow.values().next()
    return oldest.done === true ? 0 : (this.now() - oldest.value.sinceMs) / 1000
  }

  /** Half of what may be retained is: nobody gets more than the hard limit any more. */
  get isTight(): boolean {
    return this.#pool.retainedBytes > this.limits.retainedLimitBytes / 2
  }

  add(reader: WatchedReader): void {
    this.#slow.add(reader)
    this.#start()
  }

  delete(reader: WatchedReader): void {
    this.#slow.delete(reader)
  }

  /** Until `unpace`, its shares grow. */
  pace(pacer: Pacer): void {
    this.#pacers.add(pacer)
    this.#start()
  }

  unpace(pacer: Pacer): void {
    this.#pacers.delete(pacer)
    pacer.end()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  #start(): void {
    this.#timer ??= setInterval(this.tick, TICK_MS).unref()
  }

  /** Ten times a second while anybody is slow. */
  readonly tick = (): void => {
    const now = this.now()
    for (const pacer of this.#pacers) pacer.tick(now)
    this.#evict()
    this.#look(now)
    if (this.#slow.size === 0 && this.#pacers.size === 0) this.stop()
  }

  /** So that those who read never wait for memory that is kept for those who do not. */
  #evict(): void {
    if (this.#pool.retainedBytes <= this.limits.retainedLimitBytes) return
    const longestFirst = [...this.#slow].sort((a, b) => b.queuedBytes - a.queuedBytes)
    for (const { sink } of longestFirst) {
      if (this.#pool.retainedBytes <= this.limits.retainedLimitBytes) return
      sink.evict()
    }
  }

  #look(now: number): void {
    if (this.#kernel === null) {
      for (const reader of this.#slow) reader.looked(now, reader.sink.takenBytes, null)
      return
    }
    if (this.#looking || now < this.#nextLookMs || this.#slow.size === 0) return
    this.#looking = true
    // What is taken after this is not in `taken`, so nobody is thought to have acknowledged more than they have.
    const looks = Array.from(this.#slow, (reader) => ({ reader, taken: reader.sink.takenBytes }))
    this.#kernel.read().then((view) => {
      this.#looking = false
      const end = this.now()
      this.#nextLookMs = end + Math.max(MIN_LOOK_MS, (end - now) * LOOK_SHARE)
      for (const { reader, taken } of looks) {
        if (!this.#slow.has(reader)) continue
        const held = view === null ? null : (view.get(reader.sink.kernelKey)?.unacknowledgedBytes ?? 0)
        reader.looked(end, taken, held)
      }
    })
  }
}
