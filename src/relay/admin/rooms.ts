/** Which rooms there are, as operators are told it: private ones included. */

import type { Recipient } from '../fanout/recipient.js'
import { RoomFanout } from '../fanout/room-fanout.js'
import type { Hub } from '../hub/hub.js'
import type { Room } from '../hub/session.js'
import { type Page, type PageRequest, pageOf } from './pages.js'

export interface RoomRow {
  readonly name: string
  readonly members: number
  /** How many of them are of this node. What was said and told, and whether it is congested, is as of this node too. */
  readonly membersHere: number
  /** What was said in it since it has been there. */
  readonly messages: number
  /** What its members were told, one for each event and member. */
  readonly deliveries: number
  readonly isPrivate: boolean
  /** Who may make it private, while they are in it. */
  readonly creator: string | null
  /** Whether whoever speaks in it is slowed down, because members do not read fast enough. */
  readonly isCongested: boolean
}

export function roomsPage(hub: Hub<Recipient>, request: PageRequest): Page<RoomRow> {
  // The order of UTF-16 units, which for these names is that of bytes.
  const names = Array.from(hub.rooms.all(), ({ name }) => name).sort()
  return pageOf(names, request, (name) => {
    const room = hub.rooms.get(name)
    return room === undefined ? null : roomRow(room)
  })
}

export function roomRow(room: Room<Recipient>): RoomRow {
  const { name, members, here: membersHere, isPrivate, creator, audience } = room
  const fanout = audience instanceof RoomFanout ? audience : NOTHING
  return {
    name,
    members: members.size,
    membersHere,
    messages: fanout.messages,
    deliveries: fanout.deliveries,
    isPrivate,
    creator: creator?.name ?? null,
    isCongested: fanout.congested,
  }
}

const NOTHING = { messages: 0, deliveries: 0, congested: false }
