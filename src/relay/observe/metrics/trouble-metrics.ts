/** What should stay at 0. */

import type { MetricSet } from './metric-set.js'
import type { MetricSources } from './sources.js'

export type TroubleSources = Pick<MetricSources, 'tally' | 'logLinesLost' | 'historyLost'>

export function addTroubleMetrics(metrics: MetricSet, sources: TroubleSources): void {
  const { tally, logLinesLost, historyLost } = sources
  metrics.counter(
    'parlance_faults_total',
    'Bugs of the relay that cost a connection each; the operational log has the stack of each.',
    () => tally.faults,
  )
  metrics.counter(
    'parlance_hook_faults_total',
    'Hooks of the program that has the relay inside which threw or answered what they may not; what they were asked about was refused.',
    () => tally.hookFaults,
  )
  metrics.counters(
    'parlance_admin_actions_total',
    'What operators did by parlance admin, by action: kick, ban, say and so on. The operational log has a record of each.',
    'action',
    () => tally.adminActions,
  )
  metrics.counter(
    'parlance_ops_refused_total',
    'Connections to the ops endpoint, which serves this, that were closed because it had too many.',
    () => tally.opsRefused,
  )
  metrics.counter(
    'parlance_log_lines_lost_total',
    'Records of chat.log, connections.log and stdout that could not be written, because the disk was full or too slow, or because stdout was not read.',
    logLinesLost,
  )
  metrics.counter(
    'parlance_history_lost_total',
    'Messages that newcomers will not be shown, because the disk was full or too slow.',
    historyLost,
  )
}
