/** Medians over the rounds, by server and load, and how they compare. */

import { median } from '../load/verdict.js'
import type { Results } from './results.js'

/** What can be compared, and whether more of it is better. */
export const METRICS = {
  deliveriesPerSecond: { words: 'deliveries a second', moreIsBetter: true },
  serverCpuUsPerDelivery: { words: 'server CPU per delivery', moreIsBetter: false },
  p50Us: { words: 'p50', moreIsBetter: false },
  p99Us: { words: 'p99', moreIsBetter: false },
  p999Us: { words: 'p99.9', moreIsBetter: false },
  bytesPerConnection: { words: 'memory per connection', moreIsBetter: false },
} as const

export type Metric = keyof typeof METRICS
export type LoadMetric = Exclude<Metric, 'bytesPerConnection'>

/** Differences below this are the machine's. */
const NOTABLE_SHARE = 0.03

/** So many of the rounds must point the same way. */
const AGREEING_SHARE = 0.8

/** @returns the median over the rounds; null where a server has none */
export function medianOf(results: Results, peer: string, load: string, metric: LoadMetric): number | null {
  const values = valuesOf(results, peer, load, metric)
  return values.length === 0 ? null : median(values)
}

/** By round; a load in which nothing came has no values. */
function valuesOf({ turns }: Results, peer: string, load: string, metric: LoadMetric): number[] {
  return turns
    .filter((turn) => turn.peer === peer)
    .flatMap(({ measured }) => measured.filter((one) => one.load === load && one.deliveriesPerSecond > 0))
    .map((one) => one[metric])
}

export function bytesPerConnection({ idle }: Results, peer: string): number | null {
  return idle.find((one) => one.peer === peer)?.measured?.bytesPerConnection ?? null
}

/** In the order in which they were first measured. */
export function loadsOf({ turns }: Results): string[] {
  return [...new Set(turns.flatMap(({ measured }) => measured.map(({ load }) => load)))]
}

export interface Win {
  metric: Metric
  /** Null for idle memory. */
  load: string | null
  /** Of the medians, theirs to the base's. */
  ratio: number
}

/** Where a server is better than `base`, beyond what differs by itself, and in nearly all of the rounds. */
export function winsOf(results: Results, peer: string, base: string): Win[] {
  const wins = loadsOf(results).flatMap((load) =>
    metricsOf(load).flatMap((metric): Win[] => {
      const theirs = valuesOf(results, peer, load, metric)
      const ours = valuesOf(results, base, load, metric)
      if (theirs.length === 0 || ours.length === 0) return []
      const agreeing = theirs.filter((value, round) => isBetter(metric, value, ours[round] ?? value, 0))
      if (agreeing.length < AGREEING_SHARE * theirs.length) return []
      return winOf(metric, load, median(theirs), median(ours))
    }),
  )
  const [theirs, ours] = [peer, base].map((name) => bytesPerConnection(results, name) ?? Number.NaN)
  return [...wins, ...winOf('bytesPerConnection', null, theirs as number, ours as number)]
}

function winOf(metric: Metric, load: string | null, theirs: number, ours: number): Win[] {
  return isBetter(metric, theirs, ours, NOTABLE_SHARE) ? [{ metric, load, ratio: theirs / ours }] : []
}

function isBetter(metric: Metric, theirs: number, ours: number, byShare: number): boolean {
  const factor = METRICS[metric].moreIsBetter ? theirs / ours : ours / theirs
  return factor > 1 + byShare
}

/** At a rate everyone delivers the same; in a full pipe the latency only says the throughput again. */
function metricsOf(load: string): LoadMetric[] {
  return isOpen(load)
    ? ['serverCpuUsPerDelivery', 'p50Us', 'p99Us', 'p999Us']
    : ['deliveriesPerSecond', 'serverCpuUsPerDelivery']
}

export function isOpen(load: string): boolean {
  return load.endsWith('/s')
}

/** The median over loads and servers of (largest − smallest) / median of the rounds; null for a single round. */
export function typicalSpread(results: Results): number | null {
  const spreads = results.peers.flatMap(({ name }) =>
    loadsOf(results).flatMap((load) => {
      const values = valuesOf(results, name, load, 'deliveriesPerSecond')
      return values.length < 2 ? [] : [(Math.max(...values) - Math.min(...values)) / median(values)]
    }),
  )
  return spreads.length === 0 ? null : median(spreads)
}

/** The share of the time that was lost to other programs: the median and the most. */
export function lostShares({ turns }: Results): { median: number; most: number } {
  const shares = turns.flatMap(({ measured }) => measured.map(({ lostShare }) => lostShare))
  return shares.length === 0 ? { median: 0, most: 0 } : { median: median(shares), most: Math.max(...shares) }
}

/** What did not come as it must: failed turns, and loads in which something was missing, double or out of order. */
export function problemsOf({ turns, idle }: Results): string[] {
  return [
    ...turns.flatMap(({ peer, round, measured, failure }) => [
      ...(failure === null ? [] : [`${peer}, round ${round}: ${failure}`]),
      ...measured
        .filter((one) => !one.isClean)
        .map(({ load, notes }) => `${peer}, round ${round}, ${load}: ${notes.join('; ')}`),
    ]),
    ...idle.flatMap(({ peer, failure }) => (failure === null ? [] : [`${peer}, idle: ${failure}`])),
  ]
}
