/**
 * One session as fan-out sees it: how it is spoken to, its outbox, and its place in the lanes of its rooms.
 * Owns that answers and room events reach it in one order (M5), and that whoever it is too slow for is slowed down.
 */

import type { Recipient as HubRecipient, PrivateEvent } from '../hub/events.js'
import { ownSlice, type Slice } from './chunk.js'
import type { Encoding } from './encoding.js'
import type { Member } from './lane.js'
import type { Outbox, Reader } from './outbox.js'
import { Pacer } from './pacer.js'
import type { Source } from './pauses.js'

export class Recipient implements HubRecipient, Reader {
  readonly encoding: Encoding
  readonly outbox: Outbox
  memberships: Member[] = []
  /** The room that this one last spoke in; see `RoomFanout.tell`. */
  lastRoom: { collect(): void } | null = null
  /** Slows down those who send to this one alone, while it is slow. */
  #pacer: Pacer | null = null

  constructor(encoding: Encoding, outbox: Outbox) {
    this.encoding = encoding
    this.outbox = outbox
    outbox.reader = this
  }

  get source(): Source {
    return this.outbox.sink
  }

  /** Queues what this one asked for, behind everything that its rooms were told before. */
  send(slice: Slice): void {
    for (const member of this.memberships) member.lane.catchUp(member)
    this.outbox.answer(slice)
  }

  /** Queues what others have this one told, behind everything that its rooms were told before. */
  push(slice: Slice): void {
    for (const member of this.memberships) member.lane.catchUp(member)
    this.outbox.push(slice)
  }

  receive(event: PrivateEvent, sender: Recipient | null): void {
    const bytes = this.#encoded(event, sender)
    if (bytes === null) return
    this.push(ownSlice(bytes))
    if (!this.outbox.slow || sender === this) return
    if (sender === null) this.outbox.context.slowTarget?.(this.outbox)
    else this.#pace(sender.source, bytes.length)
  }

  slownessChanged(before: number, after: number): void {
    for (const member of this.memberships) member.lane.congestion.changed(before, after)
  }

  caughtUp(): void {
    if (this.#pacer !== null) this.outbox.context.pressure.unpace(this.#pacer)
    this.#pacer = null
  }

  missed(events: number): Slice {
    return ownSlice(this.encoding.encodeMissed(events))
  }

  #encoded(event: PrivateEvent, sender: Recipient | null): Buffer | null {
    try {
      return this.encoding.encodePrivate(event)
    } catch (error) {
      this.outbox.context.encodingFailed(error, sender?.source ?? null)
      return null
    }
  }

  #pace(sender: Source, bytes: number): void {
    const { pressure } = this.outbox.context
    if (this.#pacer === null) {
      this.#pacer = new Pacer(pressure.directHolds, pressure.limits.minDrainBytesPerSecond, pressure.now())
      pressure.pace(this.#pacer)
    }
    this.#pacer.guard(sender, bytes, pressure.now())
  }
}
