/**
 * One session as fan-out sees it: how it is spoken to, its outbox, and its place in the lanes of its rooms.
 * Owns that answers and room events reach it in one order (M5).
 */

import type { Recipient as HubRecipient, PrivateEvent } from '../hub/events.js'
import { ownSlice, type Slice } from './chunk.js'
import type { Encoding } from './encoding.js'
import type { Member } from './lane.js'
import type { Outbox } from './outbox.js'

export class Recipient implements HubRecipient {
  readonly encoding: Encoding
  readonly outbox: Outbox
  readonly memberships: Member[] = []
  /** The room that this one last spoke in; see `RoomFanout.tell`. */
  lastRoom: { collect(): void } | null = null

  constructor(encoding: Encoding, outbox: Outbox) {
    this.encoding = encoding
    this.outbox = outbox
  }

  /** Queues bytes for this one alone, behind everything that its rooms were told before. */
  send(slice: Slice): void {
    for (const member of this.memberships) member.lane.catchUp(member)
    this.outbox.push(slice)
  }

  receive(event: PrivateEvent): void {
    const bytes = this.encoding.encodePrivate(event)
    if (bytes !== null) this.send(ownSlice(bytes))
  }
}
