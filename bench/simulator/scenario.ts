/** What is to be simulated: how many there are, in which rooms, what they do, and what the machines have. */

export interface Scenario {
  readonly nodes: number
  readonly clients: number
  /** Rooms of one size each; everybody is in exactly one room. */
  readonly rooms: readonly RoomGroup[]
  /** By all clients together; everybody says equally much. */
  readonly messagesPerSecond: number
  readonly textBytes: number
  /** Who comes in a second, over all nodes; as many go. */
  readonly joinsPerSecond: number
  /** A room with more members is told of joins and leaves once a second. */
  readonly announceUpTo: number
  readonly natsServers: number
  readonly limits: Limits
}

export interface RoomGroup {
  readonly members: number
  readonly rooms: number
}

/** What one machine has. */
export interface Limits {
  /** Of the core that a node is on. */
  readonly nodeCpuShare: number
  readonly nodeBytes: number
  readonly nodeConnections: number
  readonly nodeBitsPerSecond: number
  /** Cores of a NATS server. */
  readonly natsCores: number
  readonly natsBitsPerSecond: number
  /** Until the last member of a room has a message. */
  readonly deliveryMs: number
  /** Until a node that has just begun knows everybody. */
  readonly snapshotMs: number
}

const GIB = 2 ** 30
const GIGABIT = 1e9

/** A core of its own for each node, of which a quarter is kept for bad moments; V8's usual bound for its heap. */
export const USUAL_LIMITS: Limits = {
  nodeCpuShare: 0.75,
  nodeBytes: 4 * GIB,
  nodeConnections: 65_000,
  nodeBitsPerSecond: GIGABIT,
  natsCores: 4,
  natsBitsPerSecond: 10 * GIGABIT,
  deliveryMs: 1000,
  snapshotMs: 120_000,
}

/** One room with everybody in it. */
export function hotRoom(clients: number): RoomGroup[] {
  return [{ members: clients, rooms: 1 }]
}

/** Rooms of one size. @param members of each; the last ones are in a smaller one */
export function evenRooms(clients: number, members: number): RoomGroup[] {
  const rooms = Math.floor(clients / members)
  const rest = clients - rooms * members
  return [...(rooms > 0 ? [{ members, rooms }] : []), ...(rest > 0 ? [{ members: rest, rooms: 1 }] : [])]
}

/**
 * The i-th room has a share of 1/i^exponent, and one member at least; rooms of equal size are one group.
 * @param rooms at most as many as clients
 */
export function zipfRooms(clients: number, rooms: number, exponent: number): RoomGroup[] {
  if (rooms > clients)
    throw new RangeError(`${rooms} rooms: expected no more than there are clients, ${clients}`)
  let weights = 0
  for (let rank = 1; rank <= rooms; rank++) weights += rank ** -exponent
  const groups = new Map<number, number>()
  let placed = 0
  for (let rank = 1; rank <= rooms; rank++) {
    const left = clients - placed - (rooms - rank)
    const members = Math.max(1, Math.min(left, Math.round((clients * rank ** -exponent) / weights)))
    placed += members
    groups.set(members, (groups.get(members) ?? 0) + 1)
  }
  const result = [...groups].map(([members, count]) => ({ members, rooms: count }))
  // What rounding has left over is in one more room.
  if (placed < clients) result.push({ members: clients - placed, rooms: 1 })
  return result
}
