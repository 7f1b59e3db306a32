/**
 * The kinds of metrics there are: each is read from a plain number when somebody scrapes, and costs nothing before. With
 * `process.ts` the only one that knows prom-client; what there is to read is told in the files beside it.
 */

import { type Aggregator, Counter, Gauge, type Metric, type MetricValueWithName, Registry } from 'prom-client'
import type { Magnitudes } from '../../fanout/magnitudes.js'

/** Values of one label, which are few and known beforehand, and the number of each. */
type ByLabel = () => Iterable<readonly [string, number]>

/** What becomes of one number of several processes: `first` is the supervisor's, where that has one. */
export type Together = Extract<Aggregator, 'sum' | 'first' | 'min' | 'max'>

/** The metrics of one relay, in a registry of its own: several relays can live in one process. */
export class MetricSet {
  readonly registry = new Registry()

  /** @param read called at each scrape, as in all of these */
  gauge(name: string, help: string, read: () => number, aggregator: Together = 'sum'): void {
    const collect = function (this: Gauge): void {
      this.set(read())
    }
    new Gauge({ name, help, aggregator, registers: [this.registry], collect })
  }

  gauges(name: string, help: string, label: string, read: ByLabel, aggregator: Together = 'sum'): void {
    const collect = function (this: Gauge): void {
      this.reset()
      for (const [value, number] of read()) this.set({ [label]: value }, number)
    }
    new Gauge({ name, help, aggregator, labelNames: [label], registers: [this.registry], collect })
  }

  /** Always 1, with labels that say something. */
  info(name: string, help: string, labels: Readonly<Record<string, string>>): void {
    const registers = [this.registry]
    new Gauge({ name, help, aggregator: 'first', labelNames: Object.keys(labels), registers }).set(labels, 1)
  }

  /** @param read what it has come to since the start */
  counter(name: string, help: string, read: () => number): void {
    const collect = function (this: Counter): void {
      this.reset()
      this.inc(read())
    }
    new Counter({ name, help, registers: [this.registry], collect })
  }

  counters(name: string, help: string, label: string, read: ByLabel): void {
    const collect = function (this: Counter): void {
      this.reset()
      for (const [value, total] of read()) this.inc({ [label]: value }, total)
    }
    new Counter({ name, help, labelNames: [label], registers: [this.registry], collect })
  }

  /**
   * @param buckets how many to show below +Inf
   * @param unit what one counted unit is in the metric's unit
   */
  histogram(name: string, help: string, magnitudes: Magnitudes, buckets: number, unit = 1): void {
    const metric: unknown = new MagnitudesMetric(name, help, magnitudes, buckets, unit)
    this.registry.registerMetric(metric as Metric)
  }
}

/**
 * Shows `Magnitudes` as a Prometheus histogram, without observing each value a second time. Not a `Histogram`, whose
 * counts can only be added to one by one: a registry asks of a metric no more than a name and this `get`.
 */
class MagnitudesMetric {
  readonly name: string
  readonly #help: string
  readonly #magnitudes: Magnitudes
  readonly #buckets: number
  readonly #unit: number

  constructor(name: string, help: string, magnitudes: Magnitudes, buckets: number, unit: number) {
    this.name = name
    this.#help = help
    this.#magnitudes = magnitudes
    this.#buckets = buckets
    this.#unit = unit
  }

  async get() {
    const { counts, sum } = this.#magnitudes
    const values: MetricValueWithName<'le'>[] = []
    let total = 0
    for (const [index, count] of counts.entries()) {
      total += count
      if (index >= this.#buckets) continue
      // Written with a few digits: 2^i millionths are not what binary fractions make of them.
      const le = Number((2 ** index * this.#unit).toPrecision(6))
      values.push({ metricName: `${this.name}_bucket`, labels: { le }, value: total })
    }
    values.push({ metricName: `${this.name}_bucket`, labels: { le: '+Inf' }, value: total })
    values.push({ metricName: `${this.name}_sum`, labels: {}, value: sum * this.#unit })
    values.push({ metricName: `${this.name}_count`, labels: {}, value: total })
    return { name: this.name, help: this.#help, type: 'histogram', values, aggregator: 'sum' }
  }
}
