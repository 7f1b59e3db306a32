/** The relay as a process: which one it is, what it is at, and what it takes of the machine. */

import { totalmem } from 'node:os'
import { performance } from 'node:perf_hooks'
import { collectDefaultMetrics } from 'prom-client'
import type { MetricSet } from './metric-set.js'
import type { MetricSources } from './sources.js'

/** Those in which anybody can scrape. */
const STAGES = ['ready', 'draining', 'closing', 'flushing']

export type ProcessSources = Pick<MetricSources, 'version' | 'fanoutWay' | 'stage' | 'tally'>

export function addProcessMetrics(metrics: MetricSet, sources: ProcessSources): void {
  const { version, fanoutWay, stage, tally } = sources
  collectDefaultMetrics({ register: metrics.registry })
  metrics.info(
    'parlance_info',
    'Always 1; the labels say which version of parlance this is, and how it writes to rooms: native or portable.',
    { version, fanout: fanoutWay },
  )
  metrics.gauges(
    'parlance_stage',
    'What the relay is at, as 1 for the stage and 0 for the others: ready, or at its end draining (not ready any more), closing (no new connections, everybody is told) or flushing (what is queued is sent).',
    'stage',
    () => STAGES.map((one) => [one, one === stage() ? 1 : 0] as const),
    'first',
  )
  metrics.counters(
    'parlance_reloads_total',
    'Reloads of the configuration since the start, by outcome: taken, or refused because something was wrong, which changes nothing.',
    'outcome',
    () => tally.reloads,
  )
  metrics.gauge(
    'parlance_memory_limit_bytes',
    'What this process may take of memory: the limit of its control group, or where there is none, all that the machine has.',
    memoryLimitBytes,
    'first',
  )
  metrics.counter(
    'parlance_event_loop_active_seconds_total',
    'Seconds in which the event loop had something to do; close to one a second, the relay is at the end of its core.',
    () => performance.eventLoopUtilization().active / 1000,
  )
  metrics.gauge(
    'parlance_clock_seconds',
    'What the clock of the machine shows, in seconds since 1970: logs, times of day and tokens go by it.',
    () => Date.now() / 1000,
    'first',
  )
}

/** Without a control group Node says 0, or more than there is. */
function memoryLimitBytes(): number {
  return Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem())
}
