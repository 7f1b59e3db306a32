/**
 * One measured load on a crowd that has joined: warm up, measure, stop, wait for the rest, settle the
 * accounts. Merges what the processes measured; says by itself when the generator was the bottleneck.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js'
import type { Fleet } from './fleet.js'
import { newLatencyHistogram } from './generator/tally.js'
import type { Account, Loop, WindowMeasures } from './requests.js'

const SATURATED_SHARE = 0.95
const SHARED_CORE_SHARE = 0.05
const NOTABLE_SLIP_US = 1000
const STALL_MS = 3000
const DRAIN_MS = 30_000

export interface MeasureOptions {
  warmUpSeconds: number
  seconds: number
}

export interface Percentiles {
  count: number
  mean: number
  p50: number
  p90: number
  p99: number
  p999: number
  max: number
}

export interface LoadResult {
  loop: Loop
  seconds: number
  messagesPerSecond: number
  deliveriesPerSecond: number
  deliveries: number
  deliveriesPerChunk: number
  /** From the intended time of sending to the receiver's reading of the chunk. */
  latencyUs: Percentiles
  /** Over the whole load, warm-up included. */
  account: Account
  server: { cpuShare: number; cpuUsPerDelivery: number; rssBytes: number } | null
  generator: { cpuShare: number; cpuUsPerDelivery: number; busyShare: number; slipUs: Percentiles | null }
  /** What has to be known to read the numbers. */
  notes: string[]
}

/** @param sent messages sent per sender so far; brought up to date */
export async function measureLoad(
  fleet: Fleet,
  loop: Loop,
  options: MeasureOptions,
  sent: number[],
): Promise<LoadResult> {
  await fleet.askSpeakingLast<'start'>({ do: 'start', loop, sent })
  await sleep(options.warmUpSeconds * 1000)
  await fleet.askAll<'open-window'>({ do: 'open-window' })
  await sleep(options.seconds * 1000)
  const windows = await fleet.askAll<'close-window'>({ do: 'close-window' })
  const hushed = await fleet.askSpeaking<'hush'>({ do: 'hush' })
  sent.splice(0, sent.length, ...hushed.sent)
  const drained = await fleet.askAll<'drain'>({
    do: 'drain',
    sent,
    stallMs: STALL_MS,
    deadlineMs: DRAIN_MS,
  })
  const accounts = await fleet.askAll<'account'>({ do: 'account', sent })
  const result = mergeWindows(loop, windows, mergeAccounts(accounts))
  if (drained.some(({ quiet }) => !quiet))
    result.notes.push(`still busy ${DRAIN_MS / 1000} s after the end: what was on its way counts as lost`)
  return result
}

function mergeWindows(loop: Loop, windows: WindowMeasures[], account: Account): LoadResult {
  const first = windows[0] as WindowMeasures
  const sum = (of: (window: WindowMeasures) => number) => windows.reduce((total, one) => total + of(one), 0)
  const deliveries = sum((window) => window.deliveries)
  const { server } = first
  const serverCpuSeconds = server === null ? 0 : server.after.cpuSeconds - server.before.cpuSeconds
  const result: LoadResult = {
    loop,
    seconds: first.seconds,
    messagesPerSecond: first.messages / first.seconds,
    deliveriesPerSecond: sum((window) => window.deliveries / window.seconds),
    deliveries,
    deliveriesPerChunk:
      deliveries /
      Math.max(
        1,
        sum((window) => window.chunks),
      ),
    latencyUs: percentilesOf(windows.map(({ latency }) => latency)),
    account,
    server:
      server === null
        ? null
        : {
            cpuShare: serverCpuSeconds / first.seconds,
            cpuUsPerDelivery: (serverCpuSeconds * 1e6) / Math.max(1, deliveries),
            rssBytes: server.after.rssBytes,
          },
    generator: {
      cpuShare: sum((window) => window.cpuSeconds / window.seconds),
      cpuUsPerDelivery: (sum((window) => window.cpuSeconds) * 1e6) / Math.max(1, deliveries),
      busyShare: Math.max(...windows.map(({ busyShare }) => busyShare)),
      slipUs: first.slip === null ? null : percentilesOf([first.slip]),
    },
    notes: [],
  }
  result.notes.push(...notesOn(result, windows))
  return result
}

function notesOn(result: LoadResult, windows: WindowMeasures[]): string[] {
  const notes: string[] = []
  const { server, generator } = result
  if (generator.busyShare > SATURATED_SHARE) {
    const serverToo = server !== null && server.cpuShare > SATURATED_SHARE
    notes.push(
      serverToo
        ? 'generator and server are both at a full core: the server may be a little faster than this'
        : 'the generator is saturated: this is what it can do, not what the server can',
    )
  }
  if (generator.slipUs !== null && generator.slipUs.p99 > NOTABLE_SLIP_US) {
    notes.push(`the schedule slipped by ${Math.round(generator.slipUs.p99)} µs (p99): part of the latencies`)
  }
  if (windows.some(({ overwhelmed }) => overwhelmed)) {
    notes.push('the server took so little that the schedule had to wait for it')
  }
  const first = windows[0] as WindowMeasures
  const serverWaitShare =
    first.server === null
      ? 0
      : (first.server.after.waitSeconds - first.server.before.waitSeconds) / first.seconds
  const waitShare = Math.max(serverWaitShare, ...windows.map((window) => window.waitShare))
  if (waitShare > SHARED_CORE_SHARE) {
    notes.push(`${Math.round(waitShare * 100)}% of the time was lost to other processes on the same core`)
  }
  return notes
}

function mergeAccounts(accounts: Account[]): Account {
  const merged: Account = { lost: 0, duplicated: 0, reordered: 0, foreign: 0, failures: {} }
  for (const account of accounts) {
    merged.lost += account.lost
    merged.duplicated += account.duplicated
    merged.reordered += account.reordered
    merged.foreign += account.foreign
    for (const [reason, count] of Object.entries(account.failures)) {
      merged.failures[reason] = (merged.failures[reason] ?? 0) + count
    }
  }
  return merged
}

/** Of the sum of the histograms: percentiles themselves cannot be averaged. */
function percentilesOf(encoded: string[]): Percentiles {
  const merged: Histogram = newLatencyHistogram()
  for (const one of encoded) merged.add(decodeFromCompressedBase64(one))
  return {
    count: merged.totalCount,
    mean: merged.totalCount === 0 ? 0 : merged.mean,
    p50: merged.getValueAtPercentile(50),
    p90: merged.getValueAtPercentile(90),
    p99: merged.getValueAtPercentile(99),
    p999: merged.getValueAtPercentile(99.9),
    max: merged.maxValue,
  }
}
