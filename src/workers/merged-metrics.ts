/**
 * The metrics of all workers as one scrape. How each number comes together (sum, largest, smallest) is said where the metric is
 * made (`relay/observe/metrics/`). Owns that what only grows does so also when a worker has ended: what it had counted is kept.
 */

import { AggregatorRegistry } from 'prom-client'
import type { MetricValues } from './messages.js'

type MetricObject = MetricValues[number]

export class MergedMetrics {
  /** Of each worker, as it said last. */
  readonly #last = new Map<number, MetricValues>()
  /** What those had counted that have ended. */
  #departed: MetricValues = []

  /** @param workers by number, of those who answered; of who did not, what they said last is shown */
  heard(workers: ReadonlyMap<number, MetricValues>): void {
    for (const [number, values] of workers) this.#last.set(number, values)
  }

  /**
   * @param own of the supervisor, whose word counts where one is enough
   * @returns what a scrape shows
   */
  text(own: MetricValues): Promise<string> {
    const all = [own, ...this.#last.values(), this.#departed]
    return AggregatorRegistry.aggregate(all.map((values) => values.map(shownOnce))).metrics()
  }

  /** What it said last, if anything. */
  of(number: number): MetricValues | undefined {
    return this.#last.get(number)
  }

  /** A worker has ended: whoever replaces it counts from 0. */
  departed(number: number): void {
    const last = this.#last.get(number)?.filter(onlyGrows) ?? []
    this.#last.delete(number)
    const sum = AggregatorRegistry.aggregate([this.#departed, last])
    void sum.getMetricsAsJSON().then((values) => {
      this.#departed = values as MetricValues
    })
  }
}

function onlyGrows({ type }: MetricObject): boolean {
  // As text at run time, whatever prom-client's types say.
  const kind = String(type)
  return kind === 'counter' || kind === 'histogram'
}

/** What prom-client leaves out where there are several, such as when a process was started: that of the supervisor is the relay's. */
function shownOnce(metric: MetricObject): MetricObject {
  return metric.aggregator === 'omit' ? { ...metric, aggregator: 'first' } : metric
}
