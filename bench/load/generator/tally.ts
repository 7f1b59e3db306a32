/**
 * Checks and times every delivery of one process. Per receiver and sender it holds the sequence that must
 * come next; what does not fit is lost, duplicated or reordered. Latencies go into one histogram.
 *
 * This is the generator's hot path, ten million calls a second: no allocation, no closure, one clock reading
 * per chunk, and equal latencies in a row (one chunk, one burst) recorded as one.
 */

import { build, type Histogram } from 'hdr-histogram-js'
import { monotonicUs } from '../clock.js'
import { readSender, readSequence, readTimeUs, stampTimeUs, TIME_MASK } from '../stamp.js'
import type { DeliverySink } from '../targets/target.js'
import type { InFlight } from './in-flight.js'
import { MissingSequences } from './missing-sequences.js'

export interface OrderCounts {
  lost: number
  duplicated: number
  reordered: number
  foreign: number
}

export class Tally implements DeliverySink {
  /** Deliveries since the start. */
  deliveries = 0
  /** Chunks since the start: what a batching server saves. */
  chunks = 0
  /** Announcements since the start: how many came, and how many left, as everyone was told. */
  joinsHeard = 0
  leavesHeard = 0
  /** Of what was delivered since whoever reads it last reset it, in µs. */
  readonly latencies: Histogram = newLatencyHistogram()
  /** When the newest chunk was read, on the monotonic clock. */
  chunkUs = 0

  readonly #senders: number
  readonly #expected: Uint32Array
  readonly #inFlight: InFlight
  readonly #missing = new MissingSequences()
  #foreign = 0

  #chunkTimeUs = 0
  #runLatencyUs = 0
  #runCount = 0

  constructor(receivers: number, senders: number, inFlight: InFlight) {
    this.#senders = senders
    this.#expected = new Uint32Array(receivers * senders)
    this.#inFlight = inFlight
  }

  beginChunk(): void {
    this.chunks++
    this.chunkUs = monotonicUs()
    this.#chunkTimeUs = stampTimeUs(this.chunkUs)
  }

  endChunk(): void {
    if (this.#runCount === 0) return
    this.latencies.recordValueWithCount(this.#runLatencyUs, this.#runCount)
    this.#runCount = 0
  }

  delivered(receiver: number, bytes: Uint8Array, textAt: number): void {
    const sender = readSender(bytes, textAt)
    if (sender >= this.#senders) {
      this.#foreign++
      return
    }
    const sequence = readSequence(bytes, textAt)
    const slot = receiver * this.#senders + sender
    const expected = this.#expected[slot] as number
    if (sequence === expected) {
      this.#expected[slot] = sequence + 1
      this.#inFlight.delivered(sender, sequence)
    } else {
      this.#outOfOrder(slot, sender, sequence, expected)
    }
    this.deliveries++
    const latencyUs = (this.#chunkTimeUs - readTimeUs(bytes, textAt)) & TIME_MASK
    if (latencyUs === this.#runLatencyUs) {
      this.#runCount++
    } else {
      this.endChunk()
      this.#runLatencyUs = latencyUs
      this.#runCount = 1
    }
  }

  foreign(): void {
    this.#foreign++
  }

  announced(_receiver: number, joined: number, left: number): void {
    this.joinsHeard += joined
    this.leavesHeard += left
  }

  /** What does not fit so far; what is late by now may still come. */
  get wrong(): number {
    return this.#foreign + this.#missing.count
  }

  /**
   * Settles what has been sent so far: what has not arrived anywhere by now is lost. The counts start anew.
   * @param sent messages per sender
   * @param expects whether a receiver was to get a sender's messages
   */
  account(sent: readonly number[], expects: (receiver: number, sender: number) => boolean): OrderCounts {
    let lostAtTheEnd = 0
    for (let slot = 0; slot < this.#expected.length; slot++) {
      const sender = slot % this.#senders
      const next = this.#expected[slot] as number
      if (expects((slot - sender) / this.#senders, sender)) {
        const total = sent[sender] as number
        lostAtTheEnd += Math.max(0, total - next)
        this.#expected[slot] = total
      } else if (next !== 0) {
        this.#foreign += next
        this.#expected[slot] = 0
      }
    }
    const { lost, duplicated, reordered } = this.#missing.take()
    const counts = { lost: lost + lostAtTheEnd, duplicated, reordered, foreign: this.#foreign }
    this.#foreign = 0
    return counts
  }

  #outOfOrder(slot: number, sender: number, sequence: number, expected: number): void {
    if (sequence < expected) {
      this.#missing.late(slot, sequence)
      return
    }
    this.#missing.skipped(slot, expected, sequence)
    this.#expected[slot] = sequence + 1
    // What was skipped will not be waited for, or one lost message would end a closed loop.
    for (let skipped = expected; skipped <= sequence; skipped++) this.#inFlight.delivered(sender, skipped)
  }
}

/** 1 µs to 2^30 µs with three digits: what every process records into and what they are merged into. */
export function newLatencyHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: TIME_MASK,
    numberOfSignificantValueDigits: 3,
  })
}
