/** What of a prediction is how near its limit, and how far a scenario can grow before the first one is reached. */

import type { Coefficients } from './coefficients.js'
import { type Prediction, simulate } from './model.js'
import type { Scenario } from './scenario.js'

export interface Use {
  readonly what: string
  readonly value: number
  readonly limit: number
}

/** The nearest to its limit first. */
export function usesOf(prediction: Prediction, { limits }: Scenario): Use[] {
  const uses: Use[] = [
    { what: 'CPU of a node, share of its core', value: prediction.nodeCpuShare, limit: limits.nodeCpuShare },
    { what: 'memory of a node, bytes', value: prediction.nodeBytes, limit: limits.nodeBytes },
    { what: 'connections of a node', value: prediction.nodeConnections, limit: limits.nodeConnections },
    {
      what: 'network of a node, bit/s',
      value: prediction.nodeBitsPerSecond,
      limit: limits.nodeBitsPerSecond,
    },
    { what: 'CPU of a NATS server, cores', value: prediction.natsCpuCores, limit: limits.natsCores },
    {
      what: 'network of a NATS server, bit/s',
      value: prediction.natsBitsPerSecond,
      limit: limits.natsBitsPerSecond,
    },
    { what: 'last member of the largest room, ms', value: prediction.lastMs, limit: limits.deliveryMs },
    { what: 'a new node knows everybody, ms', value: prediction.snapshotMs, limit: limits.snapshotMs },
  ]
  return uses.sort((one, other) => other.value / other.limit - one.value / one.limit)
}

export function isWithin(use: Use): boolean {
  return use.value <= use.limit
}

const MOST_NODES = 100_000

/** @returns the smallest number of nodes with which nothing is beyond its limit; null when there is none */
export function nodesNeeded(scenario: Scenario, costs: Coefficients): number | null {
  // What more nodes make better and what they make worse: so each number is tried, in steps of a twentieth.
  for (let nodes = 1; nodes <= MOST_NODES; nodes = Math.max(nodes + 1, Math.floor(nodes * 1.05))) {
    const tried = { ...scenario, nodes }
    if (usesOf(simulate(tried, costs), tried).every(isWithin)) return nodes
  }
  return null
}

/** The scenario with `factor` times as many people, who do as much each. */
export function grown(scenario: Scenario, factor: number): Scenario {
  const { clients, rooms, messagesPerSecond, joinsPerSecond } = scenario
  return {
    ...scenario,
    clients: clients * factor,
    rooms: rooms.map(({ members, rooms: count }) => ({ members: members * factor, rooms: count })),
    messagesPerSecond: messagesPerSecond * factor,
    joinsPerSecond: joinsPerSecond * factor,
  }
}

export interface Break {
  readonly clients: number
  readonly first: Use
}

const MOST_FACTOR = 1e6

/** With so many clients the first limit is reached; the rooms grow with them, the nodes do not become more. */
export function firstBreak(scenario: Scenario, costs: Coefficients): Break {
  const worst = (factor: number): Use => {
    const tried = grown(scenario, factor)
    return usesOf(simulate(tried, costs), tried)[0] as Use
  }
  let [low, high] = [1e-6, MOST_FACTOR]
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high)
    if (isWithin(worst(middle))) low = middle
    else high = middle
  }
  return { clients: Math.round(scenario.clients * high), first: worst(high) }
}
