/** Which charts a phase has: what there are numbers for, and nothing empty. */

import type { Moment } from '../recorder.js'
import type { Phase } from './phase.js'
import { type Chart, COLORS, ORDERED_COLORS, type Series, type Shaded } from './svg-chart.js'
import { count } from './words.js'

const MEBIBYTE = 2 ** 20
const SECONDS_AXIS = { name: 'seconds since it began', min: 0 }
const LOG_TIME_AXIS = { kind: 'log', label: shortTime } as const
const TIMES = ['p50', 'p90', 'p99', 'p999', 'max'] as const

/** The charts of one phase, each with a name that can be a file's. */
export function phaseCharts(phase: Phase): Map<string, Chart> {
  const charts: [string, Chart | null][] = [
    ['times', timesChart(phase)],
    ['distribution', distributionChart([phase])],
    ['throughput', throughputChart(phase)],
    ['server', serverChart(phase)],
    ['queues', queueChart(phase)],
    ['arrivals', arrivalsChart(phase)],
    ['processes', processChart(phase)],
  ]
  return new Map(charts.filter((entry): entry is [string, Chart] => entry[1] !== null))
}

/** The distributions of several phases in one, to be compared; null when there is none. */
export function distributionChart(phases: readonly Phase[]): Chart | null {
  const withCurve = phases.filter(({ curve }) => curve.length > 0)
  const [first] = withCurve
  if (first === undefined) return null
  return {
    title: `Distribution of ${first.curveOf === 'latency' ? 'latencies' : 'times to join'}`,
    x: { name: 'percentile', min: 0, max: MAX_NINES, label: ninesLabel },
    y: [{ name: 'that or less', ...LOG_TIME_AXIS }],
    series: withCurve.map(({ name, curve }, index) => ({
      name,
      kind: 'line',
      color: COLORS[index % COLORS.length] as string,
      points: curve.map(({ percentile, us }) => [ninesOf(percentile), Math.max(1, us)] as const),
    })),
  }
}

function timesChart({ moments, curveOf }: Phase): Chart | null {
  const timesOf = (moment: Moment) => (curveOf === 'latency' ? moment.latencyUs : moment.joinTimeUs)
  const present = moments.filter((moment) => timesOf(moment) !== null)
  if (present.length === 0) return null
  return {
    title: curveOf === 'latency' ? 'Latency over time' : 'Time to join, over time',
    x: SECONDS_AXIS,
    y: [{ name: 'from the intended time', ...LOG_TIME_AXIS }],
    series: TIMES.map((time, index) => ({
      name: time === 'p999' ? 'p99.9' : time,
      kind: 'line',
      color: ORDERED_COLORS[index] as string,
      dashed: time === 'max',
      points: present.map((moment) => [moment.seconds, Math.max(1, timesOf(moment)?.[time] ?? 1)] as const),
    })),
    shaded: warmUp(moments),
  }
}

function throughputChart({ moments }: Phase): Chart | null {
  if (!moments.some(({ deliveriesPerSecond }) => deliveriesPerSecond > 0)) return null
  return {
    title: 'Throughput',
    x: SECONDS_AXIS,
    y: [
      { name: 'deliveries/s', label: short },
      { name: 'messages/s', label: short },
    ],
    series: [
      line('deliveries/s', COLORS[0], moments, ({ deliveriesPerSecond }) => deliveriesPerSecond, {
        area: true,
      }),
      line('messages/s', COLORS[1], moments, ({ messagesPerSecond }) => messagesPerSecond, { axis: 1 }),
    ],
    shaded: warmUp(moments),
  }
}

function serverChart({ moments }: Phase): Chart | null {
  const present = moments.filter(({ server }) => server !== null)
  if (present.length === 0) return null
  return {
    title: 'Server: CPU and memory',
    x: SECONDS_AXIS,
    y: [
      { name: 'CPU, % of a core', min: 0 },
      { name: 'RSS, MiB', label: short },
    ],
    series: [
      line('CPU', COLORS[0], present, ({ server }) => (server?.cpuShare ?? 0) * 100),
      line('RSS', COLORS[1], present, ({ server }) => (server?.rssBytes ?? 0) / MEBIBYTE, { axis: 1 }),
    ],
    shaded: warmUp(moments),
  }
}

/** Flat zeros say nothing: shown only where something queued. */
function queueChart({ gauges }: Phase): Chart | null {
  if (!gauges.some(({ values }) => (values['queued bytes'] ?? 0) > 0)) return null
  const series = (name: string, color: string | undefined): Series => ({
    name,
    kind: 'line',
    color: color as string,
    points: gauges.map(({ seconds, values }) => [seconds, (values[name] ?? 0) / MEBIBYTE] as const),
  })
  return {
    title: 'Server: what waits to be sent, as it says',
    x: SECONDS_AXIS,
    y: [{ name: 'MiB', label: short }],
    series: [series('queued bytes', COLORS[2]), series('retained bytes', COLORS[3])],
  }
}

function arrivalsChart({ moments }: Phase): Chart | null {
  if (!moments.some(({ joinsHeard }) => joinsHeard > 0)) return null
  let heard = 0
  const announced = moments.map((moment) => {
    heard += moment.joinsHeard
    return [moment.seconds, heard] as const
  })
  return {
    title: 'Clients that are in, and announcements of joins',
    x: SECONDS_AXIS,
    y: [
      { name: 'clients', label: short },
      { name: 'announcements', label: short },
    ],
    series: [
      line('clients in', COLORS[0], moments, ({ joined }) => joined),
      { name: 'announcements', kind: 'line', color: COLORS[1] as string, axis: 1, points: announced },
    ],
    shaded: warmUp(moments),
  }
}

function processChart({ processes }: Phase): Chart | null {
  if (!processes.some(({ deliveriesPerSecond }) => deliveriesPerSecond > 0)) return null
  const bars = (name: string, color: string | undefined, axis: 0 | 1, points: number[]): Series => ({
    name,
    kind: 'bar',
    color: color as string,
    axis,
    points,
  })
  return {
    title: 'Generator processes',
    x: {
      name: 'process (the first one speaks)',
      kind: 'category',
      categories: processes.map(({ clients }, index) => `${index + 1}: ${count(clients)} clients`),
    },
    y: [
      { name: 'deliveries/s', min: 0, label: short },
      { name: 'busy, %', min: 0, max: 100 },
    ],
    series: [
      bars(
        'deliveries/s',
        COLORS[0],
        0,
        processes.map(({ deliveriesPerSecond }) => Math.round(deliveriesPerSecond)),
      ),
      bars(
        'busy',
        COLORS[1],
        1,
        processes.map(({ busyShare }) => Math.round(busyShare * 100)),
      ),
    ],
  }
}

function line(
  name: string,
  color: string | undefined,
  moments: readonly Moment[],
  of: (moment: Moment) => number,
  more: Pick<Series, 'axis' | 'area'> = {},
): Series {
  const points = moments.map((moment) => [moment.seconds, of(moment)] as const)
  return { name, kind: 'line', color: color as string, points, ...more }
}

function warmUp(moments: readonly Moment[]): Shaded | null {
  const last = moments.findLast(({ stage }) => stage === 'warming up')
  return last === undefined ? null : { from: 0, to: last.seconds, words: 'warm-up' }
}

/** The end of the axis: 100% is drawn there. */
const MAX_NINES = 6

/** 90% → 1, 99% → 2, 99.9% → 3: each nine as wide as the one before. */
function ninesOf(percentile: number): number {
  return percentile === 100 ? MAX_NINES : -Math.log10(1 - percentile / 100)
}

function ninesLabel(nines: number): string {
  if (nines === MAX_NINES) return 'max'
  return `${Number((100 * (1 - 10 ** -nines)).toFixed(Math.max(0, nines - 2)))}%`
}

function shortTime(us: number): string {
  if (us >= 1e6) return `${Number((us / 1e6).toPrecision(3))} s`
  return us >= 1000 ? `${Number((us / 1000).toPrecision(3))} ms` : `${Number(us.toPrecision(3))} µs`
}

function short(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  return value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))}k` : `${Number(value.toPrecision(3))}`
}
