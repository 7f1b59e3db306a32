/** What a scrape shows of a relay of several workers: asks each of them, and shows what they say as one. */

import type { Tally } from '../relay/observe/tally.js'
import { VERSION } from '../version.js'
import type { Crew } from './crew.js'
import { createCrewMetrics, type WorkerFigures } from './crew-metrics.js'
import { MergedMetrics } from './merged-metrics.js'
import type { MetricValues } from './messages.js'
import type { WorkerLink } from './worker-link.js'

export interface ScrapeParts {
  readonly crew: Crew
  readonly wanted: number
  readonly tally: Tally
  readonly logLinesLost: () => number
  readonly fanoutWay: string
  readonly stage: () => string
}

export class Scrape {
  /** As Prometheus names it. */
  readonly contentType: string
  readonly #parts: ScrapeParts
  readonly #merged = new MergedMetrics()
  readonly #own: ReturnType<typeof createCrewMetrics>

  constructor(parts: ScrapeParts) {
    const { crew, wanted, tally, logLinesLost, fanoutWay, stage } = parts
    this.#parts = parts
    this.#own = createCrewMetrics({
      version: VERSION,
      fanoutWay,
      stage,
      tally,
      logLinesLost,
      wanted,
      restarts: () => crew.restarts,
      workers: () => this.#figures(),
      values: (number) => this.#merged.of(number),
    })
    this.contentType = this.#own.contentType
  }

  /** A worker has ended: what it had counted stays counted. */
  departed(number: number): void {
    this.#merged.departed(number)
  }

  async text(): Promise<string> {
    const values = new Map<number, MetricValues>()
    const ask = async (link: WorkerLink) => {
      // One that has ended, or hangs, costs nobody the scrape.
      const answer = await link.ask('metrics', null).catch(() => null)
      if (answer !== null) values.set(link.number, answer)
    }
    // Whoever has said nothing for a while would make each scrape wait.
    const asked = this.#parts.crew.all.filter(({ opened, isSilent }) => opened !== null && !isSilent)
    await Promise.all(asked.map(ask))
    this.#merged.heard(values)
    return this.#merged.text((await this.#own.getMetricsAsJSON()) as MetricValues)
  }

  #figures(): WorkerFigures[] {
    const links = new Map(this.#parts.crew.all.map((link) => [link.number, link]))
    return Array.from({ length: this.#parts.wanted }, (_, index) => {
      const link = links.get(index + 1)
      return { number: index + 1, isReady: link?.isReady ?? false, connections: link?.connections ?? 0 }
    })
  }
}
