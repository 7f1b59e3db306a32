/**
 * One measured load on a crowd that has joined: warm up, measure, stop, wait for the rest, settle the
 * accounts. Says by itself when the generator was the bottleneck.
 */

import type { Fleet } from './fleet.js'
import { type CurvePoint, curveOf, mergeHistograms, type Percentiles, percentilesOf } from './percentiles.js'
import type { Moment, ProcessShare, Recorder, Totals } from './recorder.js'
import type { Account, ChurnCounts, ChurnPlan, Loop } from './requests.js'

const SATURATED_SHARE = 0.95
const SHARED_CORE_SHARE = 0.05
const NOTABLE_SLIP_US = 1000
const STALL_MS = 3000
const DRAIN_MS = 60_000

export interface MeasureOptions {
  warmUpSeconds: number
  seconds: number
  churn: ChurnPlan | null
  /** How long nothing may arrive before what is missing counts as lost; 3 s when left out. */
  stallMs?: number
  /** How many are told of each who comes or goes; null where that cannot be said. */
  toldOfEach: number | null
  /** Called when the measured window begins, and when it ends. */
  opened?: () => void
  closed?: () => void
}

export interface ServerUse {
  cpuShare: number
  cpuUsPerDelivery: number
  rssBytes: number
  maxRssBytes: number
}

export interface GeneratorUse {
  cpuShare: number
  cpuUsPerDelivery: number
  busyShare: number
  slipUs: Percentiles | null
}

/** Those who came and went while the load ran, warm-up included. */
export interface ChurnResult extends ChurnCounts {
  joinTimeUs: Percentiles
  /** Over all steady clients: how often they were told of somebody's coming or going. */
  joinsHeard: number
  leavesHeard: number
  /** How often they had to be; null where nobody is announced, or not to everybody. */
  expectedJoins: number | null
  expectedLeaves: number | null
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
  latencyCurve: CurvePoint[]
  /** Over the whole load, warm-up included. */
  account: Account
  churn: ChurnResult | null
  server: ServerUse | null
  generator: GeneratorUse
  processes: ProcessShare[]
  moments: Moment[]
  /** What has to be known to read the numbers. */
  notes: string[]
}

/**
 * @param recorder takes the fleet's samples from here on; a new one for each load
 * @param sent messages sent per sender so far; brought up to date
 */
export async function measureLoad(
  fleet: Fleet,
  recorder: Recorder,
  loop: Loop,
  options: MeasureOptions,
  sent: number[],
): Promise<LoadResult> {
  const { churn, toldOfEach, stallMs = STALL_MS } = options
  fleet.onSample = (process, sample) => recorder.take(process, sample)
  await fleet.askSpeakingLast<'start'>({ do: 'start', loop, sent, churn })
  await fleet.during(options.warmUpSeconds)
  await fleet.askAll<'open-window'>({ do: 'open-window' })
  options.opened?.()
  await fleet.during(options.seconds)
  options.closed?.()
  await fleet.askAll<'close-window'>({ do: 'close-window' })
  const hushed = await fleet.askAll<'hush'>({ do: 'hush' })
  sent.splice(0, sent.length, ...(hushed[0]?.sent ?? []))
  const drained = await fleet.askAll<'drain'>({ do: 'drain', sent, stallMs, deadlineMs: DRAIN_MS })
  if (churn !== null) await fleet.askAll<'settle'>({ do: 'settle', quietMs: 1000, deadlineMs: DRAIN_MS })
  const accounts = await fleet.askAll<'account'>({ do: 'account', sent })
  // For the sample of what came last.
  await fleet.askAll<'close-window'>({ do: 'close-window' })
  const result = resultOf(loop, recorder, mergeAccounts(accounts))
  if (churn !== null) {
    result.churn = churnResult(
      recorder,
      hushed.map((one) => one.churn),
      toldOfEach,
    )
  }
  if (drained.some(({ quiet }) => !quiet)) {
    result.notes.push(`still busy ${DRAIN_MS / 1000} s after the end: what was on its way counts as lost`)
  }
  return result
}

function resultOf(loop: Loop, recorder: Recorder, account: Account): LoadResult {
  const totals = recorder.totals('measuring')
  const { deliveries } = totals
  const slip = mergeHistograms(recorder.encoded('measuring', 'slip'))
  const latency = mergeHistograms(recorder.encoded('measuring', 'latency'))
  const generator = {
    cpuShare: totals.cpuShare,
    cpuUsPerDelivery: (totals.cpuSeconds * 1e6) / Math.max(1, deliveries),
    busyShare: totals.busyShare,
    slipUs: slip.totalCount === 0 ? null : percentilesOf(slip),
  }
  const server = serverUseOf(totals, deliveries)
  return {
    loop,
    seconds: totals.seconds,
    messagesPerSecond: totals.messagesPerSecond,
    deliveriesPerSecond: totals.deliveriesPerSecond,
    deliveries,
    deliveriesPerChunk: deliveries / Math.max(1, totals.chunks),
    latencyUs: percentilesOf(latency),
    latencyCurve: curveOf(latency),
    account,
    churn: null,
    server,
    generator,
    processes: recorder.shares('measuring'),
    moments: recorder.moments(['warming up', 'measuring']),
    notes: notesOn(totals, server, generator),
  }
}

export function serverUseOf({ server }: Totals, deliveries: number): ServerUse | null {
  if (server === null) return null
  const cpuSeconds = server.after.cpuSeconds - server.before.cpuSeconds
  return {
    cpuShare: cpuSeconds / Math.max(server.seconds, Number.MIN_VALUE),
    cpuUsPerDelivery: (cpuSeconds * 1e6) / Math.max(1, deliveries),
    rssBytes: server.after.rssBytes,
    maxRssBytes: server.maxRssBytes,
  }
}

/** What the generator and the machine had to do with the numbers. */
export function notesOn(
  totals: Totals,
  server: ServerUse | null,
  generator: Pick<GeneratorUse, 'busyShare' | 'slipUs'>,
): string[] {
  const notes: string[] = []
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
  if (totals.overwhelmed) notes.push('the server took so little that the schedule had to wait for it')
  const { server: usage } = totals
  const serverWaitShare =
    usage === null ? 0 : (usage.after.waitSeconds - usage.before.waitSeconds) / usage.seconds
  const waitShare = Math.max(serverWaitShare, totals.waitShare)
  if (waitShare > SHARED_CORE_SHARE) {
    notes.push(`${Math.round(waitShare * 100)}% of the time was lost to other processes on the same core`)
  }
  return notes
}

export function mergeAccounts(accounts: readonly Account[]): Account {
  const merged: Account = { lost: 0, duplicated: 0, reordered: 0, foreign: 0, failures: {} }
  for (const account of accounts) {
    merged.lost += account.lost
    merged.duplicated += account.duplicated
    merged.reordered += account.reordered
    merged.foreign += account.foreign
    addCounts(merged.failures, account.failures)
  }
  return merged
}

function churnResult(
  recorder: Recorder,
  counts: readonly (ChurnCounts | null)[],
  toldOfEach: number | null,
): ChurnResult {
  const stages = ['warming up', 'measuring', 'draining'] as const
  const totals = stages.map((stage) => recorder.totals(stage))
  const merged: ChurnResult = {
    joined: 0,
    left: 0,
    failures: {},
    joinTimeUs: percentilesOf(
      mergeHistograms(stages.flatMap((stage) => recorder.encoded(stage, 'joinTime'))),
    ),
    joinsHeard: totals.reduce((sum, { joinsHeard }) => sum + joinsHeard, 0),
    leavesHeard: totals.reduce((sum, { leavesHeard }) => sum + leavesHeard, 0),
    expectedJoins: null,
    expectedLeaves: null,
  }
  for (const one of counts) {
    merged.joined += one?.joined ?? 0
    merged.left += one?.left ?? 0
    addCounts(merged.failures, one?.failures ?? {})
  }
  if (toldOfEach !== null) {
    merged.expectedJoins = merged.joined * toldOfEach
    merged.expectedLeaves = merged.left * toldOfEach
  }
  return merged
}

/** Adds up counts by reason. */
export function addCounts(into: Record<string, number>, from: Record<string, number>): void {
  for (const [reason, count] of Object.entries(from)) into[reason] = (into[reason] ?? 0) + count
}
