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
  readonly address: string
  readonly port: number
  /** When they connected, ISO 8601. */
  readonly since: string
  readonly status: Status
  /** The first of them, in the order in which they came. */
  readonly rooms: readonly string[]
  readonly roomCount: number
  /** What is still to be sent to them. */
  readonly queuedBytes: number
  /** Since anything came from them. */
  readonly idleSeconds: number
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
  const { name, dialect, status, rooms, recipient } = session
  const { source } = recipient
  if (!(source instanceof Connection)) return null
  const { remoteAddress: address, remotePort: port, sinceSeconds, heardSeconds, outbox } = source
  return {
    name,
    dialect,
    address,
    port,
    since: new Date(wallMs - nowMs + sinceSeconds * 1000).toISOString(),
    status,
    rooms: rooms.slice(0, MOST_ROOMS).map((room) => room.name),
    roomCount: rooms.length,
    queuedBytes: outbox.queuedBytes,
    idleSeconds: Math.max(0, Math.floor(nowMs / 1000) - heardSeconds),
  }
}
