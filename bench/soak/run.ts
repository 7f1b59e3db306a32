/** A soak from beginning to end: the relay starts, warms up, is looked at, lives, is looked at again, and ends. */

import { cpuUsage } from 'node:process'
import { readProcessUsage } from '../load/proc-stat.js'
import { provenance } from '../load/report/provenance.js'
import { count } from '../load/report/words.js'
import { wrongIn } from './checker.js'
import { Deeds } from './deeds.js'
import { atRest, heldAsBefore, heldBy } from './held.js'
import { type LifeOptions, type Lived, live } from './life.js'
import { LogCounts } from './log-counts.js'
import type { SoakPlan } from './plan.js'
import { SoakRelay } from './relay.js'
import type { SoakResults } from './results.js'
import { type Sample, Sampler } from './samples.js'
import { byLabel, type Series, totalOf } from './series.js'

const ROOM = 'general'
const SAY_EVERY_SAMPLES = 12

export interface RunOptions {
  readonly plan: SoakPlan
  readonly seconds: number
  /** Ends it before that, with what was found until then. */
  readonly endsEarly: Promise<unknown>
  readonly seed: number
  /** Further arguments of `parlance serve`. */
  readonly relayArguments: readonly string[]
  /** Takes a line now and then. */
  readonly say: (line: string) => void
}

export async function runSoak(options: RunOptions): Promise<SoakResults> {
  const { plan, seconds, seed, say } = options
  const relay = await SoakRelay.start({ ...plan, arguments: options.relayArguments })
  let sampler: Sampler | null = null
  try {
    const deeds = new Deeds(say)
    const logs = new LogCounts(relay.logDir, ROOM)
    await countProbes(relay, deeds)
    let wrongNow = () => ({ wrong: 0, deliveries: 0, said: 0 })
    const watch: LifeOptions['watch'] = (wrong) => {
      wrongNow = wrong
    }
    const life = { plan, deeds, watch, endsEarly: options.endsEarly }
    say(`seed ${seed}; warming up for ${plan.warmUpSeconds} s`)
    const counting = setInterval(() => logs.countRotated(), plan.sampleMs)
    let warm: Lived
    let main: Lived
    let lasted: number
    let before: SoakResults['before']
    let cpuShare: SoakResults['cpuShare']
    let samples: Sample[]
    let sampleFailures: number
    try {
      warm = await live(relay, { ...life, seconds: plan.warmUpSeconds, seed: seed + 1, prefix: 'early' })
      if (wrongIn(warm.checked) > 0) say(`WRONG in the warm-up: ${JSON.stringify(warm.checked)}`)
      // The first scrape makes what later ones use again.
      await heldBy(relay)
      before = await atRest(() => heldBy(relay))
      say(`empty: ${before.rssMib.toFixed(1)} MiB, heap ${before.heapMib.toFixed(1)} MiB`)
      const cpu = cpuMeter(relay.pid)
      sampler = new Sampler(relay, plan.sampleMs, (sample) => {
        const nth = sampler?.samples.length ?? 0
        if (nth % SAY_EVERY_SAMPLES === 1) say(sampleLine(sample, wrongNow(), deeds))
      })
      const beganMs = performance.now()
      main = await live(relay, { ...life, seconds, seed, prefix: 'guest' })
      lasted = (performance.now() - beganMs) / 1000
      cpuShare = cpu()
      sampler.stop()
      samples = sampler.samples
      sampleFailures = sampler.failures
    } finally {
      clearInterval(counting)
    }
    await heldAsBefore(relay, before)
    const after = await atRest(() => heldBy(relay))
    say(`empty again: ${after.rssMib.toFixed(1)} MiB, heap ${after.heapMib.toFixed(1)} MiB`)
    const series = await relay.scrapeAfresh()
    const exitCode = await endOf(relay)
    logs.countRest()
    return {
      origin: provenance(),
      plan,
      seed,
      seconds: Math.min(seconds, lasted),
      checked: main.checked,
      storms: main.storms,
      warmUpWrong: wrongIn(warm.checked) + wrongIn(warm.storms),
      latencyUs: main.latencyUs,
      presence: main.presence.map(({ joined, left }, nth) => ({
        joined: joined + (warm.presence[nth]?.joined ?? 0),
        left: left + (warm.presence[nth]?.left ?? 0),
      })),
      // Of its own coming the crowd hears before, and of its own going afterwards.
      expectedPresence: {
        joined: logs.presence.joined - warm.inRoom - main.inRoom,
        left: logs.presence.left - warm.inRoom - main.inRoom,
      },
      did: didOf(deeds),
      troubles: deeds.troubles,
      troubleCount: deeds.troubleCount,
      counted: countedOf(series),
      recorded: {
        counts: Object.fromEntries([...logs.counts].sort()),
        rotatedFiles: logs.rotatedFiles,
        bytes: logs.bytes,
        broken: logs.broken,
      },
      before,
      after,
      samples,
      sampleFailures,
      cpuShare,
      exitCode,
    }
  } finally {
    sampler?.stop()
    await relay.stop()
    relay.remove()
  }
}

/** Connections by which it was found out whether it accepts: they have come and gone. */
export async function countProbes(relay: SoakRelay, deeds: Deeds): Promise<void> {
  const probes = totalOf(await relay.scrapeAfresh(), 'parlance_connections_opened_total')
  deeds.connected += probes
  deeds.end('ended', probes)
}

/** @returns what the relay and this process have used of a core since now, when it is called */
function cpuMeter(pid: number): () => SoakResults['cpuShare'] {
  const beganMs = performance.now()
  const relayBefore = readProcessUsage(pid)?.cpuSeconds ?? 0
  const benchBefore = cpuUsage()
  return () => {
    const elapsed = (performance.now() - beganMs) / 1000
    const { user, system } = cpuUsage(benchBefore)
    return {
      relay: ((readProcessUsage(pid)?.cpuSeconds ?? 0) - relayBefore) / elapsed,
      bench: (user + system) / 1e6 / elapsed,
    }
  }
}

/** Its exit code, told to end while nobody is there. */
async function endOf(relay: SoakRelay): Promise<number | null> {
  process.kill(relay.pid, 'SIGTERM')
  return await relay.ended
}

function didOf(deeds: Deeds): SoakResults['did'] {
  const { connected, accepted, said, edited, renamed, blocked, reloads, answered, operated } = deeds
  return {
    connected,
    accepted,
    message: said.message,
    direct: said.direct,
    edited: edited.times,
    renamed: renamed.times,
    blocked: blocked.times,
    reloadsTaken: reloads.taken,
    reloadsRefused: reloads.refused,
    answered,
    operated,
    ends: Object.fromEntries([...deeds.ends].sort()),
    rejected: Object.fromEntries([...deeds.rejected].sort()),
    visits: Object.fromEntries(deeds.visits),
  }
}

function countedOf(series: Series): SoakResults['counted'] {
  const counts = (metric: string) => Object.fromEntries([...byLabel(series, metric)].sort())
  return {
    opened: totalOf(series, 'parlance_connections_opened_total'),
    deliveries: totalOf(series, 'parlance_deliveries_total'),
    disconnects: counts('parlance_disconnects_total'),
    rejected: counts('parlance_rejected_joins_total'),
    events: counts('parlance_events_total'),
    reloads: counts('parlance_reloads_total'),
    faults: totalOf(series, 'parlance_faults_total'),
    logLinesLost: totalOf(series, 'parlance_log_lines_lost_total'),
    acceptErrors: totalOf(series, 'parlance_accept_errors_total'),
    pauses: totalOf(series, 'parlance_pauses_total'),
    congestions: totalOf(series, 'parlance_congestions_total'),
  }
}

function sampleLine(
  { seconds, rssMib, heapMib, descriptors, connections, lagMaxMs, cpuShare }: Sample,
  { wrong, deliveries, said }: { wrong: number; deliveries: number; said: number },
  deeds: Deeds,
): string {
  return [
    `${(seconds / 60).toFixed(1).padStart(5)} min`,
    `${count(deeds.connected)} connections made, ${connections} open, ${descriptors} descriptors`,
    `${count(said)} said, ${count(deliveries)} delivered, ${wrong} wrong, ${deeds.troubleCount} troubles`,
    `${rssMib.toFixed(0)} MiB, heap ${heapMib.toFixed(0)} MiB`,
    `CPU ${(cpuShare * 100).toFixed(0)}%, lag up to ${lagMaxMs.toFixed(0)} ms`,
  ].join('; ')
}
