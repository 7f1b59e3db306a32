/** Looks at the relay every few seconds, by its metrics and by what the kernel says about its process. */

import { readdirSync, readlinkSync } from 'node:fs'
import { readProcessUsage } from '../load/proc-stat.js'
import type { SoakRelay } from './relay.js'
import { totalOf } from './series.js'

const MIB = 2 ** 20

export interface Sample {
  /** Since the first one. */
  readonly seconds: number
  readonly rssMib: number
  readonly heapMib: number
  /** What V8 has taken for the heap, used or not. */
  readonly heapTakenMib: number
  readonly externalMib: number
  readonly retainedMib: number
  readonly queuedMib: number
  readonly descriptors: number
  readonly sockets: number
  readonly connections: number
  readonly sessions: number
  readonly rooms: number
  /** Since the sample before. */
  readonly lagP99Ms: number
  readonly lagMaxMs: number
  readonly cpuShare: number
}

export class Sampler {
  readonly samples: Sample[] = []
  /** Scrapes that were not answered. */
  failures = 0
  readonly #relay: SoakRelay
  readonly #beganMs = performance.now()
  readonly #everyMs: number
  #last: { atMs: number; cpuSeconds: number } | null = null
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  /** @param sampled called after each sample */
  constructor(relay: SoakRelay, everyMs: number, sampled: (sample: Sample) => void) {
    this.#relay = relay
    this.#everyMs = everyMs
    void this.#turn(sampled)
  }

  stop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  async #turn(sampled: (sample: Sample) => void): Promise<void> {
    const beganMs = performance.now()
    try {
      const sample = await this.#take()
      this.samples.push(sample)
      sampled(sample)
    } catch {
      this.failures++
    }
    if (this.#isOver) return
    const waitMs = Math.max(0, this.#everyMs - (performance.now() - beganMs))
    this.#timer = setTimeout(() => void this.#turn(sampled), waitMs)
  }

  async #take(): Promise<Sample> {
    const series = await this.#relay.scrape()
    const usage = readProcessUsage(this.#relay.pid)
    const atMs = performance.now()
    const cpuSeconds = usage?.cpuSeconds ?? 0
    const last = this.#last ?? { atMs, cpuSeconds }
    this.#last = { atMs, cpuSeconds }
    const kinds = descriptorsOf(this.#relay.pid)
    const of = (metric: string) => totalOf(series, metric)
    return {
      seconds: (atMs - this.#beganMs) / 1000,
      rssMib: (usage?.rssBytes ?? 0) / MIB,
      heapMib: of('nodejs_heap_size_used_bytes') / MIB,
      heapTakenMib: of('nodejs_heap_size_total_bytes') / MIB,
      externalMib: of('nodejs_external_memory_bytes') / MIB,
      retainedMib: of('parlance_retained_bytes') / MIB,
      queuedMib: of('parlance_queued_bytes') / MIB,
      descriptors: [...kinds.values()].reduce((sum, count) => sum + count, 0),
      sockets: kinds.get('socket') ?? 0,
      connections: of('parlance_connections'),
      sessions: of('parlance_sessions'),
      rooms: of('parlance_rooms'),
      lagP99Ms: of('nodejs_eventloop_lag_p99_seconds') * 1000,
      lagMaxMs: of('nodejs_eventloop_lag_max_seconds') * 1000,
      cpuShare: atMs === last.atMs ? 0 : (cpuSeconds - last.cpuSeconds) / ((atMs - last.atMs) / 1000),
    }
  }
}

/** Descriptors of a process by what they are: `socket`, `pipe`, `anon_inode`, `file`. */
export function descriptorsOf(pid: number): Map<string, number> {
  const kinds = new Map<string, number>()
  for (const entry of readdirSync(`/proc/${pid}/fd`)) {
    const kind = kindOf(`/proc/${pid}/fd/${entry}`)
    if (kind !== null) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  return kinds
}

/** @returns null when it is closed by now */
function kindOf(path: string): string | null {
  try {
    return /^(\w+):/.exec(readlinkSync(path))?.[1] ?? 'file'
  } catch {
    return null
  }
}
