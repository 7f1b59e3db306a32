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

/** @returns from 0 to 1, how much of the time each worker's event loop was at work, by number */
export function workerShares(before: Stats | null, after: Stats): ReadonlyMap<number, number | null> {
  const then = new Map(before?.workers?.map((worker) => [worker.pid, worker.eventLoop]))
  return new Map(
    after.workers?.map(({ worker, pid, eventLoop }) => {
      const last = then.get(pid)
      return [worker, last === undefined ? null : activeShare(last, eventLoop)]
    }),
  )
}

function activeShare(before: Stats['eventLoop'], after: Stats['eventLoop']): number {
  const activeMs = Math.max(0, after.activeMs - before.activeMs)
  const idleMs = Math.max(0, after.idleMs - before.idleMs)
  return activeMs / Math.max(activeMs + idleMs, 1)
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
  return {
    messages: sum('messages'),
    deliveries: grown(before.deliveries, after.deliveries) / seconds,
    receivedBytes: sum('receivedBytes'),
    sentBytes: sum('sentBytes'),
    opened: sum('opened'),
    eventLoopShare: activeShare(before.eventLoop, after.eventLoop),
    flushP99Ms: p99Ms(before.flushMicroseconds.counts, after.flushMicroseconds.counts),
    deliveryP99Ms: p99Ms(before.deliveryMicroseconds.counts, after.deliveryMicroseconds.counts),
  }
}

export function dialectRates(before: Stats, after: Stats, dialect: string): DialectRates {
  const seconds = secondsBetween(before, after)
  const now = after.connections[dialect] ?? NOTHING
  const then = before.connections[dialect] ?? NOTHING
  return {
    messages: grown(then.messages, now.messages) / seconds,
    receivedBytes: grown(then.receivedBytes, now.receivedBytes) / seconds,
    sentBytes: grown(then.sentBytes, now.sentBytes) / seconds,
    opened: grown(then.opened, now.opened) / seconds,
  }
}

/** What a worker had counted that has ended is not there any more. */
function grown(before: number, after: number): number {
  return Math.max(0, after - before)
}

const NOTHING = { messages: 0, receivedBytes: 0, sentBytes: 0, opened: 0 }

function secondsBetween(before: Stats, after: Stats): number {
  return Math.max(after.monotonicMs - before.monotonicMs, 1) / 1000
}

function p99Ms(before: readonly number[], after: readonly number[]): number | null {
  const counts = after.map((count, index) => grown(before[index] ?? 0, count))
  const micros = quantileOf(counts, 0.99)
  return micros === null ? null : Number((micros / 1000).toPrecision(3))
}
