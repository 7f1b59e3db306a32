/**
 * One server's turn: it is started, gets every crowd and every load of the plan, and is stopped. Owns what of
 * a load's many numbers is kept.
 */

import { joinCrowd, oneRoom } from '../load/crowd.js'
import type { Fleet } from '../load/fleet.js'
import { NO_VIEW } from '../load/live-view.js'
import { type LoadResult, measureLoad } from '../load/measure.js'
import type { SharedOptions } from '../load/options.js'
import { Recorder } from '../load/recorder.js'
import { accountWords, isClean } from '../load/report/words.js'
import { fleetFor } from '../load/resources.js'
import { idle } from '../load/scenarios/idle.js'
import type { Server } from '../load/server.js'
import { targetByName } from '../load/targets/by-name.js'
import type { Peer } from './peer.js'
import { type IdlePlan, loadKey, type Plan, type PlannedCrowd, type PlannedLoad } from './plan.js'

/** One load of one turn. */
export interface Measured {
  load: string
  deliveriesPerSecond: number
  p50Us: number
  p99Us: number
  p999Us: number
  serverCpuUsPerDelivery: number
  /** Whether throughput and CPU are of the whole load, because its window was too short to say anything. */
  isWhole: boolean
  /** The part of the time in which the generator had something to do. */
  generatorBusyShare: number
  /** The part of the time in which the server or the generator was ready to run and something else had its core. */
  lostShare: number
  /** Whether every delivery came, once and in order. */
  isClean: boolean
  notes: string[]
}

export interface IdleMeasured {
  clients: number
  bytesPerConnection: number
  cpuShare: number
}

/** The cores that the two sides are kept on; null to let them roam. */
export interface Pinning {
  server: number | null
  generator: number | null
}

export interface LoadEvents {
  /** A load is put on now, with its warm-up first. */
  begins(): void
  done(measured: Measured): void
}

const SAMPLE_SECONDS = 1
/** On servers that take all that has been said before they send any of it. */
const STALL_MS = 10_000

/** How often a full pipe has to have come through in a window that counts. */
const FILLINGS = 2

const SOURCE_ADDRESSES = 8
const JOINING_AT_ONCE = 100
const IDLE_WARM_UP_CLIENTS = 200

/** @param done takes each load as soon as it is measured */
export async function visit(
  peer: Peer,
  plan: Plan,
  pinning: Pinning,
  done: (measured: Measured) => void,
): Promise<void> {
  const hasRooms = peer.oneRoom !== true && targetByName(peer.target).rooms !== undefined
  const crowds = plan.crowds.filter(
    ({ rooms, clients }) => rooms * clients <= maxClientsOf(peer) && (rooms === 1 || hasRooms),
  )
  // Whoever has many rooms may need a server that is set up for them, and gets one of their own.
  for (const rooms of new Set(crowds.map((crowd) => crowd.rooms))) {
    const server = await peer.start(pinning.server, rooms)
    try {
      for (const crowd of crowds) {
        if (crowd.rooms !== rooms) continue
        await measureCrowd(peer, server, crowd, plan, pinning, { begins: () => {}, done })
      }
    } finally {
      await server.stop()
    }
  }
}

export async function visitIdle(
  peer: Omit<Peer, 'name' | 'description' | 'probe'>,
  plan: IdlePlan,
  pinning: Pinning,
): Promise<IdleMeasured> {
  const server = await peer.start(pinning.server, 1)
  try {
    const { settleSeconds } = plan
    const clients = Math.min(plan.clients, maxClientsOf(peer))
    const options = sharedOptions(peer, pinning)
    const wanted = { ...options, clients, warmUpClients: IDLE_WARM_UP_CLIENTS, settle: settleSeconds }
    const { rssBytesPerConnection, idleCpuShare } = await idle(server, wanted, NO_VIEW)
    return { clients, bytesPerConnection: rssBytesPerConnection, cpuShare: idleCpuShare }
  } finally {
    await server.stop()
  }
}

/** Puts one crowd on a running server, and its loads on the crowd. */
export async function measureCrowd(
  peer: Pick<Peer, 'target' | 'joiningAtOnce'>,
  server: Server,
  crowd: PlannedCrowd,
  { payloadBytes, warmUpSeconds }: Pick<Plan, 'payloadBytes' | 'warmUpSeconds'>,
  pinning: Pinning,
  { begins, done }: LoadEvents,
): Promise<void> {
  const options = sharedOptions(peer, pinning)
  const { rooms, loads } = crowd
  const everyone = rooms * (crowd.clients + 1)
  const fleet = fleetFor(options, everyone)
  try {
    const topology = { ...oneRoom(options, everyone, rooms), rooms }
    await joinCrowd(fleet, server, options, { topology, payloadBytes, trickleBytesPerSecond: 0 }, NO_VIEW)
    const sent: number[] = new Array(rooms).fill(0)
    for (const load of loads) {
      begins()
      done(await measureOne(fleet, crowd, load, warmUpSeconds, sent))
    }
  } finally {
    await fleet.end()
  }
}

async function measureOne(
  fleet: Fleet,
  crowd: PlannedCrowd,
  { loop, seconds }: PlannedLoad,
  warmUpSeconds: number,
  sent: number[],
): Promise<Measured> {
  const recorder = new Recorder(fleet.processes, SAMPLE_SECONDS * 1000)
  const times = { warmUpSeconds, seconds, churn: null, toldOfEach: null, stallMs: STALL_MS }
  const result = await measureLoad(fleet, recorder, loop, times, sent)
  const clean = isClean(result.account)
  const isShort =
    loop.kind === 'closed' && result.deliveries < FILLINGS * loop.inFlight * crowd.rooms * crowd.clients
  return {
    load: loadKey(crowd, loop),
    ...(isShort ? wholeLoad(recorder) : windowOf(result)),
    isWhole: isShort,
    p50Us: result.latencyUs.p50,
    p99Us: result.latencyUs.p99,
    p999Us: result.latencyUs.p999,
    generatorBusyShare: result.generator.busyShare,
    lostShare: lostShareOf(recorder),
    isClean: clean,
    notes: [...(clean ? [] : accountWords(result.account)), ...result.notes],
  }
}

type Pace = Pick<Measured, 'deliveriesPerSecond' | 'serverCpuUsPerDelivery'>

function windowOf({ deliveriesPerSecond, server }: LoadResult): Pace {
  return { deliveriesPerSecond, serverCpuUsPerDelivery: server?.cpuUsPerDelivery ?? 0 }
}

/** From the first message until everyone has the last one. */
function wholeLoad(recorder: Recorder): Pace {
  const stages = (['warming up', 'measuring', 'draining'] as const).map((stage) => recorder.totals(stage))
  const deliveries = stages.reduce((sum, stage) => sum + stage.deliveries, 0)
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0)
  const before = stages[0]?.server?.before.cpuSeconds ?? 0
  const after = stages.at(-1)?.server?.after.cpuSeconds ?? 0
  return {
    deliveriesPerSecond: deliveries / seconds,
    serverCpuUsPerDelivery: ((after - before) * 1e6) / Math.max(1, deliveries),
  }
}

function lostShareOf(recorder: Recorder): number {
  const { server, waitShare } = recorder.totals('measuring')
  if (server === null) return waitShare
  const serverShare = (server.after.waitSeconds - server.before.waitSeconds) / server.seconds
  return Math.max(serverShare, waitShare)
}

function maxClientsOf({ maxClients = Number.POSITIVE_INFINITY }: Pick<Peer, 'maxClients'>): number {
  return maxClients
}

function sharedOptions(
  { target, joiningAtOnce = JOINING_AT_ONCE }: Pick<Peer, 'target' | 'joiningAtOnce'>,
  { generator }: Pinning,
): SharedOptions {
  return {
    target,
    // Where the server is, it says itself.
    host: '',
    serverArg: [],
    ...(generator === null ? {} : { pinLoad: generator }),
    sourceAddresses: SOURCE_ADDRESSES,
    bind: [],
    joining: joiningAtOnce,
    loadNodeArg: [],
    sample: SAMPLE_SECONDS,
  }
}
