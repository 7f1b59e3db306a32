/**
 * One connection's write queue: in order, byte-counted, one write outstanding. Owns what is still to be sent; the sink
 * owns how bytes reach the kernel, and `slow-reader.ts` what follows when it is too much.
 *
 *          push            flush             written
 *   lanes ------> [ queue ] ----> sink.write --------> released
 *     |                            | kernel full
 *     |                            +--> outstanding, until `written()`
 *     +--- past it, while it is idle (`ports.ts`); what the kernel did not take then is outstanding too
 *
 * With the policy `drop-oldest`, the oldest room events are forgotten at the hard limit and the client is told.
 */

import type { ChunkPool, Slice } from './chunk.js'
import type { Flusher } from './flusher.js'
import { PAUSE, type Source } from './pauses.js'
import type { Place, Ports } from './ports.js'
import type { Pressure } from './pressure.js'
import type { Sink, SlowPolicy } from './sink.js'
import { SliceQueue } from './slice-queue.js'
import { type SlownessListener, SlowReader } from './slow-reader.js'

/** Whoever reads from an outbox, as far as being slow concerns others. */
export interface Reader extends SlownessListener {
  /** It is no longer above soft. */
  caughtUp(): void
  /** What tells it that it missed so many events (F16). */
  missed(events: number): Slice
}

/** What all outboxes share. */
export interface OutboxContext {
  readonly flusher: Flusher
  readonly pressure: Pressure
  readonly pool: ChunkPool
  /** For one lane. */
  createPorts(): Ports
  /** An encoding threw, over what `source` said, or over nobody's words in particular. The event was not told in it. */
  encodingFailed(error: unknown, source: Source | null): void
  /** Somebody was told something alone who is slow, by nobody of this node; `null` where there are no others. */
  readonly slowTarget: ((outbox: Outbox) => void) | null
}

/** What a place in a queue costs, apart from the bytes: an entry of an array, and the slice where it is one's own. */
const PLACE_BYTES = 64
/** One write is about this at most: more saves nothing, and what the kernel has not taken all of is known only roughly. */
const MAX_WRITE_BYTES = 256 * 1024
/** While a reader is slow, so that progress shows and old events can still be dropped. */
const MAX_SLOW_WRITE_BYTES = 64 * 1024
/**
 * Above this, whoever has no name is not read from until they have read. The longest answer is sent all the same, but
 * not a second one; and what thousands of strangers can have the relay keep stays small.
 */
const STRANGER_LIMIT_BYTES = 16 * 1024

export class Outbox implements SlownessListener {
  /** Bytes pushed and not yet taken by the kernel. */
  queuedBytes = 0
  /** Who reads from it; set by the recipient. */
  reader: Reader | null = null
  /** Whether who reads from it has a name. */
  named = false
  readonly sink: Sink
  readonly context: OutboxContext
  readonly #policy: SlowPolicy
  /** The one lane that it is in; `null` for none, and for several: what they say in one turn is written in one. */
  #only: Place | null = null
  /** Whether the flusher knows that this one has something to send. */
  #listed = false
  #closed = false
  /** Whether no more requests are taken because there are enough answers. */
  #answersHeld = false
  /** Nearly always there is one slice at most, so the queue is made only for the second. */
  #first: Slice | null = null
  #rest: SliceQueue | null = null
  /** The last write, while the kernel has not taken all of it. */
  #outstanding: readonly Slice[] | null = null
  /** While this is above the soft limit. */
  #slow: SlowReader | null = null
  /** The last notice of missed events, while it may still be in the queue, and what it says. */
  #notice: { readonly slice: Slice; readonly events: number } | null = null

  constructor(sink: Sink, context: OutboxContext, policy: SlowPolicy) {
    this.sink = sink
    this.context = context
    this.#policy = policy
  }

  /** As in `SLOWNESS`, as far as it concerns rooms: none waits for a reader who may miss events. */
  get slowness(): number {
    return this.#policy === 'cut' ? (this.#slow?.slowness ?? 0) : 0
  }

  /** Above soft, whatever the policy. */
  get slow(): boolean {
    return this.#slow !== null
  }

  /** What is known of it while it is. */
  get slowReader(): Pick<SlowReader, 'sinceMs' | 'slowness'> | null {
    return this.#slow
  }

  /** Its place in the one lane that it is in, or `null`. */
  set only(place: Place | null) {
    const before = this.#only
    this.#only = place
    before?.review()
    place?.review()
  }

  /** Whether the lane of this place may write past it. */
  mayBePassed(place: Place): boolean {
    return (
      this.#only === place &&
      !this.#closed &&
      this.#first === null &&
      this.#outstanding === null &&
      this.#slow === null
    )
  }

  /** Queues a slice; it is written with everything else of this turn. */
  push(slice: Slice): void {
    if (this.#closed) return
    this.#count(slice)
    if (this.#first === null) {
      this.#first = slice
      this.#only?.review()
    } else {
      this.#rest ??= new SliceQueue()
      this.#rest.push(slice)
    }
    if (!this.#listed) {
      this.#listed = true
      this.context.flusher.listOutbox(this)
    }
  }

  /** As `push`, for what somebody asked for: when it is enough, they ask no more until they have read. */
  answer(slice: Slice): void {
    this.push(slice)
    if (this.queuedBytes > this.#softLimitBytes && !this.#closed) this.#holdAnswers()
  }

  /**
   * A lane has written past it, and the kernel did not take all.
   * @param rest how many of the last bytes are still to be written; 0 when the sink has them already
   */
  passedInPart(slice: Slice, rest: number): void {
    // Nothing else was written meanwhile, so these are next.
    if (rest > 0 && this.sink.writeRest(slice.bytes, rest)) return
    this.#count(slice)
    this.#outstanding = [slice]
    if (this.queuedBytes > this.#softLimitBytes) this.#isSlow()
    this.#only?.review()
  }

  /** Writes what is queued, unless a write is outstanding. The flusher calls it once a turn. */
  flush(): void {
    this.#listed = false
    if (this.#closed) return
    if (this.#outstanding === null) this.#write()
    if (this.queuedBytes > this.#softLimitBytes) this.#isSlow()
    else this.#isFine()
    this.#only?.review()
  }

  /** The kernel has taken the outstanding write. */
  written(): void {
    if (this.#outstanding !== null) this.#taken(this.#outstanding)
    this.#outstanding = null
    this.#write()
    if (this.queuedBytes <= this.#softLimitBytes) this.#isFine()
    else this.#slow?.queued(this.queuedBytes)
    this.#only?.review()
  }

  /** Forgets what is queued and takes no more: the connection is gone. Nobody writes past it from now on. */
  close(): void {
    this.#closed = true
    this.#isFine()
    if (this.#outstanding !== null) this.#taken(this.#outstanding)
    this.#taken(this.#queued())
    this.#outstanding = this.#first = this.#rest = null
    this.#only?.review()
  }

  /** For `SlowReader`. */
  slownessChanged(before: number, after: number): void {
    if (this.#policy === 'cut') this.reader?.slownessChanged(before, after)
  }

  get #softLimitBytes(): number {
    const { softLimitBytes } = this.context.pressure.limits
    return this.named ? softLimitBytes : Math.min(softLimitBytes, STRANGER_LIMIT_BYTES)
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
      const most = this.#slow === null ? MAX_WRITE_BYTES : MAX_SLOW_WRITE_BYTES
      while ((bytes < most || slices.at(-1)?.goesOn === true) && rest.length > 0) {
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
    const { pool } = this.context
    pool.retainedBytes += PLACE_BYTES
    if (slice.memory !== null) slice.memory.retain(pool)
    else pool.retainedBytes += slice.bytes.length
  }

  #takenOne(slice: Slice): void {
    const bytes = slice.bytes.length
    this.queuedBytes -= bytes
    const { pool } = this.context
    pool.retainedBytes -= PLACE_BYTES
    if (slice.memory !== null) slice.memory.release(pool)
    else pool.retainedBytes -= bytes
  }

  #taken(slices: readonly Slice[]): void {
    for (const slice of slices) this.#takenOne(slice)
  }

  /** Above soft. */
  #isSlow(): void {
    this.#slow ??= new SlowReader(this.context.pressure, this.sink, this.#policy, this)
    this.#holdAnswers()
    this.#slow.queued(this.queuedBytes)
    const { hardLimitBytes } = this.context.pressure.limits
    if (this.#policy === 'drop-oldest' && this.queuedBytes > hardLimitBytes) this.#dropOldest()
  }

  /** No longer above soft. */
  #isFine(): void {
    const slow = this.#slow
    if (slow !== null) {
      this.#slow = null
      slow.end()
      this.reader?.caughtUp()
    }
    if (!this.#answersHeld) return
    this.#answersHeld = false
    this.sink.resume(PAUSE.answers)
  }

  #holdAnswers(): void {
    this.#answersHeld = true
    this.sink.pause(PAUSE.answers)
  }

  /** F16: forgets the oldest room events until the queue is at soft, and says in their place how many. */
  #dropOldest(): void {
    const { limits, stats } = this.context.pressure
    const kept: Slice[] = []
    let place = -1
    let missed = 0
    let excess = this.queuedBytes - limits.softLimitBytes
    for (const slice of this.#queued()) {
      const notice = slice === this.#notice?.slice ? this.#notice : null
      if (notice !== null || (slice.events > 0 && excess > 0)) {
        if (place < 0) place = kept.length
        missed += notice?.events ?? slice.events
        stats.droppedEvents += slice.events
        excess -= slice.bytes.length
        this.#takenOne(slice)
      } else {
        kept.push(slice)
      }
    }
    if (missed > 0 && this.reader !== null) {
      const slice = this.reader.missed(missed)
      this.#notice = { slice, events: missed }
      this.#count(slice)
      kept.splice(place, 0, slice)
    }
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
