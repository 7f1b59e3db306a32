/** What people say, to how many, and how long it takes to reach them. */

import type { MetricSet } from './metric-set.js'
import type { MetricSources } from './sources.js'

export function addMessageMetrics(metrics: MetricSet, sources: MetricSources): void {
  const { connections, fanout, tally } = sources
  metrics.gauge('parlance_sessions', 'Sessions: connected people whose name was accepted.', sources.sessions)
  // Every node of a cluster knows all rooms.
  metrics.gauge('parlance_rooms', 'Rooms that exist now, private ones included.', sources.rooms, 'max')
  metrics.gauge(
    'parlance_history_messages',
    'Messages that rooms keep for newcomers, as far as they are written.',
    () => sources.history().messages,
  )
  metrics.gauge(
    'parlance_history_bytes',
    'What these come to, which is held against historyBytes. On the disk it is less, for it is compressed there.',
    () => sources.history().bytes,
  )
  metrics.counters(
    'parlance_messages_received_total',
    'Room and direct messages that clients sent and the relay accepted, by the dialect of the sender.',
    'dialect',
    () => [...connections.keys()].map((dialect) => [dialect, tally.messages.get(dialect) ?? 0] as const),
  )
  metrics.counters(
    'parlance_events_total',
    'Events in rooms and between people since the start, by kind: messages, edits, people coming and going, and so on. Each counts once, however many are told.',
    'kind',
    () => tally.events,
  )
  metrics.counter(
    'parlance_deliveries_total',
    'Deliveries: each event counts once for every room member that it is sent to.',
    () => fanout.deliveries,
  )
  metrics.histogram(
    'parlance_batch_events',
    'Events in a batch: what one room is told in one turn of the event loop, in one dialect.',
    fanout.batchEvents,
    16,
  )
  metrics.histogram(
    'parlance_batch_bytes',
    'Bytes in a batch: what one room is told in one turn of the event loop, in one dialect.',
    fanout.batchBytes,
    20,
  )
  metrics.histogram(
    'parlance_flush_seconds',
    'Seconds that one flush takes: writing to everybody what one turn of the event loop has brought.',
    fanout.flushMicroseconds,
    24,
    1e-6,
  )
  metrics.histogram(
    'parlance_delivery_seconds',
    'Seconds from when the relay read a message to when it had written the message to all who are to have it and keep up, waiting for its turn included. A direct message counts once for each person that it is for.',
    fanout.deliveryMicroseconds,
    25,
    1e-6,
  )
}
