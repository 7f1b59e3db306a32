/** Reads a server's own numbers while the load runs, where it has a Prometheus endpoint. */

import { monotonicUs } from './clock.js'

const POLL_MS = 1000
const TIMEOUT_MS = 900

/** What is worth showing of the relay's metrics, and what it is called in a report. */
const GAUGES: ReadonlyMap<string, string> = new Map([
  ['parlance_connections', 'connections'],
  ['parlance_queued_bytes', 'queued bytes'],
  ['parlance_retained_bytes', 'retained bytes'],
  ['parlance_pauses_total{cause="room"}', 'pauses of who sends'],
  ['nodejs_eventloop_lag_p99_seconds', 'event loop lag p99 s'],
])

export interface GaugeReading {
  atUs: number
  values: Record<string, number>
}

export class ServerGauges {
  readonly readings: GaugeReading[] = []
  readonly #url: string
  #timer: NodeJS.Timeout | undefined
  #running = true

  constructor(url: string) {
    this.#url = url
    void this.#poll()
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
  }

  async #poll(): Promise<void> {
    const values = await scrape(this.#url)
    if (values !== null) this.readings.push({ atUs: monotonicUs(), values })
    if (this.#running) this.#timer = setTimeout(() => void this.#poll(), POLL_MS)
  }
}

/** @returns null when there is no answer in time: a server under load may have better things to do */
async function scrape(url: string): Promise<Record<string, number> | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    return response.ok ? gaugesOf(await response.text()) : null
  } catch {
    return null
  }
}

/** Of the text format only what `GAUGES` names; what is named without labels is added up over them. */
export function gaugesOf(text: string): Record<string, number> {
  const values: Record<string, number> = {}
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([a-z_0-9]+)(\{[^}]*\})? (\S+)$/.exec(line) ?? []
    const label = name === undefined ? undefined : (GAUGES.get(name + labels) ?? GAUGES.get(name))
    if (label !== undefined) values[label] = (values[label] ?? 0) + Number(value)
  }
  return values
}
