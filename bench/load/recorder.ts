/**
 * Keeps the samples of all processes and puts them together: by time into moments, by process into shares, and
 * over a stage into totals. Percentiles come from added-up histograms.
 */

import { mergeHistograms, type Percentiles, percentilesOf } from './percentiles.js'
import type { ProcessUsage } from './proc-stat.js'
import type { GeneratorSample, Stage } from './requests.js'

/** All processes over one piece of time. */
export interface Moment {
  stage: Stage
  /** Since the first moment began, at the end of this one. */
  seconds: number
  messagesPerSecond: number
  deliveriesPerSecond: number
  joinsHeard: number
  /** Clients that are in. */
  joined: number
  latencyUs: Percentiles | null
  joinTimeUs: Percentiles | null
  server: { cpuShare: number; rssBytes: number } | null
  /** The busiest generator process's. */
  busyShare: number
}

/** One process over the measured time. */
export interface ProcessShare {
  clients: number
  deliveriesPerSecond: number
  busyShare: number
  cpuShare: number
}

export interface Totals {
  /** The longest of the processes' times. */
  seconds: number
  messages: number
  deliveries: number
  chunks: number
  joinsHeard: number
  leavesHeard: number
  messagesPerSecond: number
  deliveriesPerSecond: number
  cpuSeconds: number
  cpuShare: number
  busyShare: number
  /** The largest share of the time that a process waited for its core. */
  waitShare: number
  overwhelmed: boolean
  server: { seconds: number; before: ProcessUsage; after: ProcessUsage; maxRssBytes: number } | null
}

export class Recorder {
  readonly #processes: GeneratorSample[][]
  readonly #sampleMs: number

  constructor(processes: number, sampleMs: number) {
    this.#processes = Array.from({ length: processes }, () => [])
    this.#sampleMs = sampleMs
  }

  take(process: number, sample: GeneratorSample): void {
    this.#processes[process]?.push(sample)
  }

  /** @returns what all processes did in the newest piece of time that each of them has told of */
  latest(): Moment | null {
    const newest = this.#processes.map((samples) => samples.slice(-1))
    if (newest.some((samples) => samples.length === 0)) return null
    const server = this.#serverOf((this.#processes[0]?.length ?? 1) - 1)
    return mergeMoment(newest, 0, server)
  }

  /** Deliveries that were wrong, as far as it is known by now. */
  get wrong(): number {
    return this.#processes.reduce((sum, samples) => sum + (samples.at(-1)?.wrong ?? 0), 0)
  }

  moments(stages: readonly Stage[]): Moment[] {
    const all = this.#processes.flat().filter(({ stage }) => stages.includes(stage))
    const beganUs = Math.min(...all.map(({ atUs, seconds }) => atUs - seconds * 1e6))
    return stages.flatMap((stage) => this.#momentsOf(stage, beganUs))
  }

  shares(stage: Stage): ProcessShare[] {
    return this.#processes.map((samples) => {
      const measured = samples.filter((sample) => sample.stage === stage)
      const seconds = secondsOf(measured)
      return {
        clients: measured.at(-1)?.joined ?? 0,
        deliveriesPerSecond: sum(measured, 'deliveries') / seconds,
        busyShare: busyShareOf(measured),
        cpuShare: sum(measured, 'cpuSeconds') / seconds,
      }
    })
  }

  /** Encoded histograms of one kind over a stage. */
  encoded(stage: Stage, kind: 'latency' | 'joinTime' | 'slip'): (string | null)[] {
    return this.#processes.flat().flatMap((sample) => (sample.stage === stage ? [sample[kind]] : []))
  }

  totals(stage: Stage): Totals {
    const perProcess = this.#processes.map((samples) => samples.filter((sample) => sample.stage === stage))
    const all = perProcess.flat()
    const shares = this.shares(stage)
    const seconds = Math.max(...perProcess.map((samples) => sum(samples, 'seconds')))
    const messages = sum(all, 'messages')
    return {
      seconds,
      messages,
      deliveries: sum(all, 'deliveries'),
      chunks: sum(all, 'chunks'),
      joinsHeard: sum(all, 'joinsHeard'),
      leavesHeard: sum(all, 'leavesHeard'),
      messagesPerSecond: messages / Math.max(seconds, Number.MIN_VALUE),
      deliveriesPerSecond: shares.reduce((total, share) => total + share.deliveriesPerSecond, 0),
      cpuSeconds: sum(all, 'cpuSeconds'),
      cpuShare: shares.reduce((total, share) => total + share.cpuShare, 0),
      busyShare: Math.max(...shares.map(({ busyShare }) => busyShare)),
      waitShare: Math.max(...perProcess.map((samples) => sum(samples, 'waitSeconds') / secondsOf(samples))),
      overwhelmed: all.some(({ overwhelmed }) => overwhelmed),
      server: this.#serverOver(stage),
    }
  }

  /** From the sample before the stage, if there is one, to the stage's last. */
  #serverOver(stage: Stage): Totals['server'] {
    const samples = this.#processes[0] ?? []
    const first = samples.findIndex((sample) => sample.stage === stage)
    const last = samples.findLastIndex((sample) => sample.stage === stage)
    const beginning = samples[Math.max(0, first - 1)]
    const end = samples[last]
    if (!beginning?.server || !end?.server) return null
    const within = samples.slice(first, last + 1)
    return {
      seconds: (end.atUs - beginning.atUs) / 1e6,
      before: beginning.server,
      after: end.server,
      maxRssBytes: Math.max(...within.map(({ server }) => server?.rssBytes ?? 0)),
    }
  }

  /**
   * By the clock that all processes share, since they do not begin at the same time. What is left of a sample time
   * at a stage's end counts with the moment before it.
   */
  #momentsOf(stage: Stage, beganUs: number): Moment[] {
    const all = this.#processes.flat().filter((sample) => sample.stage === stage)
    const stageBeganUs = Math.min(...all.map(({ atUs, seconds }) => atUs - seconds * 1e6))
    const moments: GeneratorSample[][][] = []
    const servers: Moment['server'][] = []
    for (const [process, samples] of this.#processes.entries()) {
      for (const [index, sample] of samples.entries()) {
        if (sample.stage !== stage) continue
        const nth = Math.max(0, Math.round((sample.atUs - stageBeganUs) / (this.#sampleMs * 1000)) - 1)
        moments[nth] ??= this.#processes.map(() => [])
        moments[nth]?.[process]?.push(sample)
        if (process === 0) servers[nth] ??= this.#serverOf(index)
      }
    }
    // Who was in still is, in a moment of which a process has nothing to tell.
    const joined = this.#processes.map(() => 0)
    return Array.from(moments, (perProcess, nth) => {
      if (perProcess === undefined) return null
      for (const [process, samples] of perProcess.entries()) {
        joined[process] = samples.at(-1)?.joined ?? (joined[process] as number)
      }
      const moment = mergeMoment(perProcess, beganUs, servers[nth] ?? null)
      return { ...moment, joined: joined.reduce((sum, clients) => sum + clients, 0) }
    }).filter((moment) => moment !== null)
  }

  /** The server's CPU between the sample before and this one. */
  #serverOf(index: number): Moment['server'] {
    const before = this.#processes[0]?.[index - 1]
    const after = this.#processes[0]?.[index]
    if (!before?.server || !after?.server) return null
    const seconds = (after.atUs - before.atUs) / 1e6
    return {
      cpuShare: (after.server.cpuSeconds - before.server.cpuSeconds) / Math.max(seconds, Number.MIN_VALUE),
      rssBytes: after.server.rssBytes,
    }
  }
}

/** @param perProcess the samples of each process in one piece of time: mostly one, none where it was held up */
function mergeMoment(perProcess: GeneratorSample[][], beganUs: number, server: Moment['server']): Moment {
  const samples = perProcess.flat()
  const latency = mergeHistograms(samples.map((sample) => sample.latency))
  const joinTime = mergeHistograms(samples.map((sample) => sample.joinTime))
  const perSecond = (of: Summable) =>
    perProcess.reduce((total, ones) => total + (ones.length === 0 ? 0 : sum(ones, of) / secondsOf(ones)), 0)
  return {
    stage: samples[0]?.stage ?? 'measuring',
    seconds: (Math.max(...samples.map(({ atUs }) => atUs)) - beganUs) / 1e6,
    messagesPerSecond: perSecond('messages'),
    deliveriesPerSecond: perSecond('deliveries'),
    joinsHeard: sum(samples, 'joinsHeard'),
    joined: perProcess.reduce((total, ones) => total + (ones.at(-1)?.joined ?? 0), 0),
    latencyUs: latency.totalCount === 0 ? null : percentilesOf(latency),
    joinTimeUs: joinTime.totalCount === 0 ? null : percentilesOf(joinTime),
    server,
    busyShare: Math.max(...samples.map(({ busyShare }) => busyShare)),
  }
}

type Summable =
  | 'seconds'
  | 'messages'
  | 'deliveries'
  | 'chunks'
  | 'joinsHeard'
  | 'leavesHeard'
  | 'cpuSeconds'
  | 'waitSeconds'

function sum(samples: readonly GeneratorSample[], of: Summable): number {
  return samples.reduce((total, sample) => total + sample[of], 0)
}

/** Never 0, to divide by. */
function secondsOf(samples: readonly GeneratorSample[]): number {
  return Math.max(sum(samples, 'seconds'), Number.MIN_VALUE)
}

function busyShareOf(samples: readonly GeneratorSample[]): number {
  const busySeconds = samples.reduce((total, { busyShare, seconds }) => total + busyShare * seconds, 0)
  return busySeconds / secondsOf(samples)
}
