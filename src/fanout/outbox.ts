/**
 * One connection's write queue: in order, byte-counted, one write outstanding. Owns what is still to be sent
 * and what follows when it is too much; the sink owns how bytes reach the kernel.
 *
 *          push            flush             written
 *   lanes ------> [ queue ] ----> sink.write --------> released
 *                                  | kernel full
 *                                  +--> outstanding, until `written()`
 *
 *   fine ── above soft ──▶ behind ── slower than the minimum rate ──▶ stuck ── for the grace time ──▶ cut off
 *     ◀──── below soft ──────┴──────────────────────────────────────────┘
 *   where many of a room are behind, none of them is called stuck before the grace time is over
 *   above hard: when it is stuck, cut off; when it is behind, its rooms wait for it, since a flood must not get healthy
 *   readers cut off; with the policy `drop-oldest`, the oldest room events are forgotten and the client is told
 */

import type { ChunkPool, Slice } from './chunk.js'
import { DrainClock } from './drain-clock.js'
import type { Flusher } from './flusher.js'
import { PAUSE, type Source } from './pauses.js'
import type { Pressed, Pressure } from './pressure.js'
import { SliceQueue } from './slice-queue.js'

/** What an outbox writes to. The kernel gets the bytes in order; what it refuses is kept until it takes it. */
export interface Sink extends Source {
  /** @returns whether the kernel took everything; if not, `Outbox.written` is called once it has */
  write(bytes: Buffer): boolean
  /** As `write`, for several pieces in one write. */
  writeMany(pieces: Buffer[]): boolean
  /** The reader is too slow: end the connection, but only after this call has returned. May be said again. */
  tooSlow(): void
}

/** Whoever reads from an outbox, as far as being slow concerns others. */
export interface Reader {
  /** It is above soft from now on, or no longer. */
  pressedChanged(pressed: boolean): void
  /** It is behind from now on, or no longer. */
  behindChanged(behind: boolean): void
  /** Whether so many in one of its rooms are above soft that it will hardly be its own doing. */
  readonly inCrowd: boolean
  /** It is behind and at the hard limit from now on, or no longer. */
  atLimitChanged(atLimit: boolean): void
  /** What tells it that it missed so many events (F16). */
  missed(events: number): Slice
}

/** What becomes of a reader whose queue reaches the hard limit. */
export type SlowPolicy = 'cut' | 'drop-oldest'

/** What all outboxes share. */
export interface OutboxContext {
  readonly flusher: Flusher
  readonly pressure: Pressure
  readonly pool: ChunkPool
}

/** While a reader is pressed, one write is about this, so that progress shows and old events can still be dropped. */
const PRESSED_WRITE_BYTES = 64 * 1024

/** What a place in a queue costs, apart from the bytes: an entry of an array, and the slice where it is one's own. */
const PLACE_BYTES = 64

export class Outbox implements Pressed {
  /** Bytes pushed and not yet taken by the kernel. */
  queuedBytes = 0
  /** How many lanes it is a member of: what comes from several in one turn is written in one. */
  lanes = 0
  /** Who reads from it; set by the recipient. */
  reader: Reader | null = null
  readonly sink: Sink
  readonly #context: OutboxContext
  readonly #policy: SlowPolicy
  /** Whether the flusher knows that this one has something to send. */
  #listed = false
  #closed = false
  /** Nearly always there is one slice at most, so the queue is made only for the second. */
  #first: Slice | null = null
  #rest: SliceQueue | null = null
  /** The last write, while the kernel has not taken all of it. */
  #outstanding: readonly Slice[] | null = null
  /** Runs while this is above the soft limit. */
  #clock: DrainClock | null = null
  #stuck = false
  #behind = false
  #atLimit = false
  /** The last notice of missed events, while it may still be in the queue, and what it says. */
  #notice: Slice | null = null
  #noticeEvents = 0

  constructor(sink: Sink, context: OutboxContext, policy: SlowPolicy) {
    this.sink = sink
    this.#context = context
    this.#policy = policy
  }

  /** Above soft, and draining: a reason for others to wait. A reader that may miss events is none. */
  get behind(): boolean {
    return this.#behind
  }

  /** Above soft. */
  get pressed(): boolean {
    return this.#clock !== null
  }

  /** Behind, and at the hard limit. */
  get atLimit(): boolean {
    return this.#atLimit
  }

  get pressure(): Pressure {
    return this.#context.pressure
  }

  get pressedSinceMs(): number {
    return this.#clock?.sinceMs ?? 0
  }

  /** Queues a slice; it is written with everything else of this turn. */
  push(slice: Slice): void {
    if (this.#closed) return
    this.#count(slice)
    if (this.#first === null) this.#first = slice
    else {
      this.#rest ??= new SliceQueue()
      this.#rest.push(slice)
    }
    if (!this.#listed) {
      this.#listed = true
      this.#context.flusher.listOutbox(this)
    }
  }

  /**
   * As `push`, but where nothing is queued or under way the slice is written at once: thousands of outboxes do not
   * stay in the cache until a second look at them in the same flush.
   */
  deliver(slice: Slice): void {
    if (this.lanes > 1 || this.#first !== null || this.#outstanding !== null || this.#clock !== null) {
      this.push(slice)
      return
    }
    if (this.#closed || this.sink.write(slice.bytes)) return
    this.#count(slice)
    this.#outstanding = [slice]
    if (this.queuedBytes > this.#context.pressure.limits.softLimitBytes) this.#press()
  }

  /** Writes what is queued, unless a write is outstanding. The flusher calls it once a turn. */
  flush(): void {
    this.#listed = false
    if (this.#closed) return
    if (this.#outstanding === null) this.#write()
    if (this.queuedBytes > this.#context.pressure.limits.softLimitBytes) this.#press()
    else if (this.#clock !== null) this.#relax()
  }

  /** The kernel has taken the outstanding write. */
  written(): void {
    if (this.#outstanding !== null) this.#taken(this.#outstanding)
    this.#outstanding = null
    this.#write()
    if (this.#clock !== null && this.queuedBytes <= this.#context.pressure.limits.softLimitBytes)
      this.#relax()
  }

  /** Forgets what is queued and takes no more: the connection is gone. */
  close(): void {
    this.#closed = true
    if (this.#clock !== null) this.#relax()
    if (this.#outstanding !== null) this.#taken(this.#outstanding)
    this.#taken(this.#queued())
    this.#outstanding = this.#first = this.#rest = null
  }

  checkProgress(nowMs: number): void {
    const clock = this.#clock
    if (clock === null) return
    clock.advance(nowMs)
    const stuck = clock.spent || (clock.lagging && this.reader?.inCrowd !== true)
    if (stuck !== this.#stuck) {
      const { stats } = this.#context.pressure
      stats.stuck += stuck ? 1 : -1
      stats.behind += stuck ? -1 : 1
      this.#stuck = stuck
      this.#setBehind(!stuck)
    }
    if (this.#policy !== 'cut') return
    if (clock.spent || this.queuedBytes > this.#context.pressure.limits.hardLimitBytes) this.#atHardLimit()
  }

  #write(): void {
    while (this.#first !== null && this.#outstanding === null) {
      const first = this.#first
      const rest = this.#rest
      if (rest === null) {
        this.#first = null
        // Apart from the other because nearly every delivery passes here: no array for it.
        if (this.sink.write(first.bytes)) this.#takenOne(first)
        else this.#outstanding = [first]
        continue
      }
      const slices = [first]
      let bytes = first.bytes.length
      const most = this.#clock === null ? Number.POSITIVE_INFINITY : PRESSED_WRITE_BYTES
      while (bytes < most && rest.length > 0) {
        const slice = rest.shift()
        slices.push(slice)
        bytes += slice.bytes.length
      }
      this.#first = rest.length === 0 ? null : rest.shift()
      if (rest.length === 0) this.#rest = null
      if (this.sink.writeMany(slices.map(bytesOf))) this.#taken(slices)
      else this.#outstanding = slices
    }
  }

  #count(slice: Slice): void {
    this.queuedBytes += slice.bytes.length
    const { pool } = this.#context
    pool.retainedBytes += PLACE_BYTES
    if (slice.memory !== null) slice.memory.retain(pool)
    else pool.retainedBytes += slice.bytes.length
  }

  #takenOne(slice: Slice): void {
    const bytes = slice.bytes.length
    this.queuedBytes -= bytes
    const { pool } = this.#context
    pool.retainedBytes -= PLACE_BYTES
    if (slice.memory !== null) slice.memory.release(pool)
    else pool.retainedBytes -= bytes
    if (this.#clock !== null) this.#clock.drainedBytes += bytes
  }

  #taken(slices: readonly Slice[]): void {
    for (const slice of slices) this.#takenOne(slice)
  }

  /** Above soft. */
  #press(): void {
    const { pressure } = this.#context
    const { limits, stats } = pressure
    if (this.#clock === null) {
      this.#clock = new DrainClock(limits.graceMs, limits.minDrainBytesPerSecond, pressure.now())
      pressure.add(this)
      stats.behind++
      this.reader?.pressedChanged(true)
      this.#setBehind(true)
      // Whoever does not read its answers is not asked for more of them.
      this.sink.pause(PAUSE.answers)
    }
    if (this.queuedBytes <= limits.hardLimitBytes) return
    if (this.#policy === 'drop-oldest') this.#dropOldest()
    else this.#atHardLimit()
  }

  #atHardLimit(): void {
    if (this.#stuck) this.sink.tooSlow()
    else this.#setAtLimit(true)
  }

  /** No longer above soft. */
  #relax(): void {
    const { pressure } = this.#context
    if (this.#stuck) pressure.stats.stuck--
    else pressure.stats.behind--
    this.#clock = null
    this.#stuck = false
    pressure.delete(this)
    this.#setBehind(false)
    this.reader?.pressedChanged(false)
    this.sink.resume(PAUSE.answers)
  }

  #setBehind(behind: boolean): void {
    const counts = behind && this.#policy === 'cut'
    if (!counts) this.#setAtLimit(false)
    if (counts === this.#behind) return
    this.#behind = counts
    this.reader?.behindChanged(counts)
  }

  #setAtLimit(atLimit: boolean): void {
    if (atLimit === this.#atLimit) return
    this.#atLimit = atLimit
    this.reader?.atLimitChanged(atLimit)
  }

  /** F16: forgets the oldest room events until the queue is at soft, and says in their place how many. */
  #dropOldest(): void {
    const { limits, stats } = this.#context.pressure
    const drained = this.#clock?.drainedBytes ?? 0
    const kept: Slice[] = []
    let place = -1
    let missed = 0
    let excess = this.queuedBytes - limits.softLimitBytes
    for (const slice of this.#queued()) {
      const isNotice = slice === this.#notice
      if (isNotice || (slice.events > 0 && excess > 0)) {
        if (place < 0) place = kept.length
        missed += isNotice ? this.#noticeEvents : slice.events
        stats.droppedEvents += slice.events
        excess -= slice.bytes.length
        this.#takenOne(slice)
      } else {
        kept.push(slice)
      }
    }
    if (missed > 0 && this.reader !== null) {
      this.#notice = this.reader.missed(missed)
      this.#noticeEvents = missed
      this.#count(this.#notice)
      kept.splice(place, 0, this.#notice)
    }
    // What was dropped has not drained.
    if (this.#clock !== null) this.#clock.drainedBytes = drained
    this.#first = kept.shift() ?? null
    this.#rest = kept.length === 0 ? null : new SliceQueue(kept)
    // What is left are answers, which are not dropped.
    if (this.queuedBytes > limits.hardLimitBytes) this.sink.tooSlow()
  }

  /** What is queued and not handed to the kernel, oldest first. */
  #queued(): Slice[] {
    return this.#first === null ? [] : [this.#first, ...(this.#rest?.toArray() ?? [])]
  }
}

function bytesOf(slice: Slice): Buffer {
  return slice.bytes
}
