/**
 * One session as fan-out sees it: how it is spoken to, its outbox, and its place in the lanes of its rooms.
 * Owns that answers and room events reach it in one order (M5), and that whoever it is too slow for learns of it.
 */

import type { Recipient as HubRecipient, PrivateEvent } from '../hub/events.js'
import { ownSlice, type Slice } from './chunk.js'
import type { Encoding } from './encoding.js'
import type { Member } from './lane.js'
import type { Outbox, Reader } from './outbox.js'
import { PAUSE, type Source } from './pauses.js'

/** Arrays that are replaced instead of pushed to: one room each is the rule, and `push` makes place for sixteen. */
const NONE: readonly Member[] = []

export class Recipient implements HubRecipient, Reader {
  readonly encoding: Encoding
  readonly outbox: Outbox
  memberships: readonly Member[] = NONE
  /** The room that this one last spoke in; see `RoomFanout.tell`. */
  lastRoom: { collect(): void } | null = null
  /** Who has sent something to this one alone and waits until it is no longer behind; made when there is one. */
  #waiting: Set<Source> | null = null

  constructor(encoding: Encoding, outbox: Outbox) {
    this.encoding = encoding
    this.outbox = outbox
    outbox.reader = this
  }

  get source(): Source {
    return this.outbox.sink
  }

  /** Queues bytes for this one alone, behind everything that its rooms were told before. */
  send(slice: Slice): void {
    for (const member of this.memberships) member.lane.catchUp(member)
    this.outbox.push(slice)
    this.outbox.pressure.guard(this.source)
  }

  receive(event: PrivateEvent, sender: Recipient): void {
    const bytes = this.encoding.encodePrivate(event)
    if (bytes !== null) this.send(ownSlice(bytes))
    this.outbox.pressure.guard(sender.source)
    if (!this.outbox.behind || sender === this) return
    this.#waiting ??= new Set()
    this.#waiting.add(sender.source)
    sender.source.pause(PAUSE.direct)
  }

  get inCrowd(): boolean {
    return this.memberships.some((member) => member.lane.congestion.crowded)
  }

  pressedChanged(pressed: boolean): void {
    for (const member of this.memberships) member.lane.congestion.pressedChanged(pressed ? 1 : -1)
  }

  behindChanged(behind: boolean): void {
    for (const member of this.memberships) member.lane.congestion.behindChanged(behind ? 1 : -1)
    if (behind || this.#waiting === null) return
    const waiting = this.#waiting
    this.#waiting = null
    for (const source of waiting) source.resume(PAUSE.direct)
  }

  atLimitChanged(atLimit: boolean): void {
    for (const member of this.memberships) member.lane.congestion.atLimitChanged(atLimit ? 1 : -1)
  }

  missed(events: number): Slice {
    return ownSlice(this.encoding.encodeMissed(events))
  }
}
