/** Numbers of the comparison in words: the same on the terminal and on the page. */

import type { Results } from './results.js'
import { bytesPerConnection, type LoadMetric, medianOf } from './summary.js'

export const NONE = '–'

export function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(perSecond >= 1e7 ? 1 : 2)} M`
  return `${(perSecond / 1e3).toFixed(perSecond >= 1e5 ? 0 : 1)} k`
}

export function ratio(value: number): string {
  return `${value.toFixed(value >= 10 ? 0 : 2)}×`
}

const FORMATS: Record<LoadMetric, (value: number) => string> = {
  deliveriesPerSecond: rate,
  serverCpuUsPerDelivery: (us) => (us >= 1 ? us.toFixed(1) : us.toFixed(3)),
  p50Us: milliseconds,
  p99Us: milliseconds,
  p999Us: milliseconds,
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(us >= 100_000 ? 0 : 1)
}

/** A server's median under a load, and how it is to the first server's: `12.3 k (0.87×)`. */
export function cell(results: Results, peer: string, load: string, metric: LoadMetric): string {
  const value = medianOf(results, peer, load, metric)
  if (value === null) return NONE
  return withRatio(FORMATS[metric](value), value, medianOf(results, baseOf(results), load, metric))
}

export function memoryCell(results: Results, peer: string): string {
  const value = bytesPerConnection(results, peer)
  if (value === null) return NONE
  return withRatio((value / 1024).toFixed(1), value, bytesPerConnection(results, baseOf(results)))
}

function withRatio(words: string, value: number, base: number | null): string {
  return base === null || base <= 0 ? words : `${words} (${ratio(value / base)})`
}

/** What all are compared to: the relay, which is always the first. */
export function baseOf({ peers }: Results): string {
  return peers[0]?.name ?? ''
}
