/** What is measured: which crowds, which loads on them, for how long, how often. */

import type { Loop } from '../load/requests.js'

export interface PlannedLoad {
  loop: Loop
  seconds: number
}

export interface PlannedCrowd {
  /** How many rooms there are. Servers that have one only leave out the crowds of several. */
  rooms: number
  /** Who listens in each; one more client speaks. */
  clients: number
  loads: readonly PlannedLoad[]
}

export interface IdlePlan {
  clients: number
  settleSeconds: number
}

export interface Plan {
  rounds: number
  crowds: readonly PlannedCrowd[]
  idle: IdlePlan
  warmUpSeconds: number
  payloadBytes: number
}

export interface PlanOptions {
  runs: number
  seconds: number
  clients: readonly number[]
  quick: boolean
}

const IN_FLIGHT = [1, 16, 256]
/** Rooms of ten, all of which are talked in at once. */
const SMALL_ROOMS = { rooms: 1000, clients: 9 }
const QUICK_SMALL_ROOMS = { rooms: 100, clients: 9 }
const SMALL_ROOMS_IN_FLIGHT = [1, 16]
const OPEN_MESSAGES_PER_SECOND = 10
const PAYLOAD_BYTES = 64
const IDLE_CLIENTS = 10_000
/** redis-server takes its time to give back the buffers of those who have just come. */
const IDLE_SETTLE_SECONDS = 4
const QUICK_IDLE_CLIENTS = 1000
const QUICK_SECONDS = 0.5

/** Ten messages a second are few to take a percentile of: an open loop is given longer. */
const OPEN_LOOP_STRETCH = 3

/** What a visit takes beside its windows: per thousand clients that join, and to start, to drain and to stop. */
const SECONDS_PER_THOUSAND = 1
const SECONDS_PER_VISIT = 5

/** The largest crowd also gets the open loop. Small rooms come last, on a server of their own. */
export function planFor({ runs, seconds, clients, quick }: PlanOptions): Plan {
  const largest = Math.max(...clients)
  const windowSeconds = quick ? Math.min(seconds, QUICK_SECONDS) : seconds
  return {
    rounds: quick ? 1 : runs,
    crowds: [
      ...clients.map((count) => ({
        rooms: 1,
        clients: count,
        loads: loadsFor(windowSeconds, count === largest),
      })),
      {
        ...(quick ? QUICK_SMALL_ROOMS : SMALL_ROOMS),
        loads: SMALL_ROOMS_IN_FLIGHT.map((inFlight) => closedLoad(inFlight, windowSeconds)),
      },
    ],
    idle: {
      clients: quick ? QUICK_IDLE_CLIENTS : IDLE_CLIENTS,
      settleSeconds: quick ? 0.5 : IDLE_SETTLE_SECONDS,
    },
    warmUpSeconds: quick ? 0.2 : 0.5,
    payloadBytes: PAYLOAD_BYTES,
  }
}

/** The fullest pipe comes last: what a server could not bring to an end does not get into another load. */
function loadsFor(seconds: number, withOpen: boolean): PlannedLoad[] {
  const closed = (inFlight: number) => closedLoad(inFlight, seconds)
  const open: PlannedLoad = {
    loop: { kind: 'open', perSecond: OPEN_MESSAGES_PER_SECOND, arrivals: 'even', seed: 1 },
    seconds: seconds * OPEN_LOOP_STRETCH,
  }
  return [
    ...IN_FLIGHT.slice(0, -1).map(closed),
    ...(withOpen ? [open] : []),
    ...IN_FLIGHT.slice(-1).map(closed),
  ]
}

function closedLoad(inFlight: number, seconds: number): PlannedLoad {
  return { loop: { kind: 'closed', inFlight }, seconds }
}

/** The same for a load in every round and on every server. */
export function loadKey({ rooms, clients }: Pick<PlannedCrowd, 'rooms' | 'clients'>, loop: Loop): string {
  const pace = loop.kind === 'closed' ? `${loop.inFlight} in flight` : `${loop.perSecond} messages/s`
  const listening =
    rooms === 1 ? `${words(clients)} clients` : `${words(rooms)} rooms of ${words(clients + 1)}`
  return `${listening}, ${pace}`
}

function words(count: number): string {
  return count.toLocaleString('en-US')
}

/** How long all turns take, about. */
export function estimateSeconds({ rounds, crowds, idle, warmUpSeconds }: Plan, peers: number): number {
  const crowdSeconds = crowds.map(({ rooms, clients, loads }) => {
    const windows = loads.reduce((sum, { seconds }) => sum + warmUpSeconds + seconds, 0)
    return windows + 1 + ((rooms * clients) / 1000) * SECONDS_PER_THOUSAND
  })
  const visitSeconds = SECONDS_PER_VISIT + crowdSeconds.reduce((sum, one) => sum + one, 0)
  const idleSeconds =
    SECONDS_PER_VISIT + 3 * idle.settleSeconds + (idle.clients / 1000) * SECONDS_PER_THOUSAND
  return peers * (rounds * visitSeconds + idleSeconds)
}
