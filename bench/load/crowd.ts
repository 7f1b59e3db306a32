/**
 * A crowd on a server from the parent's side: brings everyone in, puts one load after the other on them, and
 * takes them away again. What the load is made of is the scenario's.
 */

import { type CutOffs, CutOffWatch } from './cut-offs.js'
import type { Fleet } from './fleet.js'
import type { LiveView } from './live-view.js'
import { addCounts, type LoadResult, measureLoad } from './measure.js'
import type { LoadOptions, SharedOptions } from './options.js'
import { Recorder } from './recorder.js'
import { loopName } from './report/words.js'
import type { ChurnPlan, Loop } from './requests.js'
import { fleetFor, sourceAddressesFor } from './resources.js'
import type { Server } from './server.js'
import { type GaugeReading, ServerGauges } from './server-gauges.js'
import { targetByName } from './targets/by-name.js'
import { Topology, type TopologyPlan } from './topology.js'

const JOIN_QUIET_MS = 500
const JOIN_SETTLE_MS = 60_000

/** What a scenario puts on a server. */
export interface CrowdPlan {
  topology: TopologyPlan
  payloadBytes: number
  loops: readonly Loop[]
  churn: ChurnPlan | null
  trickleBytesPerSecond: number
}

export interface CrowdLoadResult extends LoadResult {
  payloadBytes: number
  /** When those who read slowly were cut off; null without any. */
  slow: { stopped: CutOffs; trickling: CutOffs } | null
  gauges: GaugeReading[]
}

/** Puts the crowd on the server, measures each load, and takes the crowd away again. */
export async function runCrowd(
  server: Server,
  options: LoadOptions,
  plan: CrowdPlan,
  view: LiveView,
): Promise<CrowdLoadResult[]> {
  const topology = new Topology(plan.topology)
  const everyone = topology.receiversOfEach({ first: 0, clients: plan.topology.clients })
  if (everyone.includes(0)) throw new RangeError('somebody speaks whom nobody hears')
  const fleet = fleetFor(options, plan.topology.clients)
  let watch: CutOffWatch | null = null
  try {
    await joinCrowd(fleet, server, options, plan, view)
    const hasSlow = topology.healthyClients < plan.topology.clients
    if (hasSlow) watch = new CutOffWatch((await fleet.askAll<'slow-down'>({ do: 'slow-down' })).flat())
    const sent: number[] = new Array(topology.senders).fill(0)
    const results: CrowdLoadResult[] = []
    for (const loop of plan.loops)
      results.push(await measureOne(fleet, server, options, plan, loop, sent, view, watch))
    return results
  } finally {
    watch?.stop()
    await fleet.end()
  }
}

async function measureOne(
  fleet: Fleet,
  server: Server,
  options: LoadOptions,
  plan: CrowdPlan,
  loop: Loop,
  sent: number[],
  view: LiveView,
  watch: CutOffWatch | null,
): Promise<CrowdLoadResult> {
  const { payloadBytes, churn } = plan
  const recorder = new Recorder(fleet.processes, options.sample * 1000)
  const gauges = server.metricsUrl === null ? null : new ServerGauges(server.metricsUrl)
  view.watch({
    name: `${payloadBytes} B, ${loopName(loop)}`,
    recorder,
    seconds: options.warmUp + options.seconds,
    clients: plan.topology.clients,
    more: () => (watch === null ? [] : [`${watch.cut} slow readers cut off`]),
  })
  try {
    const times = {
      warmUpSeconds: options.warmUp,
      seconds: options.seconds,
      churn,
      toldOfEach: toldOfEach(options, plan),
    }
    const result = await measureLoad(fleet, recorder, loop, times, sent)
    const slow =
      watch === null ? null : { stopped: watch.outcome('stopped'), trickling: watch.outcome('trickling') }
    return { ...result, payloadBytes, slow, gauges: gauges?.readings ?? [] }
  } finally {
    gauges?.stop()
    view.done()
  }
}

function toldOfEach(options: LoadOptions, { topology }: CrowdPlan): number | null {
  if (topology.rooms > 1 || targetByName(options.target).announces !== true) return null
  return new Topology(topology).healthyClients
}

/** Brings everyone in and waits until the announcements of that are over. @throws Error when somebody fails */
export async function joinCrowd(
  fleet: Fleet,
  server: Server,
  options: SharedOptions,
  plan: Pick<CrowdPlan, 'topology' | 'payloadBytes' | 'trickleBytesPerSecond'>,
  view: LiveView,
): Promise<Recorder> {
  const recorder = new Recorder(fleet.processes, options.sample * 1000)
  fleet.onSample = (process, sample) => recorder.take(process, sample)
  const { topology, payloadBytes, trickleBytesPerSecond } = plan
  view.watch({ name: 'joining', recorder, seconds: null, clients: topology.clients, more: () => [] })
  try {
    const answers = await fleet.join({
      target: options.target,
      host: server.host,
      ports: server.ports,
      nodes: server.nodes ?? 1,
      payloadBytes,
      topology,
      trickleBytesPerSecond,
      sourceAddresses: sourceAddressesFor(server, options),
      joining: options.joining,
      serverPid: server.pid,
      sampleMs: options.sample * 1000,
    })
    const failures: Record<string, number> = {}
    for (const answer of answers) addCounts(failures, answer.failures)
    const words = Object.entries(failures).map(([reason, clients]) => `${reason} (${clients})`)
    if (words.length > 0) throw new Error(`not everyone could join: ${words.join(', ')}`)
    await fleet.askAll<'settle'>({ do: 'settle', quietMs: JOIN_QUIET_MS, deadlineMs: JOIN_SETTLE_MS })
    return recorder
  } finally {
    view.done()
  }
}

/** Everybody in one room, some of whom speak: what most topologies are but for a few numbers. */
export function oneRoom(options: SharedOptions, clients: number, roomSenders: number): TopologyPlan {
  const { echoesOwn } = targetByName(options.target)
  return { clients, rooms: 1, roomSenders, directSenders: 0, stopped: 0, trickling: 0, echoesOwn }
}

/** @param otherwise what to do when neither option says anything */
export function loopsOf({ inFlight, rate, arrivals, seed }: LoadOptions, otherwise: Loop): Loop[] {
  const closed: Loop[] = inFlight.map((count) => ({ kind: 'closed', inFlight: count }))
  const open: Loop[] = rate.map((perSecond) => ({ kind: 'open', perSecond, arrivals, seed }))
  const loops = [...closed, ...open]
  return loops.length > 0 ? loops : [otherwise]
}
