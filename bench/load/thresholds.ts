/** Thresholds of `--fail-if`: how they are written, and whether what was measured is beyond them. */

import { InvalidArgumentError } from 'commander'
import type { Percentiles } from './percentiles.js'
import { count } from './report/words.js'

/** The exit code of a run in which a load was beyond a threshold, whatever else was wrong. */
export const THRESHOLD_EXIT_CODE = 3

const TIMES = { p50: 'p50', p90: 'p90', p99: 'p99', 'p99.9': 'p999', max: 'max' } as const
const UNITS_US: ReadonlyMap<string, number> = new Map([
  ['µs', 1],
  ['us', 1],
  ['ms', 1000],
  ['s', 1_000_000],
])
const FORM =
  /^(p50|p90|p99|p99\.9|max|deliveries\/s|messages\/s|wrong)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(\S*)$/
const EXPECTED =
  'expected p50, p90, p99, p99.9 or max with <, >, <= or >= and a time in µs, ms or s, such as p99>50ms, or deliveries/s, messages/s or wrong with a number'

export const THRESHOLD_HELP = `
A threshold of --fail-if is held against each load of a run:
  p50, p90, p99, p99.9, max     latency (in a join storm the time to join), in µs (or us), ms or s
  deliveries/s, messages/s      a number
  wrong                         deliveries lost, doubled, reordered or foreign, and announcements missing
with <, >, <= or >=: --fail-if 'p99>50ms' --fail-if 'deliveries/s<100000'

Exit codes: 0 nothing was wrong, 1 something was, or the load could not be put on, 3 a threshold.`

export type Measure = keyof typeof TIMES | 'deliveries/s' | 'messages/s' | 'wrong'
type Operator = '<' | '>' | '<=' | '>='

export interface Threshold {
  /** As it was written. */
  readonly text: string
  readonly measure: Measure
  readonly operator: Operator
  /** In µs where the measure is a time. */
  readonly limit: number
}

/** What thresholds are held against. */
export interface Measured {
  /** In µs, of deliveries or of coming in. */
  readonly times: Percentiles | null
  readonly deliveriesPerSecond: number | null
  readonly messagesPerSecond: number | null
  /** Deliveries or announcements that were lost, came twice, out of order or from nowhere. */
  readonly wrong: number
}

/** One that was held against something. */
export interface Verdict {
  readonly threshold: string
  /** In words; null where it was not measured, which is beyond every threshold. */
  readonly value: string | null
  readonly failed: boolean
}

/** One more of the command line. @throws InvalidArgumentError for what is none */
export function threshold(text: string, earlier: readonly Threshold[] = []): Threshold[] {
  // There are two signs for micro.
  const [, measure, operator, number, unit = ''] = FORM.exec(text.trim().replace('\u03bc', '\u00b5')) ?? []
  if (measure === undefined) throw new InvalidArgumentError(EXPECTED)
  // What is counted has no unit.
  const factor = isTime(measure) ? UNITS_US.get(unit) : unit === '' ? 1 : undefined
  if (factor === undefined) throw new InvalidArgumentError(EXPECTED)
  const limit = Number(number) * factor
  return [...earlier, { text, measure: measure as Measure, operator: operator as Operator, limit }]
}

export function verdictsOn(thresholds: readonly Threshold[], measured: Measured): Verdict[] {
  return thresholds.map(({ text, measure, operator, limit }) => {
    const value = measuredAs(measure, measured)
    if (value === null) return { threshold: text, value: null, failed: true }
    const words = isTime(measure) ? timeWords(value) : count(value)
    return { threshold: text, value: words, failed: holds(value, operator, limit) }
  })
}

/** Of those that failed, as notes of a report. */
export function failureNotes(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ failed }) => failed)
    .map(
      ({ threshold: text, value }) =>
        `FAILED ${text}: ${value === null ? 'nothing was measured' : `it is ${value}`}`,
    )
}

function measuredAs(
  measure: Measure,
  { times, deliveriesPerSecond, messagesPerSecond, wrong }: Measured,
): number | null {
  if (measure === 'deliveries/s') return deliveriesPerSecond
  if (measure === 'messages/s') return messagesPerSecond
  if (measure === 'wrong') return wrong
  return times === null || times.count === 0 ? null : times[TIMES[measure]]
}

function holds(value: number, operator: Operator, limit: number): boolean {
  if (operator === '<') return value < limit
  if (operator === '>') return value > limit
  return operator === '<=' ? value <= limit : value >= limit
}

function isTime(measure: string): measure is keyof typeof TIMES {
  return Object.hasOwn(TIMES, measure)
}

function timeWords(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`
  return us < 1_000_000 ? `${(us / 1000).toFixed(2)} ms` : `${(us / 1_000_000).toFixed(2)} s`
}
