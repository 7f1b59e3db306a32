/**
 * Measures what a delivery costs and where: the relay natively over descriptors, over Node's TCP handles, over
 * public sockets, and the bare C relay, each under the same loads with a profiler attached.
 */

import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawnServer } from '../load/server.js'
import { launch } from '../load/server-process.js'
import type { Cost, Costs } from './cost-table.js'
import { type Peer, serverOf } from './peer.js'
import { perfWorks, sampleLayers } from './perf.js'
import { type IdlePlan, loadKey, type PlannedCrowd } from './plan.js'
import { type Measured, measureCrowd, type Pinning, visitIdle } from './visit.js'

export const COST_SERVERS = {
  native: 'relay over descriptors',
  handle: 'relay over handles',
  socket: 'relay over sockets',
  ceiling: 'bare C',
} as const

export interface CostPlan {
  clients: number
  inFlight: readonly number[]
  seconds: number
  idle: IdlePlan
}

const RELAY = fileURLToPath(new URL('relay-process.ts', import.meta.url))
// Long enough that compiling what runs often is over and not in the numbers.
const WARM_UP_SECONDS = 3

/** What the profiler needs to begin and to end inside the measured window. */
const MARGIN_SECONDS = 0.3

const PAYLOAD_BYTES = 64

const UTIME = 11
const STIME = 12

type Profile = Pick<Cost, 'shares' | 'kernelShare' | 'userShare'>

/** @param say takes a line for each load */
export async function measureCosts(
  { clients, inFlight, seconds, idle }: CostPlan,
  pinning: Pinning,
  say: (line: string) => void,
): Promise<Costs> {
  const withPerf = perfWorks()
  if (!withPerf) say('perf does not work here: only kernel and user time can be told apart')
  const costs: Costs = { loads: [], memory: [] }
  for (const [kind, server] of Object.entries(COST_SERVERS)) {
    for (const limit of inFlight) {
      const load = { loop: { kind: 'closed', inFlight: limit } as const, seconds }
      const crowd = { rooms: 1, clients, loads: [load] }
      const cost = await measureCost(kind as keyof typeof COST_SERVERS, crowd, pinning, withPerf)
      costs.loads.push({ ...cost, server, load: loadKey(crowd, load.loop) })
      say(`${server}, ${limit} in flight: ${cost.cpuUsPerDelivery.toFixed(2)} µs a delivery`)
    }
  }
  for (const kind of ['native', 'handle', 'socket'] as const) {
    const { bytesPerConnection } = await visitIdle(profiledPeer(kind), idle, pinning)
    costs.memory.push({ server: COST_SERVERS[kind], bytesPerConnection })
  }
  return costs
}

async function measureCost(
  kind: keyof typeof COST_SERVERS,
  crowd: PlannedCrowd,
  pinning: Pinning,
  withPerf: boolean,
): Promise<Omit<Cost, 'server' | 'load'>> {
  const peer = profiledPeer(kind)
  const server = await peer.start(pinning.server, 1)
  const { pid } = server
  const [seconds = 0] = crowd.loads.map((load) => load.seconds)
  try {
    if (pid === null) throw new Error(`${peer.name} has no process`)
    let profile: Promise<Profile> | null = null
    let measured: Measured | null = null
    const times = { warmUpSeconds: WARM_UP_SECONDS, payloadBytes: PAYLOAD_BYTES }
    await measureCrowd(peer, server, crowd, times, pinning, {
      begins: () => {
        profile = profileWindow(pid, seconds, withPerf)
      },
      done: (one) => {
        measured = one
      },
    })
    const { serverCpuUsPerDelivery, deliveriesPerSecond } = measured as unknown as Measured
    return {
      cpuUsPerDelivery: serverCpuUsPerDelivery,
      deliveriesPerSecond,
      ...(await (profile as unknown as Promise<Profile>)),
    }
  } finally {
    await server.stop()
    // Where V8 puts it, whatever the directory for temporary files is.
    if (pid !== null) rmSync(`/tmp/perf-${pid}.map`, { force: true })
  }
}

/** Looks at a server for the measured part of a load that begins now, a little inside of it. */
async function profileWindow(pid: number, seconds: number, withPerf: boolean): Promise<Profile> {
  const lengthSeconds = Math.max(MARGIN_SECONDS, seconds - 2 * MARGIN_SECONDS)
  await sleep((WARM_UP_SECONDS + MARGIN_SECONDS) * 1000)
  const before = cpuTicks(pid)
  const shares = withPerf ? sampleLayers(pid, lengthSeconds) : null
  await sleep(lengthSeconds * 1000)
  const after = cpuTicks(pid)
  const [user, kernel] = [after.user - before.user, after.kernel - before.kernel]
  const all = Math.max(1, user + kernel)
  return { shares: await shares, userShare: user / all, kernelShare: kernel / all }
}

/** The relay writes down where its compiled functions are, so that the profiler can name them. */
function profiledPeer(kind: keyof typeof COST_SERVERS): Pick<Peer, 'name' | 'target' | 'start'> {
  const name = COST_SERVERS[kind]
  if (kind === 'ceiling') {
    return { name, target: 'framed', start: (cpu) => spawnServer({ kind: 'ceiling', cpu, arguments: [] }) }
  }
  const node = [process.execPath, '--perf-basic-prof-only-functions', '--import', 'tsx', RELAY, kind]
  return {
    name,
    target: 'framed',
    start: async (cpu) =>
      serverOf(
        name,
        await launch({
          label: name,
          cpu,
          ports: 1,
          command: ({ host, ports, directory }) => [...node, host, `${ports[0]}`, directory],
        }),
      ),
  }
}

/** User and system time as the kernel counts them, in ticks. */
function cpuTicks(pid: number): { user: number; kernel: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { user: Number(fields[UTIME]), kernel: Number(fields[STIME]) }
}
