/** Who is here and which rooms there are, as data of whoever asks. */

import type { Recipient } from '../relay/fanout/recipient.js'
import { type Person, personOf } from '../relay/hooks.js'
import type { Status } from '../relay/hub/events.js'
import type { Hub } from '../relay/hub/hub.js'

/** Somebody who has a name. */
export interface PersonHere extends Person {
  /**
   * Which other node of the cluster they are connected to; `null` for this one. Where they come from is known there alone:
   * `address` is empty then, and `port` 0.
   */
  readonly node: string | null
  readonly status: Status
  /** The rooms that they are in, in the order in which they came. */
  readonly rooms: readonly string[]
}

export interface RoomHere {
  readonly name: string
  /** Whether it is in no listing. */
  readonly isPrivate: boolean
  /** Sorted. */
  readonly members: readonly string[]
}

/** People of all nodes, in the order in which they came, or were heard of. Its cost grows with everybody who is here. */
export function peopleHere(hub: Hub<Recipient>): PersonHere[] {
  return Array.from(hub.sessions(), (session) => {
    const { node, status } = session
    return { ...personOf(session), node, status, rooms: session.rooms.map(({ name }) => name) }
  })
}

/** Its cost grows with the rooms and their members. */
export function roomsHere(hub: Hub<Recipient>): RoomHere[] {
  return Array.from(hub.rooms.all(), (room) => {
    const { name, isPrivate } = room
    return { name, isPrivate, members: [...hub.rooms.memberNames(room)] }
  })
}
