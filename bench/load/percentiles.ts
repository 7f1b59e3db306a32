/**
 * Latencies of many samples as one: histograms are added up, and only then asked. Percentiles themselves
 * cannot be averaged.
 */

import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js'
import { newLatencyHistogram } from './generator/tally.js'

export interface Percentiles {
  count: number
  mean: number
  p50: number
  p90: number
  p99: number
  p999: number
  max: number
}

/** One point of a distribution: `percentile` percent took `us` microseconds or less. */
export interface CurvePoint {
  percentile: number
  us: number
}

/** Up to five nines: beyond that a run has too few deliveries to say anything. */
const CURVE = [
  0, 10, 25, 50, 75, 80, 85, 90, 92.5, 95, 97.5, 98, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999, 100,
]

/** @param encoded as the generator processes send them; null for a sample without any */
export function mergeHistograms(encoded: Iterable<string | null>): Histogram {
  const merged = newLatencyHistogram()
  for (const one of encoded) if (one !== null) merged.add(decodeFromCompressedBase64(one))
  return merged
}

export function percentilesOf(histogram: Histogram): Percentiles {
  return {
    count: histogram.totalCount,
    mean: histogram.totalCount === 0 ? 0 : histogram.mean,
    p50: histogram.getValueAtPercentile(50),
    p90: histogram.getValueAtPercentile(90),
    p99: histogram.getValueAtPercentile(99),
    p999: histogram.getValueAtPercentile(99.9),
    max: histogram.maxValue,
  }
}

export function curveOf(histogram: Histogram): CurvePoint[] {
  if (histogram.totalCount === 0) return []
  return CURVE.map((percentile) => ({ percentile, us: histogram.getValueAtPercentile(percentile) }))
}
