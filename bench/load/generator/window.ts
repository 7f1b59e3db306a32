/**
 * The measured part of a load: what happened between its opening and its closing, in this process and, for
 * the process that has been given its pid, in the server. Both are read at the same moment.
 */

import { performance } from 'node:perf_hooks'
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { monotonicUs } from '../clock.js'
import { type ProcessUsage, readProcessUsage } from '../proc-stat.js'
import type { WindowMeasures } from '../requests.js'
import type { OpenLoop } from './open-loop.js'
import type { Speaker } from './speaker.js'
import type { Tally } from './tally.js'

interface Reading {
  timeUs: number
  messages: number
  deliveries: number
  chunks: number
  cpuUs: number
  waitSeconds: number
  idleMs: number
  server: ProcessUsage | null
}

export class MeasuredWindow {
  readonly #tally: Tally
  readonly #speakers: readonly Speaker[]
  readonly #openLoop: OpenLoop | null
  readonly #serverPid: number | null
  readonly #before: Reading

  constructor(
    tally: Tally,
    speakers: readonly Speaker[],
    openLoop: OpenLoop | null,
    serverPid: number | null,
  ) {
    this.#tally = tally
    this.#speakers = speakers
    this.#openLoop = openLoop
    this.#serverPid = serverPid
    openLoop?.resetMeasures()
    tally.startMeasuring()
    this.#before = this.#read()
  }

  close(): WindowMeasures {
    const before = this.#before
    const after = this.#read()
    const seconds = (after.timeUs - before.timeUs) / 1e6
    const idleSeconds = (after.idleMs - before.idleMs) / 1e3 + (this.#openLoop?.idleUs ?? 0) / 1e6
    const serverIsKnown = before.server !== null && after.server !== null
    return {
      seconds,
      messages: after.messages - before.messages,
      deliveries: after.deliveries - before.deliveries,
      chunks: after.chunks - before.chunks,
      latency: this.#tally.stopMeasuring(),
      slip: this.#openLoop === null ? null : encodeIntoCompressedBase64(this.#openLoop.slip),
      overwhelmed: this.#openLoop?.overwhelmed ?? false,
      busyShare: 1 - idleSeconds / seconds,
      waitShare: (after.waitSeconds - before.waitSeconds) / seconds,
      cpuSeconds: (after.cpuUs - before.cpuUs) / 1e6,
      server: serverIsKnown
        ? { before: before.server as ProcessUsage, after: after.server as ProcessUsage }
        : null,
    }
  }

  #read(): Reading {
    const cpu = process.cpuUsage()
    return {
      timeUs: monotonicUs(),
      messages: this.#speakers.reduce((sum, speaker) => sum + speaker.sent, 0),
      deliveries: this.#tally.deliveries,
      chunks: this.#tally.chunks,
      cpuUs: cpu.user + cpu.system,
      waitSeconds: readProcessUsage(process.pid)?.waitSeconds ?? 0,
      idleMs: performance.eventLoopUtilization().idle,
      server: this.#serverPid === null ? null : readProcessUsage(this.#serverPid),
    }
  }
}
