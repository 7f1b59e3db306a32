/** The charts of the page, by file name. */

import { type Chart, COLORS, type Series } from '../load/report/svg-chart.js'
import type { Results } from './results.js'
import { bytesPerConnection, isOpen, type LoadMetric, loadsOf, medianOf } from './summary.js'

/** Eight names do not fit one. */
const LEGEND_LINES = 2

export function chartsOf(results: Results): Map<string, Chart> {
  const closed = loadsOf(results).filter((load) => !isOpen(load))
  const [crowd = ''] = closed.map(crowdOf)
  const loads = closed.filter((load) => crowdOf(load) === crowd)
  const open = loadsOf(results).find(isOpen)
  const charts = new Map<string, Chart>([
    [
      'benchmarks-deliveries.svg',
      {
        title: `Deliveries a second, ${crowd}`,
        x: { name: 'messages in flight', kind: 'category', categories: loads.map(limitOf) },
        y: [{ name: 'deliveries a second', kind: 'log', min: 10_000, label: thousands }],
        legendLines: LEGEND_LINES,
        series: perServer(results, (peer) => valuesOf(results, peer, loads, 'deliveriesPerSecond', 1)),
      },
    ],
    [
      'benchmarks-cpu.svg',
      {
        title: `Server CPU per delivery, ${crowd}`,
        x: { name: 'messages in flight', kind: 'category', categories: loads.map(limitOf) },
        // Bars of a logarithmic axis begin at 1: in nanoseconds none is below it.
        y: [{ name: 'ns', kind: 'log', min: 10 }],
        legendLines: LEGEND_LINES,
        series: perServer(results, (peer) => valuesOf(results, peer, loads, 'serverCpuUsPerDelivery', 1000)),
      },
    ],
    [
      'benchmarks-memory.svg',
      {
        title: 'Memory of a silent connection',
        x: { name: '', kind: 'category', categories: [''] },
        y: [{ name: 'KiB' }],
        legendLines: LEGEND_LINES,
        series: perServer(results, (peer) => [rounded((bytesPerConnection(results, peer) ?? 0) / 1024)]),
      },
    ],
  ])
  if (open !== undefined) charts.set('benchmarks-latency.svg', latencyChart(results, open))
  return charts
}

function latencyChart(results: Results, load: string): Chart {
  const metrics = ['p50Us', 'p99Us', 'p999Us'] as const
  return {
    title: `Latency, ${load}`,
    x: { name: 'percentile', kind: 'category', categories: ['p50', 'p99', 'p99.9'] },
    y: [{ name: 'ms', kind: 'log', min: 1 }],
    legendLines: LEGEND_LINES,
    series: perServer(results, (peer) =>
      metrics.map((metric) => rounded((medianOf(results, peer, load, metric) ?? 0) / 1000)),
    ),
  }
}

function perServer({ peers }: Results, pointsOf: (peer: string) => number[]): Series[] {
  return peers.map(({ name }, index) => ({
    name,
    kind: 'bar',
    color: COLORS[index % COLORS.length] as string,
    points: pointsOf(name),
  }))
}

function valuesOf(
  results: Results,
  peer: string,
  loads: readonly string[],
  metric: LoadMetric,
  factor: number,
): number[] {
  return loads.map((load) => rounded((medianOf(results, peer, load, metric) ?? 0) * factor))
}

/** `1000 clients` of `1000 clients, 16 in flight`. */
function crowdOf(load: string): string {
  return load.split(', ')[0] as string
}

function limitOf(load: string): string {
  return (load.split(', ')[1] as string).replace(' in flight', '')
}

/** Fewer digits: they are all in the file, and nobody sees the fourth. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

function thousands(value: number): string {
  return value >= 1e6 ? `${value / 1e6} M` : `${value / 1000} k`
}
