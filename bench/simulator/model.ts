/**
 * What a cluster does with a scenario, by arithmetic alone: no clock, no chance, and every node like the others. Members of
 * a room are on nodes at random. What things cost is in `Coefficients`.
 *
 * A node works in turns: what came in since the last one is carried out and flushed together. With something coming at
 * random, Λ times a second, and S seconds of work in a turn, the next turn begins at once if anything came meanwhile, and
 * otherwise when something does; so one begins every
 *
 *     C = S + e^(−ΛS) / Λ
 *
 * seconds, and a room with λ messages a second is in it with probability 1 − e^(−λS) + e^(−ΛS) λ/Λ: one of its own came
 * during S, or nothing did and it was the first. S follows from what is done in a turn, and what is done from S: the
 * smallest S that agrees with itself is found by going up from 0. That is how batches grow by themselves under load, and a
 * node is at its end when there is no such S.
 */

import type { Coefficients } from './coefficients.js'
import type { Scenario } from './scenario.js'

/** Of what is sent to a client: around a text, and around a write (TCP and IP). */
const DELIVERY_BYTES = 20
const WRITE_BYTES = 66
/** A node says once a second that it is there. */
const HEARTBEATS_PER_SECOND = 1
/** A crowd of more hears who came and went less often than once a second (`relay/hub/presence.ts`). */
const MEMBERS_TOLD_A_SECOND = 20_000
/** A turn that takes longer is no turn any more. */
const LONGEST_TURN_SECONDS = 60
const ROUNDS = 500
const CLOSE_ENOUGH = 1e-6

/** All that happens on one node in a second. */
export interface NodeRates {
  readonly messagesIn: number
  readonly deliveries: number
  readonly writes: number
  readonly publishedOps: number
  readonly publishedBatches: number
  readonly receivedOps: number
  readonly receivedBatches: number
  readonly ownJoins: number
  readonly remoteJoins: number
}

export interface Prediction {
  readonly rates: NodeRates
  /** From the beginning of one turn to the beginning of the next, and of which so much is work. */
  readonly turnMs: number
  readonly busyMs: number
  /** Of one core; above 1 it cannot be had, however much is written at once. */
  readonly nodeCpuShare: number
  readonly nodeBytes: number
  readonly nodeConnections: number
  readonly nodeBitsPerSecond: number
  /** Of one NATS server. */
  readonly natsMessagesIn: number
  readonly natsMessagesOut: number
  readonly natsBytesOut: number
  readonly natsCpuCores: number
  readonly natsBitsPerSecond: number
  readonly natsSubjects: number
  /** Until half of the members of the largest room have a message, and until the last one has it. */
  readonly middleMs: number
  readonly lastMs: number
  /** What a node that has just begun needs to take everybody in. */
  readonly snapshotMs: number
}

/** One group of rooms, on the nodes where it has members. */
interface Spread {
  readonly rooms: number
  readonly members: number
  /** Messages a second in each. */
  readonly rate: number
  /** How many nodes have members of each. */
  readonly nodes: number
  /** How often somebody of another node is there to be told. */
  readonly crossing: number
  /** Lines a second that tell who comes and goes, in each. */
  readonly lines: number
}

export function simulate(scenario: Scenario, costs: Coefficients): Prediction {
  const { nodes, clients, textBytes, joinsPerSecond, natsServers } = scenario
  const spreads = spreadsOf(scenario)
  const turn = turnOf(scenario, spreads, costs)
  const rates = ratesOf(scenario, spreads, turn)
  const { busy } = turn
  const cycle = cycleOf(turn)
  const ownSessions = clients / nodes
  const opBytes = textBytes + costs.opBytes
  const joinBytes = costs.natsJoinBytes * joinsPerSecond * 2

  // Batches of all nodes, and how many nodes each goes to.
  const batches = rates.publishedBatches * nodes
  const fanout = batches === 0 ? 0 : rates.receivedBatches / rates.publishedBatches
  const bytes = batches * costs.batchBytes + rates.publishedOps * nodes * opBytes
  const others = natsServers - 1
  // Each server that has somebody who wants it is sent it once by the one that it came to.
  const routed = others * (1 - (1 - 1 / natsServers) ** fanout)
  const presenceOut = joinsPerSecond * 2 * (nodes - 1)
  const natsMessagesIn = (batches * (1 + routed) + joinsPerSecond * 2) / natsServers
  const natsMessagesOut = (batches * (fanout + routed) + presenceOut) / natsServers
  const natsBytesOut = (bytes * (fanout + routed) + joinBytes * (nodes - 1)) / natsServers
  const natsCpuUs =
    (batches * (1 + routed) * costs.natsInUs +
      batches * (fanout + routed) * costs.natsOutUs +
      joinsPerSecond * 2 * (costs.natsJoinUs + (nodes - 1) * costs.natsOutUs) +
      (nodes > 1 ? nodes * costs.natsNodeUs : 0)) /
      natsServers +
    natsBytesOut * costs.natsByteUs

  const largest = spreads.reduce((one, other) => (other.members > one.members ? other : one))
  const flushMs = ((largest.members / largest.nodes) * (costs.writeUs + costs.deliveryUs)) / 1000
  const hopMs = largest.nodes > 1.5 ? costs.hopMs : 0
  const waitMs = ((busy / cycle) * busy * 1000) / 2
  return {
    rates,
    turnMs: cycle * 1000,
    busyMs: busy * 1000,
    nodeCpuShare: busy >= LONGEST_TURN_SECONDS ? workOf(scenario, rates, costs) : busy / cycle,
    nodeBytes:
      costs.nodeBytes +
      ownSessions * costs.connectionBytes +
      (clients - ownSessions) * costs.remoteSessionBytes,
    nodeConnections: ownSessions,
    nodeBitsPerSecond:
      8 *
      (rates.deliveries * (textBytes + DELIVERY_BYTES) +
        rates.writes * WRITE_BYTES +
        (bytes * (1 + fanout)) / nodes +
        joinBytes),
    natsMessagesIn,
    natsMessagesOut,
    natsBytesOut,
    natsCpuCores: natsCpuUs / 1e6,
    natsBitsPerSecond: natsBytesOut * 8,
    natsSubjects: 1 + nodes + spreads.reduce((sum, { rooms, crossing }) => sum + rooms * crossing, 0),
    middleMs: waitMs + hopMs + flushMs / 2,
    lastMs: 2 * waitMs + hopMs + flushMs,
    snapshotMs: ((clients - ownSessions) * costs.remoteJoinUs) / 1000,
  }
}

/** How many of `nodes` have somebody of `members`, each of whom is on any of them. */
export function nodesWith(members: number, nodes: number): number {
  return nodes * (1 - (1 - 1 / nodes) ** members)
}

function spreadsOf({ rooms, nodes, messagesPerSecond, joinsPerSecond, announceUpTo }: Scenario): Spread[] {
  const everybody = rooms.reduce((sum, group) => sum + group.members * group.rooms, 0)
  return rooms.map(({ members, rooms: count }) => {
    const share = members / everybody
    // Who comes is told of, and who goes.
    const presence = 2 * joinsPerSecond * share
    return {
      rooms: count,
      members,
      rate: messagesPerSecond * share,
      nodes: nodesWith(members, nodes),
      crossing: 1 - (1 / nodes) ** (members - 1),
      lines: members > announceUpTo ? Math.min(1, MEMBERS_TOLD_A_SECOND / members, presence) : presence,
    }
  })
}

interface Turn {
  /** S, in seconds. */
  readonly busy: number
  /** Λ, a second. */
  readonly arrivals: number
}

function ratesOf({ nodes, joinsPerSecond }: Scenario, spreads: readonly Spread[], turn: Turn): NodeRates {
  let messagesIn = 0
  let deliveries = 0
  let writes = 0
  let publishedOps = 0
  let publishedBatches = 0
  let receivedOps = 0
  let receivedBatches = 0
  for (const { rooms, members, rate, nodes: spread, crossing, lines } of spreads) {
    messagesIn += rooms * rate
    deliveries += rooms * (rate * (members - 1) + lines * members)
    const published = turnsWith(rate / spread, turn)
    // What comes from another node at once is written at once.
    writes += rooms * turnsWith(rate / spread + (spread - 1) * published + lines, turn) * (members - 1)
    const batches = spread * published * crossing
    publishedOps += rooms * rate * crossing
    publishedBatches += rooms * batches
    receivedOps += rooms * rate * (spread - 1)
    receivedBatches += rooms * spread * published * Math.max(0, spread - 1)
  }
  return {
    messagesIn: messagesIn / nodes,
    deliveries: deliveries / nodes,
    writes: writes / nodes,
    publishedOps: publishedOps / nodes,
    publishedBatches: publishedBatches / nodes,
    receivedOps: receivedOps / nodes,
    receivedBatches: receivedBatches / nodes,
    ownJoins: (2 * joinsPerSecond) / nodes,
    remoteJoins: (2 * joinsPerSecond * (nodes - 1)) / nodes,
  }
}

/** From the beginning of one turn to the beginning of the next, in seconds. */
function cycleOf({ busy, arrivals }: Turn): number {
  return busy + Math.exp(-arrivals * busy) / arrivals
}

/** In how many turns a second something comes that comes `rate` times a second. */
function turnsWith(rate: number, turn: Turn): number {
  const { busy, arrivals } = turn
  const share = -Math.expm1(-rate * busy) + (Math.exp(-arrivals * busy) * rate) / arrivals
  return Math.min(1, share) / cycleOf(turn)
}

/** What a node does in a second, in seconds of its core. */
function workOf({ nodes, clients }: Scenario, rates: NodeRates, costs: Coefficients): number {
  const us =
    rates.messagesIn * costs.messageUs +
    rates.deliveries * costs.deliveryUs +
    rates.writes * costs.writeUs +
    rates.publishedOps * costs.publishOpUs +
    rates.publishedBatches * costs.publishBatchUs +
    rates.receivedOps * costs.receiveOpUs +
    rates.receivedBatches * costs.receiveBatchUs +
    rates.ownJoins * costs.ownJoinUs +
    rates.remoteJoins * costs.remoteJoinUs +
    (nodes - 1) * HEARTBEATS_PER_SECOND * costs.receiveBatchUs +
    (clients / nodes) * costs.idleConnectionUs +
    costs.nodeIdleUs
  return us / 1e6
}

/** `LONGEST_TURN_SECONDS` of work when there is no end to it. */
function turnOf(scenario: Scenario, spreads: readonly Spread[], costs: Coefficients): Turn {
  const atOnce = ratesOf(scenario, spreads, { busy: 0, arrivals: Number.MAX_VALUE })
  let turn = { busy: 0, arrivals: arrivalsOf(atOnce, atOnce.receivedOps) }
  for (let round = 0; round < ROUNDS; round++) {
    const rates = ratesOf(scenario, spreads, turn)
    const busy = workOf(scenario, rates, costs) * cycleOf(turn) + costs.turnUs / 1e6
    const arrivals = arrivalsOf(rates, rates.receivedBatches)
    if (!(busy < LONGEST_TURN_SECONDS)) return { busy: LONGEST_TURN_SECONDS, arrivals }
    const isClose =
      Math.abs(busy - turn.busy) <= CLOSE_ENOUGH * busy &&
      Math.abs(arrivals - turn.arrivals) <= CLOSE_ENOUGH * arrivals
    turn = { busy, arrivals }
    if (isClose) break
  }
  return turn
}

function arrivalsOf({ messagesIn, ownJoins, remoteJoins }: NodeRates, received: number): number {
  return messagesIn + received + ownJoins + remoteJoins + HEARTBEATS_PER_SECOND
}
