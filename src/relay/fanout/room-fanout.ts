/**
 * A room's audience: one lane for each encoding that its members use. Owns the order in which one sender's
 * words reach people over several rooms.
 */

import type { Audience, RoomEvent } from '../hub/events.js'
import { Batch } from './batch.js'
import { type Slice, sharedSlice } from './chunk.js'
import { Congestion, type CongestionListener } from './congestion.js'
import type { Encoding } from './encoding.js'
import { Lane, type Member } from './lane.js'
import type { OutboxContext } from './outbox.js'
import type { Recipient } from './recipient.js'

/** Whoever is left out, or told alone, costs as much as so many who take the batch that everybody takes. */
const ALONE_DELIVERIES = 5

export class RoomFanout implements Audience<Recipient> {
  readonly #context: OutboxContext
  readonly #congestion: Congestion
  /** Messages that the room was told. */
  messages = 0
  /** Deliveries that went past the lanes. */
  #aloneDeliveries = 0
  /** As many as there are encodings in the room: a handful, so a plain search beats a map. */
  #lanes: Lane[] = []

  /** @param listener hears when the room is congested; `null` where there are no other nodes */
  constructor(context: OutboxContext, listener: CongestionListener | null = null) {
    this.#context = context
    this.#congestion = new Congestion(context.pressure, listener)
  }

  /** Events that its members were told, one for each event and member. Those of the turn that runs are not in it. */
  get deliveries(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.deliveries, this.#aloneDeliveries)
  }

  /** Here or at other nodes. */
  get congested(): boolean {
    return this.#congestion.congested
  }

  get isCongestedHere(): boolean {
    return this.#congestion.isCongestedHere
  }

  /** See `Congestion`. */
  set isCongestedElsewhere(isCongested: boolean) {
    this.#congestion.isCongestedElsewhere = isCongested
  }

  add(recipient: Recipient): void {
    const member = this.#laneOf(recipient.encoding).add(recipient.outbox)
    // A push would make place for sixteen, and most are in one room.
    if (recipient.memberships.length === 0) recipient.memberships = [member]
    else recipient.memberships.push(member)
    placeOutbox(recipient)
    this.#congestion.joined(recipient.outbox.slowness)
  }

  remove(recipient: Recipient): void {
    const member = this.#memberOf(recipient)
    if (member === undefined) return
    recipient.memberships.splice(recipient.memberships.indexOf(member), 1)
    member.lane.remove(member)
    placeOutbox(recipient)
    this.#congestion.left(recipient.outbox.slowness)
    this.#congestion.forget(recipient.source)
  }

  tell(event: RoomEvent, actor: Recipient | null, except: ReadonlySet<Recipient> | null = null): void {
    if (event.kind === 'message') this.messages++
    if (actor !== null) this.#turnedHere(actor)
    const member = actor === null ? undefined : this.#memberOf(actor)
    const others = except === null ? null : this.#membersOf(except, actor)
    let bytes = 0
    let people = 0
    for (const lane of this.#lanes) {
      if (lane.size === 0) continue
      people += lane.size
      const own = member?.lane === lane && !lane.encoding.tellsActor(event) ? member : null
      const left = others === null ? null : others.filter((other) => other.lane === lane)
      try {
        bytes = Math.max(bytes, lane.tell(event, own, left))
      } catch (error) {
        this.#context.encodingFailed(error, actor?.source ?? null)
      }
    }
    if (actor === null) return
    if (event.kind !== 'message') actor.source.spend(people)
    if (others !== null) actor.source.spend(others.length * ALONE_DELIVERIES)
    if (member !== undefined) this.#congestion.guard(actor.source, bytes)
  }

  /** In memory of its own, shared by those who are told in one encoding. */
  tellOnly(event: RoomEvent, actor: Recipient | null, to: readonly Recipient[]): void {
    if (actor !== null) this.#turnedHere(actor)
    const slices = new Map<Encoding, Slice | null>()
    for (const recipient of to) {
      const { encoding } = recipient
      let slice = slices.get(encoding)
      if (slice === undefined) {
        slice = this.#encoded(event, encoding, actor)
        slices.set(encoding, slice)
      }
      if (slice === null) continue
      recipient.push(slice)
      this.#context.flusher.stats.deliveries++
      this.#aloneDeliveries++
    }
    if (actor === null) return
    actor.source.spend(to.length * ALONE_DELIVERIES)
    if (this.#memberOf(actor) === undefined) return
    const lengths = [...slices.values()].map((slice) => slice?.bytes.length ?? 0)
    this.#congestion.guard(actor.source, Math.max(0, ...lengths))
  }

  #encoded(event: RoomEvent, encoding: Encoding, actor: Recipient | null): Slice | null {
    const batch = new Batch(this.#context.pool)
    try {
      encoding.encode(event, batch)
    } catch (error) {
      this.#context.encodingFailed(error, actor?.source ?? null)
      return null
    }
    if (batch.bytes === 0) return null
    const { bytes } = batch.slice(0, batch.bytes, 1)
    const slice = { ...sharedSlice(Buffer.from(bytes)), events: 1 }
    batch.finish()
    batch.settle()
    return slice
  }

  /** M5 over rooms: what the actor said elsewhere in this turn goes into the outboxes first. */
  #turnedHere(actor: Recipient): void {
    if (actor.lastRoom === this) return
    actor.lastRoom?.collect()
    actor.lastRoom = this
  }

  /** Puts everything told so far into the members' outboxes, without writing it yet. */
  collect(): void {
    for (const lane of this.#lanes) lane.collect(false)
  }

  #laneOf(encoding: Encoding): Lane {
    let lane = this.#lanes.find((candidate) => candidate.encoding === encoding)
    if (lane === undefined) {
      lane = new Lane(encoding, this.#context, this.#congestion)
      this.#lanes.push(lane)
    }
    return lane
  }

  #memberOf(recipient: Recipient): Member | undefined {
    // Whoever leaves all of thousands of rooms leaves the first one first, and finds it at once.
    return recipient.memberships.find((member) => member.lane.congestion === this.#congestion)
  }

  /** Those of `recipients` who are in this room, but for the actor, for whom the dialect decides. */
  #membersOf(recipients: ReadonlySet<Recipient>, actor: Recipient | null): Member[] {
    const members: Member[] = []
    for (const recipient of recipients) {
      const member = recipient === actor ? undefined : this.#memberOf(recipient)
      if (member !== undefined) members.push(member)
    }
    return members
  }
}

function placeOutbox({ outbox, memberships }: Recipient): void {
  outbox.only = memberships.length === 1 ? (memberships[0] as Member) : null
}
