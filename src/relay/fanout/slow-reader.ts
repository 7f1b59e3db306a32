/**
 * The judgement of one reader while its queue is above the soft limit: whether it is only behind or stuck, whether its
 * queue is full, and whether it has to be cut off. The outbox says how long the queue is, `pressure.ts` what its
 * peer has acknowledged.
 *
 *   fine ── above soft ──▶ behind ── slower than the minimum rate ──▶ stuck ── for the grace time ──▶ cut off
 *     ◀──── below soft ──────┴────────────────────────────────────────┘
 *
 *   full: above the hard limit, whether behind or stuck. Its rooms slow down, and it is not cut off for it.
 */

import { DrainClock } from './drain-clock.js'
import type { Pressure, WatchedReader } from './pressure.js'
import type { Sink, SlowPolicy } from './sink.js'

/** What a reader is, as bits; 0 for one that keeps up. */
export const SLOWNESS = {
  /** Above soft. Without `stuck` it is behind. */
  slow: 1,
  /** It is slower than the minimum rate. */
  stuck: 2,
  /** Above hard. */
  full: 4,
  /** So far above hard that also a room that goes on without those who are stuck has to slow down. */
  overfull: 8,
} as const

/** Who is told of every other slowness: from 0, when the queue goes above soft, to 0 again. */
export interface SlownessListener {
  slownessChanged(before: number, after: number): void
}

/** A full queue is no longer full below this share of the limit: rooms neither flutter nor wait for long. */
const RELIEF_SHARE = 7 / 8
/**
 * So many hard limits may be queued for one that is stuck while its room goes on. Most who are stuck are soon cut
 * off, and what they are queued is shared by all of a room who are.
 */
const OVERFULL_LIMITS = 64

export class SlowReader implements WatchedReader {
  /** When the queue went above soft. */
  readonly sinceMs: number
  readonly sink: Sink
  queuedBytes = 0
  slowness: number = SLOWNESS.slow
  readonly #pressure: Pressure
  readonly #policy: SlowPolicy
  readonly #listener: SlownessListener
  readonly #clock: DrainClock
  /** What the peer had acknowledged of all that the kernel has taken, at the last look. */
  #acknowledgedBytes: number | null = null
  /** The most that the kernel has been seen to hold for this reader. */
  #kernelBytes = 0

  constructor(pressure: Pressure, sink: Sink, policy: SlowPolicy, listener: SlownessListener) {
    const { limits } = pressure
    this.sinceMs = pressure.now()
    this.sink = sink
    this.#pressure = pressure
    this.#policy = policy
    this.#listener = listener
    this.#clock = new DrainClock(limits.graceMs, limits.minDrainBytesPerSecond, this.sinceMs)
    pressure.add(this)
    pressure.stats.behind++
    listener.slownessChanged(0, this.slowness)
  }

  /** The queue is so long now. */
  queued(bytes: number): void {
    this.queuedBytes = bytes
    const { hardLimitBytes } = this.#pressure.limits
    const backlog = bytes - this.#promisedBytes
    const full = this.#isAbove(SLOWNESS.full, backlog, hardLimitBytes)
    const overfull =
      this.#isAbove(SLOWNESS.overfull, backlog, hardLimitBytes * OVERFULL_LIMITS) ||
      (full && this.#pressure.isTight)
    this.#become(
      SLOWNESS.slow |
        (this.slowness & SLOWNESS.stuck) |
        (full ? SLOWNESS.full : 0) |
        (overfull ? SLOWNESS.overfull : 0),
    )
  }

  looked(nowMs: number, takenBytes: number, unacknowledgedBytes: number | null): void {
    const held = unacknowledgedBytes ?? 0
    const acknowledged = Math.max(takenBytes - held, this.#acknowledgedBytes ?? 0)
    this.#clock.advance(nowMs, acknowledged - (this.#acknowledgedBytes ?? acknowledged))
    this.#acknowledgedBytes = acknowledged
    this.#kernelBytes = Math.max(this.#kernelBytes, held)
    const stuck = this.#clock.lagging ? SLOWNESS.stuck : 0
    this.#become((this.slowness & ~SLOWNESS.stuck) | stuck)
    this.queued(this.queuedBytes)
    if (this.#clock.spent && this.#policy === 'cut') this.sink.tooSlow()
  }

  /** The queue is at soft again, or nobody's any more. */
  end(): void {
    this.#pressure.delete(this)
    this.#become(0)
  }

  /**
   * What the peer has acknowledged and the kernel has not come to fetch yet: it will, in a lump. Were it not counted,
   * a room would stand still between two lumps of a reader that is steady.
   */
  get #promisedBytes(): number {
    if (this.#kernelBytes === 0) return 0
    return Math.max(0, this.#kernelBytes - (this.sink.takenBytes - (this.#acknowledgedBytes as number)))
  }

  #isAbove(bit: number, backlog: number, limit: number): boolean {
    return backlog > limit * ((this.slowness & bit) === 0 ? 1 : RELIEF_SHARE)
  }

  #become(after: number): void {
    const before = this.slowness
    if (after === before) return
    this.slowness = after
    const { stats } = this.#pressure
    if (isBehind(before) !== isBehind(after)) stats.behind += isBehind(after) ? 1 : -1
    if (isStuck(before) !== isStuck(after)) stats.stuck += isStuck(after) ? 1 : -1
    this.#listener.slownessChanged(before, after)
  }
}

export function isStuck(slowness: number): boolean {
  return (slowness & SLOWNESS.stuck) !== 0
}

function isBehind(slowness: number): boolean {
  return slowness !== 0 && !isStuck(slowness)
}
