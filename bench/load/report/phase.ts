/** One measured thing as every report shows it, whatever scenario it is from. */

import type { CurvePoint } from '../percentiles.js'
import type { Moment, ProcessShare } from '../recorder.js'
import type { Measured } from '../thresholds.js'

export interface Fact {
  label: string
  value: string
}

export interface Phase {
  name: string
  facts: Fact[]
  /** What went wrong, or has to be known to read the numbers. */
  notes: string[]
  /** Whether everything that had to arrive did, once and in order, and nobody was lost. */
  isClean: boolean
  /** What `--fail-if` is about. */
  measured: Measured
  moments: Moment[]
  /** How times are distributed: of deliveries or of joins, as `curveOf` says. */
  curve: CurvePoint[]
  curveOf: 'latency' | 'time to join'
  processes: ProcessShare[]
  /** A server's own numbers, by name, in seconds since the first moment. */
  gauges: { seconds: number; values: Record<string, number> }[]
}

/** What a scenario hands to every kind of report. */
export interface ScenarioOutcome {
  scenario: string
  server: string
  /** The crowd in words. */
  crowd: string
  phases: Phase[]
}
