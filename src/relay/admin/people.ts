/** Who is here, as operators are told it. */

import type { Recipient } from '../fanout/recipient.js'
import type { Status } from '../hub/events.js'
import type { Hub } from '../hub/hub.js'
import type { Session } from '../hub/session.js'
import { Connection } from '../net/connection.js'
import { type Page, type PageRequest, pageOf } from './pages.js'

/** Somebody who has a name. */
export interface PersonRow {
  readonly name: string
  readonly dialect: string
  /** Which other node they are connected to; `null` for this one. What only that one knows is `null` here. */
  readonly node: string | null
  readonly address: string | null
  readonly port: number | null
  /** When they connected, ISO 8601. */
  readonly since: string | null
  readonly status: Status
  /** The first of them, in the order in which they came. */
  readonly rooms: readonly string[]
  readonly roomCount: number
  /** What is still to be sent to them. */
  readonly queuedBytes: number | null
  /** Since anything came from them. */
  readonly idleSeconds: number | null
}

/** Milliseconds: since 1970, and on the clock that connections are measured by. */
export interface Clock {
  wall(): number
  monotonic(): number
}

/** Somebody may be in thousands. */
const MOST_ROOMS = 10

/**
 * @param room only those who are in it
 * @returns `null` where there is no such room
 */
export function peoplePage(
  hub: Hub<Recipient>,
  clock: Clock,
  request: PageRequest,
  room: string | null,
): Page<PersonRow> | null {
  const found = room === null ? null : hub.rooms.get(room)
  if (found === undefined) return null
  const names = found === null ? hub.names() : hub.rooms.memberNames(found)
  const [wallMs, nowMs] = [clock.wall(), clock.monotonic()]
  return pageOf(names, request, (name) => {
    const session = hub.session(name)
    return session === undefined ? null : personRow(session, wallMs, nowMs)
  })
}

function personRow(session: Session<Recipient>, wallMs: number, nowMs: number): PersonRow | null {
  const { name, dialect, node, status, recipientHere } = session
  const rooms = session.rooms.slice(0, MOST_ROOMS).map((room) => room.name)
  const roomCount = session.rooms.length
  if (node !== null) return { name, dialect, node, ...UNKNOWN, status, rooms, roomCount }
  const source = recipientHere?.source
  if (!(source instanceof Connection)) return null
  const { remoteAddress: address, remotePort: port, sinceSeconds, heardSeconds, outbox } = source
  return {
    name,
    dialect,
    node,
    address,
    port,
    since: new Date(wallMs - nowMs + sinceSeconds * 1000).toISOString(),
    status,
    rooms,
    roomCount,
    queuedBytes: outbox.queuedBytes,
    idleSeconds: Math.max(0, Math.floor(nowMs / 1000) - heardSeconds),
  }
}

const UNKNOWN = { address: null, port: null, since: null, queuedBytes: null, idleSeconds: null }
