/** What a panel is, before it becomes one of Grafana's: a title, what it means, and what it asks. */

/** Grafana's names of the units that are in use here. */
export type Unit = 'short' | 'cps' | 'bytes' | 'Bps' | 's' | 'percentunit' | 'bool_yes_no'

/** An expression of PromQL, and what its series are called: text with `{{label}}`. */
export type Query = readonly [expression: string, legend: string]

export interface Panel {
  readonly title: string
  /** For who meets it at three in the morning. */
  readonly description: string
  readonly unit: Unit
  /** `number`: the last value, large; `stack`: lines on top of each other; `heatmap`: of a histogram, by `le`. */
  readonly kind?: 'lines' | 'stack' | 'heatmap' | 'number'
  /** From here on it is shown in red; below where `redBelow` says so. */
  readonly redFrom?: number
  readonly redBelow?: number
  readonly queries: readonly Query[]
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** The label matchers of the relays that are chosen … */
export const RELAY = 'instance=~"$instance"'
/** … and of the dialects, where a metric has them. */
export const DIALECT = `${RELAY}, dialect=~"$dialect"`

/** How much a counter grows a second. */
export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`
}

/** The median and the 99th percentile of a histogram. */
export function percentiles(histogram: string): Query[] {
  const buckets = `sum by (le) (${rate(`${histogram}_bucket{${RELAY}}`)})`
  return [
    [`histogram_quantile(0.5, ${buckets})`, 'median'],
    [`histogram_quantile(0.99, ${buckets})`, 'p99'],
  ]
}
