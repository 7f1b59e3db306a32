/** What a relay holds while nobody is there, before and after: descriptors, handles, people, queues and the heap. */

import { readProcessUsage } from '../load/proc-stat.js'
import type { SoakRelay } from './relay.js'
import { descriptorsOf } from './samples.js'
import { totalOf } from './series.js'

const MIB = 2 ** 20
const SETTLE_MS = 60_000
/** A heap grows by what the compiler makes of code that runs for the first time, and by what has a bound. */
export const HEAP_SLACK_MIB = 16
/** V8 gives memory back in steps, of which some give nothing. */
const LOOKS_AT_REST = 3
const MOST_LOOKS = 20

/** Gauges that must be back where they were, and what keeps the event loop alive, timers among it. */
const RETURNING = [
  'parlance_connections',
  'parlance_connections_behind',
  'parlance_connections_paused',
  'parlance_connections_stuck',
  'parlance_sessions',
  'parlance_rooms',
  'parlance_rooms_congested',
  'parlance_retained_bytes',
  'parlance_unfinished_request_bytes',
]
const RESOURCES = /^nodejs_active_resources\{type="([^"]+)"\}$/

export interface Held {
  /** Counts of descriptors, gauges and handles, by what they are. */
  readonly counts: Readonly<Record<string, number>>
  /** After its garbage was collected. */
  readonly heapMib: number
  /** Buffers, which are not on the heap, of what was not collected. */
  readonly externalMib: number
  readonly rssMib: number
}

export async function heldBy(relay: SoakRelay): Promise<Held> {
  const series = await relay.scrapeAfresh()
  const counts: Record<string, number> = {}
  for (const [kind, count] of descriptorsOf(relay.pid)) counts[`descriptors: ${kind}`] = count
  for (const metric of RETURNING) counts[metric.replace('parlance_', '')] = totalOf(series, metric)
  for (const [name, value] of series) {
    const type = RESOURCES.exec(name)?.[1]
    if (type !== undefined) counts[`handles: ${type}`] = value
  }
  return {
    counts,
    heapMib: totalOf(series, 'nodejs_heap_size_used_bytes') / MIB,
    externalMib: totalOf(series, 'nodejs_external_memory_bytes') / MIB,
    rssMib: (readProcessUsage(relay.pid)?.rssBytes ?? 0) / MIB,
  }
}

/** What there is more of than before, in words. */
export function differencesOf(before: Held, after: Held): string[] {
  const keys = new Set([...Object.keys(before.counts), ...Object.keys(after.counts)])
  return [...keys].flatMap((key) => {
    const [was, is] = [before.counts[key] ?? 0, after.counts[key] ?? 0]
    return is > was ? [`${key}: ${was} before, ${is} after`] : []
  })
}

/** Closing lingers and pauses end: waits until what is held is no more than before. @returns what it is then, or at the deadline */
export async function heldAsBefore(relay: SoakRelay, before: Held): Promise<Held> {
  const deadlineMs = performance.now() + SETTLE_MS
  for (;;) {
    const now = await heldBy(relay)
    const isBack = differencesOf(before, now).length === 0 && now.heapMib <= before.heapMib + HEAP_SLACK_MIB
    if (isBack || performance.now() > deadlineMs) return now
  }
}

/**
 * Looks until resident memory has stopped coming down: V8 keeps for a while what it has collected, and gives it back with the next
 * collections.
 *
 * @param look collects the garbage first
 * @returns the look with the least
 */
export async function atRest(look: () => Promise<Held>): Promise<Held> {
  let least = await look()
  for (let looks = 1, higher = 0; looks < MOST_LOOKS && higher < LOOKS_AT_REST; looks++) {
    const now = await look()
    higher = now.rssMib < least.rssMib ? 0 : higher + 1
    if (higher === 0) least = now
  }
  return least
}
