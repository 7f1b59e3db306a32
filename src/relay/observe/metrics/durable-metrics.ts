/** What is said, on its way to where NATS keeps it. There is none of these without `durable`. */

import type { MetricSet } from './metric-set.js'
import type { DurableNumbers } from './sources.js'

export function addDurableMetrics(metrics: MetricSet, durable: DurableNumbers): void {
  const { stats } = durable
  metrics.gauge(
    'parlance_durable_unsent_bytes',
    'What was said and NATS does not keep yet, which is held against unsentBytes.',
    () => durable.unsent.bytes,
  )
  metrics.gauge('parlance_durable_unsent_batches', 'Batches of it.', () => durable.unsent.batches)
  metrics.gauge(
    'parlance_durable_searches',
    'Holes in what other nodes have said that are being filled.',
    () => durable.searches,
  )
  metrics.counter('parlance_durable_kept_total', 'Batches that NATS keeps.', () => stats.kept)
  metrics.counter(
    'parlance_durable_repeated_total',
    'Batches that were published again and NATS had already.',
    () => stats.repeated,
  )
  metrics.counter(
    'parlance_durable_refused_total',
    'Times that NATS did not keep a batch, or did not say so in time; each is tried again.',
    () => stats.refused,
  )
  metrics.counter(
    'parlance_durable_spooled_total',
    'Batches that were written to the data directory, because NATS did not have them soon enough.',
    () => stats.spooled,
  )
  metrics.counter(
    'parlance_durable_full_total',
    'Times that so much waited for NATS that those who said something had to wait.',
    () => stats.full,
  )
}
