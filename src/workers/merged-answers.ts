/**
 * What several workers answer to one question of an operator's, as one answer. Every worker knows everybody of the cluster, and
 * only the one that somebody is connected to what there is to know of the connection.
 */

import type { BusyRoom, ReaderOrder, RoomOrder, SlowReaderRow } from '../relay/admin/busiest.js'
import { largest } from '../relay/admin/largest.js'
import type { Page } from '../relay/admin/pages.js'
import type { PersonRow } from '../relay/admin/people.js'
import type { RoomRow } from '../relay/admin/rooms.js'
import type { DialectFigures, Stats, WorkerStats } from '../relay/admin/stats.js'

/** What `/top` answers. */
export interface TopAnswer {
  readonly stats: Stats
  readonly rooms: readonly BusyRoom[]
  readonly readers: readonly SlowReaderRow[]
}

/** The pages of all for the same request, in the order of names. */
export function mergedPeople(pages: readonly Page<PersonRow>[], limit: number): Page<PersonRow> {
  // Whoever is shown by several is shown best by the worker that has the connection.
  return mergedPage(pages, limit, (one, other) => (one.node === null ? one : other))
}

export function mergedRooms(pages: readonly Page<RoomRow>[], limit: number): Page<RoomRow> {
  return mergedPage(pages, limit, mergedRoom)
}

export function mergedTop(
  answers: readonly TopAnswer[],
  stats: Stats,
  {
    rooms,
    roomsBy,
    readers,
    readersBy,
  }: { rooms: number; roomsBy: RoomOrder; readers: number; readersBy: ReaderOrder },
): TopAnswer {
  const found = new Map<string, BusyRoom>()
  for (const room of answers.flatMap((answer) => answer.rooms)) {
    const other = found.get(room.name)
    found.set(room.name, other === undefined ? room : mergedBusyRoom(room, other))
  }
  const byRoom = {
    messages: (room: BusyRoom) => room.messagesPerSecond ?? 0,
    deliveries: (room: BusyRoom) => room.deliveriesPerSecond ?? 0,
    members: (room: BusyRoom) => room.members,
  }[roomsBy]
  const byReader = ({ queuedBytes, behindSeconds }: SlowReaderRow) =>
    readersBy === 'queued' ? queuedBytes : (behindSeconds ?? 0)
  return {
    stats,
    // Of rooms in which nothing is said, the larger one first.
    rooms: largest(found.values(), rooms, (room) => byRoom(room) + room.members * 1e-9),
    readers: largest(
      answers.flatMap((answer) => answer.readers),
      readers,
      byReader,
    ),
  }
}

/** @param own what is the supervisor's to say of all of them */
export function mergedStats(
  all: readonly Stats[],
  own: Pick<Stats, 'pid' | 'state' | 'atMs' | 'monotonicMs' | 'uptimeSeconds'>,
): Stats {
  const [first] = all as [Stats, ...Stats[]]
  const sum = (read: (stats: Stats) => number) => all.reduce((total, stats) => total + read(stats), 0)
  const most = (read: (stats: Stats) => number) => Math.max(...all.map(read))
  return {
    ...own,
    version: first.version,
    fanout: first.fanout,
    people: sum(({ people }) => people),
    rooms: most(({ rooms }) => rooms),
    congestedRooms: most(({ congestedRooms }) => congestedRooms),
    maxConnections: sum(({ maxConnections }) => maxConnections),
    connections: summedDialects(all.map(({ connections }) => connections)),
    transports: summed(all.map(({ transports }) => transports)),
    deliveries: sum(({ deliveries }) => deliveries),
    disconnects: summed(all.map(({ disconnects }) => disconnects)),
    refusedNames: summed(all.map(({ refusedNames }) => refusedNames)),
    queues: {
      ...(summed(all.map(({ queues }) => ({ ...queues }))) as unknown as Stats['queues']),
      longestBehindSeconds: most(({ queues }) => queues.longestBehindSeconds),
    },
    memory: summed(all.map(({ memory }) => ({ ...memory }))) as unknown as Stats['memory'],
    eventLoop: summed(all.map(({ eventLoop }) => ({ ...eventLoop }))) as unknown as Stats['eventLoop'],
    flushMicroseconds: { counts: summedLists(all.map(({ flushMicroseconds }) => flushMicroseconds.counts)) },
    deliveryMicroseconds: {
      counts: summedLists(all.map(({ deliveryMicroseconds }) => deliveryMicroseconds.counts)),
    },
    faults: sum(({ faults }) => faults),
    logLinesLost: sum(({ logLinesLost }) => logLinesLost),
  }
}

/** @param worker its number */
export function workerStats(
  worker: number,
  { pid, state, connections, memory, eventLoop }: Stats,
): WorkerStats {
  const open = Object.values(connections).reduce((total, dialect) => total + dialect.open, 0)
  return { worker, pid, state, connections: open, rssBytes: memory.rssBytes, eventLoop }
}

/** Each page has the first ones behind the same name, so that the first ones of all are among them. */
function mergedPage<Row extends { readonly name: string }>(
  pages: readonly Page<Row>[],
  limit: number,
  merged: (one: Row, other: Row) => Row,
): Page<Row> {
  const found = new Map<string, Row>()
  for (const row of pages.flatMap(({ items }) => items)) {
    const other = found.get(row.name)
    found.set(row.name, other === undefined ? row : merged(other, row))
  }
  const rows = [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  const items = rows.slice(0, limit)
  const hasMore = rows.length > items.length || pages.some(({ next }) => next !== null)
  return {
    items,
    next: hasMore ? (items.at(-1)?.name ?? null) : null,
    total: Math.max(...pages.map(({ total }) => total)),
  }
}

function mergedRoom(one: RoomRow, other: RoomRow): RoomRow {
  return {
    name: one.name,
    members: Math.max(one.members, other.members),
    membersHere: one.membersHere + other.membersHere,
    messages: Math.max(one.messages, other.messages),
    deliveries: one.deliveries + other.deliveries,
    isPrivate: one.isPrivate,
    creator: one.creator ?? other.creator,
    isCongested: one.isCongested || other.isCongested,
  }
}

function mergedBusyRoom(one: BusyRoom, other: BusyRoom): BusyRoom {
  const known = (a: number | null, b: number | null, merge: (a: number, b: number) => number) =>
    a === null || b === null ? (a ?? b) : merge(a, b)
  return {
    ...mergedRoom(one, other),
    messagesPerSecond: known(one.messagesPerSecond, other.messagesPerSecond, Math.max),
    deliveriesPerSecond: known(one.deliveriesPerSecond, other.deliveriesPerSecond, (a, b) => a + b),
  }
}

function summedDialects(all: readonly Stats['connections'][]): Record<string, DialectFigures> {
  const dialects = new Set(all.flatMap((connections) => Object.keys(connections)))
  return Object.fromEntries(
    [...dialects].map((dialect) => {
      const figures = all.flatMap((connections) => connections[dialect] ?? [])
      return [dialect, summed(figures.map((one) => ({ ...one }))) as unknown as DialectFigures]
    }),
  )
}

function summed(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const totals = new Map<string, number>()
  for (const [key, value] of all.flatMap((one) => Object.entries(one)))
    totals.set(key, (totals.get(key) ?? 0) + value)
  return Object.fromEntries(totals)
}

function summedLists(all: readonly (readonly number[])[]): number[] {
  const length = Math.max(...all.map((list) => list.length))
  return Array.from({ length }, (_, index) => all.reduce((total, list) => total + (list[index] ?? 0), 0))
}
