/** The comparison as tables for a terminal. */

import { table } from '../load/report/table.js'
import { count, percent } from '../load/report/words.js'
import type { Results } from './results.js'
import { isOpen, type LoadMetric, loadsOf, lostShares, METRICS, problemsOf } from './summary.js'
import type { Measured } from './visit.js'
import { cell, memoryCell } from './words.js'

export function comparisonText(results: Results): string {
  const loads = loadsOf(results)
  const closed = loads.filter((load) => !isOpen(load))
  const open = loads.filter(isOpen)
  const perLoad = (metric: LoadMetric, of: readonly string[]) => {
    const rows = results.peers.map(({ name }) => [
      name,
      ...of.map((load) => cell(results, name, load, metric)),
    ])
    return `${METRICS[metric].words}\n${table(['', ...of], rows)}`
  }
  const latencies = open.map((load) => {
    const metrics = ['p50Us', 'p99Us', 'p999Us'] as const
    const rows = results.peers.map(({ name }) => [
      name,
      ...metrics.map((one) => cell(results, name, load, one)),
    ])
    return `latency in ms, ${load}\n${table(['', 'p50', 'p99', 'p99.9'], rows)}`
  })
  const memory = results.peers.map(({ name }) => [name, memoryCell(results, name)])
  const lost = lostShares(results)
  return [
    perLoad('deliveriesPerSecond', closed),
    perLoad('serverCpuUsPerDelivery', loads),
    ...latencies,
    `KiB per silent connection\n${table(['', 'KiB'], memory)}`,
    problemWords(results),
    `lost to other programs on the same core: ${percent(lost.median)} of the time in the median load, ${percent(lost.most)} in the worst`,
  ].join('\n\n')
}

/** One line for each load as it is measured. */
export function measuredLine(measured: Measured): string {
  const { load, deliveriesPerSecond, p50Us, p99Us, serverCpuUsPerDelivery, lostShare, isClean, notes } =
    measured
  const parts = [
    `${count(deliveriesPerSecond)}/s`,
    `p50 ${(p50Us / 1000).toFixed(1)} ms`,
    `p99 ${(p99Us / 1000).toFixed(1)} ms`,
    `${serverCpuUsPerDelivery.toFixed(3)} µs/delivery`,
    `${percent(lostShare)} lost`,
    isClean ? 'complete and in order' : `WRONG: ${notes.join('; ')}`,
  ]
  return `  ${load.padEnd(28)} ${parts.join(', ')}`
}

function problemWords(results: Results): string {
  const problems = problemsOf(results)
  return problems.length === 0
    ? 'every delivery on every server arrived, once and in order'
    : problems.map((problem) => `WRONG: ${problem}`).join('\n')
}
