/**
 * Takes a sample of one process once in a while, and whenever it is told to: what happened since the last one,
 * with the server's usage read at the same moment. Sums and percentiles are made of samples by the parent.
 */

import { performance } from 'node:perf_hooks'
import { encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js'
import { monotonicUs } from '../clock.js'
import { readProcessUsage } from '../proc-stat.js'
import type { GeneratorSample, Stage } from '../requests.js'
import type { OpenLoop } from './open-loop.js'
import type { Tally } from './tally.js'

export interface SampleSources {
  tally: Tally
  /** Times to join, in µs; taken out with each sample. */
  joinTimes: Histogram
  joined: () => number
  /** Messages sent since the start. */
  messages: () => number
  openLoop: () => OpenLoop | null
  serverPid: number | null
  sampleMs: number
  send: (sample: GeneratorSample) => void
}

/** Everything that only ever grows. */
interface Reading {
  atUs: number
  messages: number
  deliveries: number
  chunks: number
  joinsHeard: number
  leavesHeard: number
  cpuUs: number
  waitSeconds: number
  idleMs: number
}

export class Sampler {
  readonly #sources: SampleSources
  #stage: Stage = 'joining'
  #last: Reading
  #timer: NodeJS.Timeout

  constructor(sources: SampleSources) {
    this.#sources = sources
    this.#last = this.#read()
    this.#timer = setInterval(this.#take, sources.sampleMs)
  }

  /** What comes belongs to another stage; what came is sampled. */
  enter(stage: Stage): void {
    this.#take()
    this.#stage = stage
    clearInterval(this.#timer)
    this.#timer = setInterval(this.#take, this.#sources.sampleMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  readonly #take = (): void => {
    const { tally, joinTimes, joined, openLoop, serverPid, send } = this.#sources
    const loop = openLoop()
    const before = this.#last
    const after = this.#read()
    this.#last = after
    const seconds = (after.atUs - before.atUs) / 1e6
    const idleSeconds = (after.idleMs - before.idleMs) / 1e3 + (loop?.takeIdleUs() ?? 0) / 1e6
    send({
      stage: this.#stage,
      atUs: after.atUs,
      seconds,
      joined: joined(),
      messages: after.messages - before.messages,
      deliveries: after.deliveries - before.deliveries,
      chunks: after.chunks - before.chunks,
      joinsHeard: after.joinsHeard - before.joinsHeard,
      leavesHeard: after.leavesHeard - before.leavesHeard,
      wrong: tally.wrong,
      latency: takeEncoded(tally.latencies),
      joinTime: takeEncoded(joinTimes),
      slip: loop === null ? null : takeEncoded(loop.slip),
      overwhelmed: loop?.takeOverwhelmed() ?? false,
      cpuSeconds: (after.cpuUs - before.cpuUs) / 1e6,
      busyShare: Math.min(1, Math.max(0, 1 - idleSeconds / seconds)),
      waitSeconds: after.waitSeconds - before.waitSeconds,
      server: serverPid === null ? null : readProcessUsage(serverPid),
    })
  }

  #read(): Reading {
    const { tally, messages } = this.#sources
    const cpu = process.cpuUsage()
    return {
      atUs: monotonicUs(),
      messages: messages(),
      deliveries: tally.deliveries,
      chunks: tally.chunks,
      joinsHeard: tally.joinsHeard,
      leavesHeard: tally.leavesHeard,
      cpuUs: cpu.user + cpu.system,
      waitSeconds: readProcessUsage(process.pid)?.waitSeconds ?? 0,
      idleMs: performance.eventLoopUtilization().idle,
    }
  }
}

/** Encoding takes half a millisecond: once a sample, not once a message. */
function takeEncoded(histogram: Histogram): string | null {
  if (histogram.totalCount === 0) return null
  const encoded = encodeIntoCompressedBase64(histogram)
  histogram.reset()
  return encoded
}
