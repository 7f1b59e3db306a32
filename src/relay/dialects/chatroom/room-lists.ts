/** C17: which rooms there are, as the answer to ROOMS. Made once for all who may know the same, until it changes. */

import type { Slice } from '../../fanout/chunk.js'
import type { Recipient } from '../../fanout/recipient.js'
import type { Rooms } from '../../hub/rooms.js'
import type { Room } from '../../hub/session.js'
import { byBytes } from '../../hub/text.js'
import { AnswerCache } from '../answer-cache.js'

export class RoomLists {
  readonly #answers = new AnswerCache<readonly string[]>((names) => [
    Buffer.from(`200 OK\nROOMS ${JSON.stringify({ rooms: names })}\n`),
  ])
  /** R4: of private rooms, each known to its members, beside the list that it was added to. */
  readonly #withPrivate = new WeakMap<Room<Recipient>, WithPrivate>()

  /** For somebody who is in `room`: the public rooms and that one, sorted. */
  answer(rooms: Rooms<Recipient>, room: Room<Recipient>): Slice {
    const names = room.isPrivate ? this.#and(room, rooms.publicNames()) : rooms.publicNames()
    return this.#answers.get(names)[0] as Slice
  }

  #and(room: Room<Recipient>, listed: readonly string[]): readonly string[] {
    const known = this.#withPrivate.get(room)
    if (known?.listed === listed) return known.names
    const names = [...listed, room.name].sort(byBytes)
    this.#withPrivate.set(room, { listed, names })
    return names
  }
}

interface WithPrivate {
  readonly listed: readonly string[]
  readonly names: readonly string[]
}
