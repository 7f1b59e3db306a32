/**
 * What the live view shows: one sample a second of the last ten minutes, made of the plain integers that the hot path adds
 * to anyhow. Owns the samples and their clock; who is sent them is `web/live-feed.ts`. A sample is numbers alone: no
 * name, no text, no address, no room can get into one.
 */

import type { FanoutStats } from '../fanout/flusher.js'
import { type Magnitudes, quantileOf } from '../fanout/magnitudes.js'
import type { PressureStats } from '../fanout/pressure.js'
import type { ConnectionStats } from '../net/connection-context.js'
import type { Tally } from './tally.js'

/** Where the numbers are. Functions are called once a second. */
export interface LiveSources {
  /** By dialect. */
  readonly connections: ReadonlyMap<string, ConnectionStats>
  readonly fanout: FanoutStats
  readonly pressure: PressureStats
  readonly tally: Tally
  readonly sessions: () => number
  readonly rooms: () => number
  readonly retainedBytes: () => number
  /** Of the whole process, in bytes. */
  readonly memory: () => { readonly rss: number; readonly heapUsed: number }
}

/**
 * The numbers of a sample, in the order in which it has them. Rates are of the second before the sample, the rest is as
 * it was then; latencies are milliseconds, and null when there were none.
 */
export const LIVE_FIELDS = [
  /** Milliseconds since 1970. */
  'at',
  'connections',
  'sessions',
  'rooms',
  'messagesPerSecond',
  'deliveriesPerSecond',
  'flushMedianMs',
  'flushP99Ms',
  'deliveryP99Ms',
  'behind',
  'stuck',
  'congestedRooms',
  'retainedBytes',
  'rssBytes',
  'heapBytes',
  'receivedBytesPerSecond',
  'sentBytesPerSecond',
] as const

export type LiveSample = readonly (number | null)[]

const SECOND_MS = 1000
/** Ten minutes. */
const MOST_SAMPLES = 600

export class LiveSamples {
  readonly #sources: LiveSources
  readonly #now: () => number
  readonly #samples: LiveSample[] = []
  readonly #listeners = new Set<(sample: LiveSample) => void>()
  readonly #flush: Growth
  readonly #delivery: Growth
  #totals: Totals
  #timer: NodeJS.Timeout | null = null

  /** @param now milliseconds since 1970 */
  constructor(sources: LiveSources, now: () => number) {
    this.#sources = sources
    this.#now = now
    this.#flush = new Growth(sources.fanout.flushMicroseconds)
    this.#delivery = new Growth(sources.fanout.deliveryMicroseconds)
    this.#totals = totalsOf(sources, now())
  }

  /** Takes a sample a second from now on. */
  start(): void {
    this.#timer ??= setInterval(() => this.take(), SECOND_MS).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#listeners.clear()
  }

  /** Those of the last ten minutes, oldest first. */
  get samples(): readonly LiveSample[] {
    return this.#samples
  }

  /** @param listener is called with each sample as it is taken, and must not throw @returns no more calls after this one */
  onSample(listener: (sample: LiveSample) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes one now. */
  take(): void {
    const { pressure, sessions, rooms, retainedBytes, memory } = this.#sources
    const before = this.#totals
    const totals = totalsOf(this.#sources, this.#now())
    this.#totals = totals
    // A second that the event loop was busy may have been a longer one.
    const seconds = Math.max(totals.at - before.at, 1) / SECOND_MS
    const rate = (key: Exclude<keyof Totals, 'at'>) => rounded((totals[key] - before[key]) / seconds)
    this.#flush.next()
    this.#delivery.next()
    const { rss, heapUsed } = memory()
    const sample: Readonly<Record<(typeof LIVE_FIELDS)[number], number | null>> = {
      at: totals.at,
      connections: totals.opened - totals.closed,
      sessions: sessions(),
      rooms: rooms(),
      messagesPerSecond: rate('messages'),
      deliveriesPerSecond: rate('deliveries'),
      flushMedianMs: this.#flush.quantileMs(0.5),
      flushP99Ms: this.#flush.quantileMs(0.99),
      deliveryP99Ms: this.#delivery.quantileMs(0.99),
      behind: pressure.behind,
      stuck: pressure.stuck,
      congestedRooms: pressure.congestedRooms,
      retainedBytes: retainedBytes(),
      rssBytes: rss,
      heapBytes: heapUsed,
      receivedBytesPerSecond: rate('bytesIn'),
      sentBytesPerSecond: rate('bytesOut'),
    }
    const values = LIVE_FIELDS.map((field) => sample[field])
    this.#samples.push(values)
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift()
    for (const listener of this.#listeners) listener(values)
  }
}

/** What has only grown since the start of the relay. */
interface Totals {
  readonly at: number
  readonly opened: number
  readonly closed: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly messages: number
  readonly deliveries: number
}

function totalsOf({ connections, fanout, tally }: LiveSources, at: number): Totals {
  let [opened, closed, bytesIn, bytesOut, messages] = [0, 0, 0, 0, 0]
  for (const stats of connections.values()) {
    opened += stats.opened
    closed += stats.closed
    bytesIn += stats.bytesIn
    bytesOut += stats.bytesOut
  }
  for (const count of tally.messages.values()) messages += count
  return { at, opened, closed, bytesIn, bytesOut, messages, deliveries: fanout.deliveries }
}

/** What a histogram of microseconds has got since it was last looked at. */
class Growth {
  readonly #magnitudes: Magnitudes
  readonly #before: Float64Array
  readonly #grown: Float64Array

  constructor(magnitudes: Magnitudes) {
    this.#magnitudes = magnitudes
    this.#before = magnitudes.counts.slice()
    this.#grown = new Float64Array(magnitudes.counts.length)
  }

  next(): void {
    for (const [index, count] of this.#magnitudes.counts.entries()) {
      this.#grown[index] = count - (this.#before[index] as number)
      this.#before[index] = count
    }
  }

  /** @returns null when nothing has come */
  quantileMs(share: number): number | null {
    const micros = quantileOf(this.#grown, share)
    return micros === null ? null : Number((micros / 1000).toPrecision(3))
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
