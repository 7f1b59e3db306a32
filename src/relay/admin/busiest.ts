/**
 * The busiest rooms and the slowest readers, for who looks again and again. Owns what was counted at the last look, which
 * rates are made from. Nothing runs while nobody looks.
 */

import type { Recipient } from '../fanout/recipient.js'
import { isStuck } from '../fanout/slow-reader.js'
import type { Room } from '../hub/session.js'
import type { Connection } from '../net/connection.js'
import { largest } from './largest.js'
import type { Clock } from './people.js'
import { type RoomRow, roomRow } from './rooms.js'

export const ROOM_ORDERS = ['messages', 'deliveries', 'members'] as const
export type RoomOrder = (typeof ROOM_ORDERS)[number]

export const READER_ORDERS = ['queued', 'behind'] as const
export type ReaderOrder = (typeof READER_ORDERS)[number]

export interface BusyRoom extends RoomRow {
  /** Since the look before this one; `null` at the first. */
  readonly messagesPerSecond: number | null
  readonly deliveriesPerSecond: number | null
}

export interface SlowReaderRow {
  /** `null` for who has none yet. */
  readonly name: string | null
  readonly dialect: string
  readonly address: string
  readonly port: number
  readonly queuedBytes: number
  /** For how long more than the soft limit has been queued; `null` while it is not. */
  readonly behindSeconds: number | null
  /** Whether they read slower than the minimum rate, and will be cut off. */
  readonly isStuck: boolean
}

/** Whoever looks sooner after somebody else is shown the same. */
const KEPT_MS = 500
/** Rates are of what has been going on lately: after a pause the next look is a first one. */
const STALE_MS = 10_000

export class Busiest {
  readonly #rooms: () => Iterable<Room<Recipient>>
  readonly #connections: Iterable<Connection>
  readonly #clock: Clock
  /** As of the last look, by name. */
  #rows: ReadonlyMap<string, BusyRoom> = new Map()
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(rooms: () => Iterable<Room<Recipient>>, connections: Iterable<Connection>, clock: Clock) {
    this.#rooms = rooms
    this.#connections = connections
    this.#clock = clock
  }

  /** Largest first. */
  rooms(order: RoomOrder, count: number): BusyRoom[] {
    this.#look()
    return largest(this.#rows.values(), count, VALUES[order])
  }

  readers(order: ReaderOrder, count: number): SlowReaderRow[] {
    const nowMs = this.#clock.monotonic()
    const behindMs = ({ outbox }: Connection) => {
      const { slowReader } = outbox
      return slowReader === null ? 0 : Math.max(1, nowMs - slowReader.sinceMs)
    }
    const value = order === 'queued' ? ({ outbox }: Connection) => outbox.queuedBytes : behindMs
    return largest(this.#connections, count, value).map((connection) => {
      const { name, dialect, remoteAddress: address, remotePort: port, outbox } = connection
      const { slowReader } = outbox
      return {
        name,
        dialect,
        address,
        port,
        queuedBytes: outbox.queuedBytes,
        behindSeconds: slowReader === null ? null : behindMs(connection) / 1000,
        isStuck: slowReader !== null && isStuck(slowReader.slowness),
      }
    })
  }

  #look(): void {
    const nowMs = this.#clock.monotonic()
    const sinceMs = nowMs - this.#lookedMs
    if (sinceMs < KEPT_MS) return
    this.#lookedMs = nowMs
    const before = this.#rows
    const isFirst = sinceMs >= STALE_MS
    const perSecond = 1000 / sinceMs
    const rows = new Map<string, BusyRoom>()
    for (const room of this.#rooms()) {
      const row = roomRow(room)
      const last = before.get(row.name)
      // Written out: an object spread in front of further properties takes microseconds, which of ten thousand rooms is a long time.
      const { name, members, membersHere, messages, deliveries, isPrivate, creator, isCongested } = row
      const messagesPerSecond = isFirst ? null : grown(messages, last?.messages) * perSecond
      const deliveriesPerSecond = isFirst ? null : grown(deliveries, last?.deliveries) * perSecond
      rows.set(name, {
        name,
        members,
        membersHere,
        messages,
        deliveries,
        isPrivate,
        creator,
        isCongested,
        messagesPerSecond,
        deliveriesPerSecond,
      })
    }
    this.#rows = rows
  }
}

/** A room that came to its end and began again has counted from 0. */
function grown(now: number, before = 0): number {
  return now < before ? now : now - before
}

/** Of rooms that are equally busy, the larger one first: where nothing is said, there is something to be seen all the same. */
const PER_MEMBER = 1e-9

const VALUES: Readonly<Record<RoomOrder, (room: BusyRoom) => number>> = {
  messages: ({ messagesPerSecond, members }) => (messagesPerSecond ?? 0) + members * PER_MEMBER,
  deliveries: ({ deliveriesPerSecond, members }) => (deliveriesPerSecond ?? 0) + members * PER_MEMBER,
  members: ({ members }) => members,
}
