/** What a relay with a listener for every dialect, for browsers and with TLS answers to a scrape, before anybody has come. */

import { pino } from 'pino'
import type { MetricType } from 'prom-client'
import { noStats } from '../../src/relay/backplane/cluster/stats.js'
import { loadConfig } from '../../src/relay/config/load.js'
import { DIALECTS } from '../../src/relay/dialects/registry.js'
import { addClusterMetrics } from '../../src/relay/observe/metrics/cluster-metrics.js'
import { addDurableMetrics } from '../../src/relay/observe/metrics/durable-metrics.js'
import { MetricSet } from '../../src/relay/observe/metrics/metric-set.js'
import { Tally } from '../../src/relay/observe/tally.js'
import { Relay } from '../../src/relay/relay.js'
import { VERSION } from '../../src/version.js'
import { createCrewMetrics } from '../../src/workers/crew-metrics.js'

/** Of what each worker says, what is shown of each. */
const SHOWN_BY_WORKER = ['process_resident_memory_bytes', 'parlance_event_loop_active_seconds_total'].map(
  (name) => {
    const values = [{ labels: {}, value: 1 }]
    return {
      name,
      help: '',
      type: 'gauge' as unknown as MetricType,
      aggregator: 'sum' as const,
      values,
      collect() {},
    }
  },
)

/** What there is besides where the relay is several workers. */
export async function scrapeOfTwoWorkers(): Promise<string> {
  const registry = createCrewMetrics({
    version: VERSION,
    fanoutWay: 'native',
    stage: () => 'ready',
    tally: new Tally(),
    logLinesLost: () => 0,
    wanted: 2,
    restarts: () => 0,
    workers: () => [1, 2].map((number) => ({ number, isReady: true, connections: 0 })),
    values: () => SHOWN_BY_WORKER,
  })
  const own = registry.getMetricsAsArray().filter(({ name }) => name.startsWith('parlance_worker'))
  return (await Promise.all(own.map(({ name }) => registry.getSingleMetricAsString(name)))).join('\n')
}

/** What a node of a cluster has beside. */
async function clusterMetrics(): Promise<string> {
  const metrics = new MetricSet()
  const stats = { kept: 0, repeated: 0, refused: 0, spooled: 0, full: 0 }
  addDurableMetrics(metrics, { stats, unsent: { batches: 0, bytes: 0 }, searches: 0 })
  addClusterMetrics(metrics, {
    cluster: { state: 'joining', nodes: () => [] },
    bus: { pendingBytes: 0, lagMs: 0, stats: { refused: 0, reconnects: 0 } },
    stats: noStats(),
    durable: null,
  })
  return await metrics.registry.metrics()
}

/** @param certificate the query of a listener's URL that names a certificate and its key */
export async function scrapeOfNewRelay(certificate: string): Promise<string> {
  const plain = [...DIALECTS.keys(), 'ws'].map((scheme) => `${scheme}://127.0.0.1:0`)
  const listen = [...plain, `framed+tls://127.0.0.1:0?${certificate}`]
  const flags = { listen, ops: '127.0.0.1:0', logDir: 'off' }
  const relay = await Relay.start(loadConfig({ environment: {}, flags }), pino({ level: 'silent' }))
  try {
    const response = await fetch(`http://127.0.0.1:${relay.opsPort}/metrics`)
    return (await response.text()) + (await clusterMetrics())
  } finally {
    await relay.stop()
  }
}
