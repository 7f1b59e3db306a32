/** What waits to be sent, who does not keep up, and who is slowed down for that. */

import type { PauseClock } from '../../fanout/pauses.js'
import type { MetricSet } from './metric-set.js'
import type { MetricSources } from './sources.js'

/** For who reads a metric without a page beside it. */
const CAUSES =
  'room (one that it sends to is congested), direct (a person that it sends to is slow), answers (it does not read its own), turn (others are next), decoding (what it sent is being inflated), refusals (too many names were refused), access (the password or token that it has shown is being checked), allowance (it, or its address, asks for more than it may)'

export function addQueueMetrics(metrics: MetricSet, sources: MetricSources): void {
  const { pressure } = sources
  const { stats, limits } = pressure
  const pauses = Object.entries(stats.pauses)
  const byCause = (read: (clock: PauseClock) => number) => () =>
    pauses.map(([cause, clock]) => [cause, read(clock)] as const)

  metrics.gauge(
    'parlance_queued_bytes',
    'Bytes waiting to be sent, added up over all connections; shared bytes count once for each.',
    sources.queuedBytes,
  )
  metrics.gauge(
    'parlance_retained_bytes',
    'Bytes of memory that hold what waits to be sent; what several connections share counts once. Bounded by retainedLimitBytes.',
    sources.retainedBytes,
  )
  metrics.gauge(
    'parlance_retained_limit_bytes',
    'The setting retainedLimitBytes: with more than this retained, the longest queues are cut off.',
    () => limits.retainedLimitBytes,
  )
  metrics.gauge(
    'parlance_unfinished_request_bytes',
    'Bytes of memory that hold requests of which clients have sent only a part so far.',
    sources.heldInputBytes,
  )
  metrics.gauge(
    'parlance_connections_behind',
    'Connections with more queued than softLimitBytes whose client reads at minDrainBytesPerSecond or faster.',
    () => stats.behind,
  )
  metrics.gauge(
    'parlance_connections_stuck',
    'Connections with more queued than softLimitBytes whose client reads slower than minDrainBytesPerSecond; they are cut off after graceMs.',
    () => stats.stuck,
  )
  metrics.gauge(
    'parlance_longest_behind_seconds',
    'Seconds since the connection that has been above softLimitBytes for the longest time went above it; 0 when none is.',
    () => pressure.longestSlowSeconds,
    'max',
  )
  metrics.gauge(
    'parlance_rooms_congested',
    'Rooms in which senders are slowed down now because members do not read fast enough.',
    () => stats.congestedRooms,
  )
  metrics.counter(
    'parlance_congestions_total',
    'How often a room became congested, which slows its senders down.',
    () => stats.congestions,
  )
  metrics.counter(
    'parlance_dropped_events_total',
    'Events that were dropped from the queues of slow readers on listeners with policy=drop-oldest; each counts once for every reader that misses it.',
    () => stats.droppedEvents,
  )
  metrics.gauges(
    'parlance_connections_paused',
    `Connections that the relay does not read from at the moment, by cause: ${CAUSES}.`,
    'cause',
    byCause(({ active }) => active),
  )
  metrics.counters(
    'parlance_pauses_total',
    `How often the relay stopped reading from a connection for a while, by cause: ${CAUSES}.`,
    'cause',
    byCause(({ total }) => total),
  )
  metrics.counters(
    'parlance_paused_seconds_total',
    `Seconds for which the relay did not read from connections, added up over all of these, by cause: ${CAUSES}.`,
    'cause',
    byCause(({ seconds }) => seconds),
  )
}
