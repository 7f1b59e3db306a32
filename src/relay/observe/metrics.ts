/**
 * The relay's numbers for Prometheus: which groups of them there are. The relay adds to plain integers, and they are
 * read when somebody scrapes. No label holds a name, a room or an address. docs/metrics.md lists them all.
 */

import type { Registry } from 'prom-client'
import { addClusterMetrics } from './metrics/cluster-metrics.js'
import { addConnectionMetrics } from './metrics/connection-metrics.js'
import { addDurableMetrics } from './metrics/durable-metrics.js'
import { addMessageMetrics } from './metrics/message-metrics.js'
import { MetricSet } from './metrics/metric-set.js'
import { addProcessMetrics } from './metrics/process-metrics.js'
import { addQueueMetrics } from './metrics/queue-metrics.js'
import type { MetricSources } from './metrics/sources.js'
import { addTroubleMetrics } from './metrics/trouble-metrics.js'

/** A registry of its own, so that several relays can live in one process. */
export function createMetrics(sources: MetricSources): Registry {
  const metrics = new MetricSet()
  addConnectionMetrics(metrics, sources)
  addMessageMetrics(metrics, sources)
  addQueueMetrics(metrics, sources)
  addTroubleMetrics(metrics, sources)
  addProcessMetrics(metrics, sources)
  if (sources.cluster !== null) addClusterMetrics(metrics, sources.cluster)
  if (sources.cluster?.durable) addDurableMetrics(metrics, sources.cluster.durable)
  return metrics.registry
}
