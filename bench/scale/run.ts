/**
 * The bench from its beginning to its end: everybody comes in, one of each dialect says something to all, and what that
 * cost is measured. What the numbers look like is report.ts's.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Nodes } from '../cluster/nodes.js'
import { kernelBytes } from '../cluster/process-trees.js'
import { SCALE_DIALECTS } from './dialects.js'
import type { Generators } from './generators.js'
import { faultsOf, type PresenceCounts, type Round, type RoundCounts, sumOf } from './ledger.js'
import { dialectOf, meantIn, rangesOf, type ScalePlan } from './plan.js'

/** A crowd that joins is told of once a second: longer than that. */
export const USUAL_WAITS: Waits = { startMs: 5000, joinQuietMs: 2500, roundQuietMs: 500, stallMs: 20_000 }
const JOIN_SETTLE_MS = 120_000
/** As the narrowest dialect has it, and so that no escaping is needed anywhere. */
const FILLER = '.'

export interface RoundResult {
  /** What the one who speaks speaks. */
  readonly dialect: string
  readonly counts: RoundCounts
  /** In words; empty when everybody who is meant got it exactly once, whole. */
  readonly faults: string[]
  /** From its writing to the middle one's and the last one's reading of it. */
  readonly middleMs: number
  readonly lastMs: number
  readonly relayCpuSeconds: number
  readonly natsCpuSeconds: number
}

export interface ScaleResult {
  readonly clients: number
  readonly inRoom: number
  readonly relayProcesses: number
  readonly generatorProcesses: number
  /** Until the last one was in, and what that cost. */
  readonly joining: {
    readonly seconds: number
    readonly relayCpuSeconds: number
    readonly natsCpuSeconds: number
    /** Lines about who comes, as they were delivered; without coalescing each member hears of each who comes later at least. */
    readonly presence: PresenceCounts
    readonly uncoalesced: number
    /** Logins that were refused at first, because too many came at once. */
    readonly triedAgain: number
  }
  readonly memory: {
    readonly relayBytesBefore: number
    readonly relayBytes: number
    readonly relayBytesPerConnection: number
    /** Sockets and descriptors at both ends. */
    readonly kernelBytesPerConnection: number
  }
  /** Nobody says anything. */
  readonly idle: { readonly seconds: number; readonly relayCpuShare: number; readonly natsCpuShare: number }
  readonly rounds: RoundResult[]
  readonly faults: string[]
}

/** What is waited for to be sure that nothing more comes. */
export interface Waits {
  /** Before anybody comes. */
  readonly startMs: number
  /** After everybody is in, and at the end. */
  readonly joinQuietMs: number
  /** After each message. */
  readonly roundQuietMs: number
  /** Without anything new, what is missing counts as lost. */
  readonly stallMs: number
}

export interface RunOptions {
  readonly waits: Waits
  readonly joining: number
  readonly payloadBytes: number
  readonly idleSeconds: number
}

/** @param say takes a line about how far it has come */
export async function runScale(
  plan: ScalePlan,
  nodes: Nodes,
  generators: Generators,
  options: RunOptions,
  say: (line: string) => void,
): Promise<ScaleResult> {
  const { clients } = plan
  const { waits } = options
  const ranges = rangesOf(clients, generators.pids.length)
  const relayProcesses = nodes.relayPids.length
  // What a process needed for its start alone is given back after a while.
  await sleep(waits.startMs)
  const relayBytesBefore = nodes.residentBytes
  const kernelBytesBefore = kernelBytes()

  const cpuBefore = cpuOf(nodes)
  const beganMs = performance.now()
  generators.onJoined = (joined) => say(`${seconds(beganMs)} s: ${joined} of ${clients} are in`)
  const failures = await generators.askEach<'join'>((index) => ({
    do: 'join',
    plan,
    range: ranges[index] ?? { first: 0, clients: 0 },
    joining: options.joining,
  }))
  const joinSeconds = (performance.now() - beganMs) / 1000
  const notIn = mergedCounts(failures)
  if (notIn.length > 0) throw new Error(`not everyone could join: ${notIn.join(', ')}`)

  say(`all in after ${joinSeconds.toFixed(1)} s; waiting for what they are told of each other`)
  const settled = await generators.askAll<'settle'>({
    do: 'settle',
    quietMs: waits.joinQuietMs,
    deadlineMs: JOIN_SETTLE_MS,
  })
  const cpuJoined = cpuOf(nodes)
  const inRoom = Array.from({ length: clients }, (_, client) => client).filter(
    (client) => dialectOf(client).isInRoom,
  ).length

  const idleBefore = cpuOf(nodes)
  const idleBeganMs = performance.now()
  await sleep(options.idleSeconds * 1000)
  const idleAfter = cpuOf(nodes)
  const idleSeconds = (performance.now() - idleBeganMs) / 1000
  const relayBytes = nodes.residentBytes
  const kernelBytesAfter = kernelBytes()

  const rounds: RoundResult[] = []
  for (const [speaker, dialect] of SCALE_DIALECTS.entries()) {
    if (speaker >= clients) break
    const text = `round ${speaker} `.padEnd(options.payloadBytes, FILLER)
    const result = await runRound({ speaker, text }, plan, nodes, generators, waits)
    rounds.push(result)
    say(`${dialect.name} to ${result.counts.meant}: ${roundWords(result)}`)
  }
  // What comes twice may come late.
  const last = await generators.askAll<'settle'>({
    do: 'settle',
    quietMs: waits.joinQuietMs,
    deadlineMs: JOIN_SETTLE_MS,
  })
  const late = (await generators.askAll<'await'>({ do: 'await', quietMs: 0, stallMs: 0 })).map(
    ({ counts }) => counts,
  )
  const lost = mergedCounts(last.map((one) => one.lost))
  return {
    clients,
    inRoom,
    relayProcesses,
    generatorProcesses: generators.pids.length,
    joining: {
      seconds: joinSeconds,
      relayCpuSeconds: cpuJoined.relay - cpuBefore.relay,
      natsCpuSeconds: cpuJoined.nats - cpuBefore.nats,
      presence: {
        people: sum(settled.map(({ presence }) => presence.people)),
        crowds: sum(settled.map(({ presence }) => presence.crowds)),
      },
      uncoalesced: (inRoom * (inRoom - 1)) / 2,
      triedAgain: sum(settled.map(({ triedAgain }) => triedAgain)),
    },
    memory: {
      relayBytesBefore,
      relayBytes,
      relayBytesPerConnection: (relayBytes - relayBytesBefore) / clients,
      kernelBytesPerConnection: (kernelBytesAfter - kernelBytesBefore) / clients,
    },
    idle: {
      seconds: idleSeconds,
      relayCpuShare: (idleAfter.relay - idleBefore.relay) / idleSeconds,
      natsCpuShare: (idleAfter.nats - idleBefore.nats) / idleSeconds,
    },
    rounds,
    faults: [
      ...rounds.flatMap(({ dialect, faults }) => faults.map((fault) => `${dialect}: ${fault}`)),
      ...lateFaults(rounds.at(-1), sumOf(late)),
      ...lost.map((reason) => `connections lost: ${reason}`),
    ],
  }
}

async function runRound(
  round: Round,
  plan: ScalePlan,
  nodes: Nodes,
  generators: Generators,
  waits: Waits,
): Promise<RoundResult> {
  await generators.askAll<'expect'>({ do: 'expect', round })
  const before = cpuOf(nodes)
  const saidUs = await generators.askFirst<'say'>({ do: 'say', round })
  const answers = await generators.askAll<'await'>({
    do: 'await',
    quietMs: waits.roundQuietMs,
    stallMs: waits.stallMs,
  })
  const after = cpuOf(nodes)
  const counts = sumOf(answers.map((one) => one.counts))
  const arrivals = Float64Array.from(answers.flatMap(({ arrivalsUs }) => arrivalsUs)).sort()
  return {
    dialect: dialectOf(round.speaker).name,
    counts,
    faults: faultsOf(counts, meantIn({ first: 0, clients: plan.clients }, round.speaker)),
    middleMs: ((arrivals[arrivals.length >> 1] ?? Number.NaN) - saidUs) / 1000,
    lastMs: ((arrivals.at(-1) ?? Number.NaN) - saidUs) / 1000,
    relayCpuSeconds: after.relay - before.relay,
    natsCpuSeconds: after.nats - before.nats,
  }
}

/** What came after the last round had been counted. */
function lateFaults(last: RoundResult | undefined, late: RoundCounts): string[] {
  if (last === undefined) return []
  const more = late.doubled + late.wrongBytes + late.uncalledFor
  const { doubled, wrongBytes, uncalledFor } = last.counts
  return more === doubled + wrongBytes + uncalledFor ? [] : ['messages came again after the last round']
}

function cpuOf(nodes: Nodes): { relay: number; nats: number } {
  return { relay: nodes.relayCpuSeconds, nats: nodes.natsCpuSeconds }
}

function roundWords({ counts, faults, lastMs }: RoundResult): string {
  return faults.length === 0
    ? `each exactly once, the last after ${Math.round(lastMs)} ms`
    : `WRONG: ${faults.join('; ')} (${counts.once} of ${counts.meant})`
}

/** Such as `the server closed the connection (12)`. */
function mergedCounts(all: readonly Record<string, number>[]): string[] {
  const merged = new Map<string, number>()
  for (const counts of all) {
    for (const [reason, count] of Object.entries(counts))
      merged.set(reason, (merged.get(reason) ?? 0) + count)
  }
  return [...merged].map(([reason, count]) => `${reason} (${count})`)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(0)
}
