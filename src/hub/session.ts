/**
 * One person: a name that is theirs, and the rooms that they are in. Made and ended by the hub alone.
 */

import type { Recipient } from './events.js'
import type { Room } from './room.js'

export class Session<R extends Recipient> {
  readonly name: string
  readonly dialect: string
  readonly recipient: R
  /** R5: one half of the index; the other half is `Room.members`. */
  readonly rooms = new Set<Room<R>>()

  constructor(name: string, dialect: string, recipient: R) {
    this.name = name
    this.dialect = dialect
    this.recipient = recipient
  }
}
