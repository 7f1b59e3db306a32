/** Finds the name that may have been meant where there is none such. */

import { nearest } from '../config/nearest.js'
import type { Recipient } from '../fanout/recipient.js'
import type { Hub } from '../hub/hub.js'

/** Comparing takes microseconds each, and everybody waits. */
const MOST_COMPARED = 1000

export function nearestPerson(hub: Hub<Recipient>, name: string): string | null {
  return nearest(name, like(name, hub.names()))
}

export function nearestRoom(hub: Hub<Recipient>, name: string): string | null {
  return nearest(
    name,
    like(
      name,
      Array.from(hub.rooms.all(), (room) => room.name),
    ),
  )
}

/** Those that are worth comparing: of many, those that begin with the same letter. */
function like(name: string, names: readonly string[]): readonly string[] {
  if (names.length <= MOST_COMPARED) return names
  const first = name.slice(0, 1).toLowerCase()
  return names.filter((other) => other.slice(0, 1).toLowerCase() === first).slice(0, MOST_COMPARED)
}
