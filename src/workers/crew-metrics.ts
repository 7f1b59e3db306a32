/** What the supervisor has to show in a scrape beside what its workers have: itself, and how each of them is. */

import type { Registry } from 'prom-client'
import { MetricSet } from '../relay/observe/metrics/metric-set.js'
import { addProcessMetrics } from '../relay/observe/metrics/process-metrics.js'
import { addTroubleMetrics } from '../relay/observe/metrics/trouble-metrics.js'
import type { Tally } from '../relay/observe/tally.js'
import type { MetricValues } from './messages.js'

/** Of one worker. */
export interface WorkerFigures {
  readonly number: number
  readonly isReady: boolean
  readonly connections: number
}

export interface CrewMetricSources {
  readonly version: string
  readonly fanoutWay: string
  readonly stage: () => string
  readonly tally: Tally
  readonly logLinesLost: () => number
  readonly wanted: number
  readonly restarts: () => number
  /** One for each number, whether a process is there or not. */
  readonly workers: () => readonly WorkerFigures[]
  /** What each has said last. */
  readonly values: (number: number) => MetricValues | undefined
}

export function createCrewMetrics(sources: CrewMetricSources): Registry {
  const { version, fanoutWay, stage, tally, logLinesLost, wanted, restarts, workers, values } = sources
  const metrics = new MetricSet()
  const gauges = (name: string, help: string, read: (worker: WorkerFigures) => number | undefined) =>
    metrics.gauges(name, help, 'worker', () =>
      workers().flatMap((worker) => {
        const value = read(worker)
        return value === undefined ? [] : [[String(worker.number), value] as const]
      }),
    )
  metrics.gauge('parlance_workers', 'How many workers there are to be.', () => wanted)
  gauges(
    'parlance_worker_ready',
    'Whether a worker takes connections: 1, or 0 while it is replaced or ends.',
    ({ isReady }) => (isReady ? 1 : 0),
  )
  gauges(
    'parlance_worker_connections',
    'Connections that are open now, by worker.',
    ({ connections }) => connections,
  )
  gauges('parlance_worker_resident_bytes', 'Memory that a worker has of the machine.', ({ number }) =>
    numberOf(values(number), 'process_resident_memory_bytes'),
  )
  gauges(
    'parlance_worker_event_loop_active_seconds',
    'Seconds in which the event loop of a worker had something to do since that worker began; growing by close to one a second, it is at the end of its core.',
    ({ number }) => numberOf(values(number), 'parlance_event_loop_active_seconds_total'),
  )
  metrics.counter(
    'parlance_worker_restarts_total',
    'Workers that have ended without having been told to, and were replaced.',
    restarts,
  )
  addTroubleMetrics(metrics, { tally, logLinesLost, historyLost: () => 0 })
  addProcessMetrics(metrics, { version, fanoutWay, stage, tally })
  return metrics.registry
}

function numberOf(values: MetricValues | undefined, name: string): number | undefined {
  return values?.find((metric) => metric.name === name)?.values[0]?.value
}
