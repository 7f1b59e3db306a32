/**
 * Decides when what was told in one turn of the event loop is written: right after the poll phase that
 * brought it. No timer and no added latency when idle; under load each flush takes longer, more arrives
 * meanwhile, and batches grow by themselves.
 */

import { Magnitudes } from './magnitudes.js'

/** A lane, as far as a flush goes. */
export interface Collected {
  /** Hands the batch to the members' outboxes; the last time in a turn, those may write it. */
  collect(last: boolean): void
  /** After the writing: gives back memory that nobody needs. */
  settle(): void
}

/** An outbox, as far as a flush goes. */
export interface Flushed {
  /** Writes what is queued. */
  flush(): void
}

/** Plain integers that the hot path adds to; metrics read them when they are asked for. */
export interface FanoutStats {
  /** Events put into outboxes: one for each event and member. */
  deliveries: number
  /** Events of each batch when it was handed to its lane's members. */
  readonly batchEvents: Magnitudes
  /** Bytes of the same. */
  readonly batchBytes: Magnitudes
  /** Microseconds that each flush took. */
  readonly flushMicroseconds: Magnitudes
  /** Microseconds from the read of each message to the end of the flush that wrote it to everybody. */
  readonly deliveryMicroseconds: Magnitudes
}

/** How long a flush may be put off while connections keep coming: as long as the last one took, within these. */
const MIN_HOLD_MS = 1
const MAX_HOLD_MS = 50
/** How long it may be put off while messages keep coming, as a share of what the last one took: hardly to be felt beside it. */
const BURST_SHARE = 1 / 8

export class Flusher {
  readonly stats: FanoutStats = {
    deliveries: 0,
    batchEvents: new Magnitudes(),
    batchBytes: new Magnitudes(),
    flushMicroseconds: new Magnitudes(),
    deliveryMicroseconds: new Magnitudes(),
  }
  /** Called before anything is written: what has to be safe by then is made so. */
  beforeWriting: (() => void) | null = null
  #lanes: Collected[] = []
  #outboxes: Flushed[] = []
  #scheduled = false
  #moreExpected = false
  /** Whether the turn that ends has brought messages. */
  #moreTold = false
  /** When the flush that is scheduled would have run, had it not been put off; 0 when it was not. */
  #heldSince = 0
  #lastFlushMs = 0
  /** When what has brought messages since the last flush was read, and how many messages each read has brought. */
  #readsMs: number[] = []
  #messages: number[] = []

  /** This lane has the first event of its batch. */
  listLane(lane: Collected): void {
    this.#lanes.push(lane)
    this.#schedule()
  }

  /** This outbox has something to write. */
  listOutbox(outbox: Flushed): void {
    this.#outboxes.push(outbox)
    this.#schedule()
  }

  /**
   * A message was told. For each read this is once a look at the clock, which is the caller's, and for each message an
   * addition.
   * @param readMs when it was read, on the clock of `performance.now`
   */
  told(readMs: number): void {
    // Nobody was there to be told.
    if (!this.#scheduled) return
    this.#moreTold = true
    const last = this.#readsMs.length - 1
    if (this.#readsMs[last] === readMs) {
      this.#messages[last] = (this.#messages[last] as number) + 1
    } else {
      this.#readsMs.push(readMs)
      this.#messages.push(1)
    }
  }

  /**
   * A connection was accepted, so there may be another one in the next turn: Node accepts one a turn, and telling
   * everybody of each newcomer alone is what makes a join storm quadratic in writes. A flush that is due waits for
   * the turn in which none comes, and not much longer than flushing takes anyway.
   */
  expectMore(): void {
    this.#moreExpected = true
  }

  /** Hands every batch to its outboxes, then writes each outbox that did not do so at once. */
  readonly flush = (): void => {
    const begun = performance.now()
    if ((this.#moreExpected && this.#mayHold(begun)) || (this.#moreTold && this.#mayHoldBurst(begun))) {
      this.#moreExpected = false
      this.#moreTold = false
      setImmediate(this.flush)
      return
    }
    this.#moreTold = false
    this.#heldSince = 0
    this.#scheduled = false
    if (this.beforeWriting !== null) this.beforeWriting()
    const lanes = this.#lanes
    this.#lanes = []
    for (let index = 0; index < lanes.length; index++) (lanes[index] as Collected).collect(true)
    const outboxes = this.#outboxes
    this.#outboxes = []
    for (let index = 0; index < outboxes.length; index++) (outboxes[index] as Flushed).flush()
    for (let index = 0; index < lanes.length; index++) (lanes[index] as Collected).settle()
    const ended = performance.now()
    this.#lastFlushMs = ended - begun
    this.stats.flushMicroseconds.add(Math.round(this.#lastFlushMs * 1000))
    if (this.#readsMs.length > 0) this.#countDeliveries(ended)
  }

  #countDeliveries(nowMs: number): void {
    const { deliveryMicroseconds } = this.stats
    for (let index = 0; index < this.#readsMs.length; index++) {
      const tookMs = nowMs - (this.#readsMs[index] as number)
      deliveryMicroseconds.add(Math.round(tookMs * 1000), this.#messages[index] as number)
    }
    this.#readsMs = []
    this.#messages = []
  }

  #mayHold(now: number): boolean {
    return this.#heldMs(now) < Math.min(Math.max(this.#lastFlushMs, MIN_HOLD_MS), MAX_HOLD_MS)
  }

  /**
   * Somebody who says much at once is in the middle of writing it when the first of it arrives. What comes while a long
   * flush goes on waits for all of it: so before it begins, the turns that still bring messages are waited for.
   */
  #mayHoldBurst(now: number): boolean {
    return this.#lastFlushMs >= MIN_HOLD_MS && this.#heldMs(now) < this.#lastFlushMs * BURST_SHARE
  }

  #heldMs(now: number): number {
    if (this.#heldSince === 0) this.#heldSince = now
    return now - this.#heldSince
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.flush)
  }
}
