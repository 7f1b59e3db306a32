/** What happened between two looks at a relay, a second. */

import type { Stats } from '../../relay/admin/stats.js'
import { quantileOf } from '../../relay/fanout/magnitudes.js'

export interface Rates {
  readonly messages: number
  readonly deliveries: number
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly opened: number
  /** From 0 to 1: how much of the time the event loop was at work. */
  readonly eventLoopShare: number
  /** Of the flushes, and of the deliveries, that there were; `null` where there were none. */
  readonly flushP99Ms: number | null
  readonly deliveryP99Ms: number | null
}

/** Of one dialect, or of all. */
export interface DialectRates {
  readonly messages: number
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly opened: number
}

export function ratesBetween(before: Stats, after: Stats): Rates {
  const seconds = secondsBetween(before, after)
  const all = Object.keys(after.connections).map((dialect) => dialectRates(before, after, dialect))
  const sum = (key: keyof DialectRates) => all.reduce((total, rates) => total + rates[key], 0)
  const activeMs = after.eventLoop.activeMs - before.eventLoop.activeMs
  const idleMs = after.eventLoop.idleMs - before.eventLoop.idleMs
  return {
    messages: sum('messages'),
    deliveries: (after.deliveries - before.deliveries) / seconds,
    receivedBytes: sum('receivedBytes'),
    sentBytes: sum('sentBytes'),
    opened: sum('opened'),
    eventLoopShare: activeMs / Math.max(activeMs + idleMs, 1),
    flushP99Ms: p99Ms(before.flushMicroseconds.counts, after.flushMicroseconds.counts),
    deliveryP99Ms: p99Ms(before.deliveryMicroseconds.counts, after.deliveryMicroseconds.counts),
  }
}

export function dialectRates(before: Stats, after: Stats, dialect: string): DialectRates {
  const seconds = secondsBetween(before, after)
  const now = after.connections[dialect] ?? NOTHING
  const then = before.connections[dialect] ?? NOTHING
  return {
    messages: (now.messages - then.messages) / seconds,
    receivedBytes: (now.receivedBytes - then.receivedBytes) / seconds,
    sentBytes: (now.sentBytes - then.sentBytes) / seconds,
    opened: (now.opened - then.opened) / seconds,
  }
}

const NOTHING = { messages: 0, receivedBytes: 0, sentBytes: 0, opened: 0 }

function secondsBetween(before: Stats, after: Stats): number {
  return Math.max(after.monotonicMs - before.monotonicMs, 1) / 1000
}

function p99Ms(before: readonly number[], after: readonly number[]): number | null {
  const grown = after.map((count, index) => count - (before[index] ?? 0))
  const micros = quantileOf(grown, 0.99)
  return micros === null ? null : Number((micros / 1000).toPrecision(3))
}
