/**
 * A room's audience: one lane for each encoding that its members use. Owns the order in which one sender's
 * words reach people over several rooms.
 */

import type { Audience, RoomEvent } from '../hub/events.js'
import { Congestion } from './congestion.js'
import type { Encoding } from './encoding.js'
import { Lane, type Member } from './lane.js'
import type { OutboxContext } from './outbox.js'
import type { Recipient } from './recipient.js'

export class RoomFanout implements Audience<Recipient> {
  readonly #context: OutboxContext
  readonly #congestion: Congestion
  /** As many as there are encodings in the room: a handful, so a plain search beats a map. */
  #lanes: Lane[] = []

  constructor(context: OutboxContext) {
    this.#context = context
    this.#congestion = new Congestion(context.pressure)
  }

  add(recipient: Recipient): void {
    const member = this.#laneOf(recipient.encoding).add(recipient.outbox)
    recipient.memberships = [...recipient.memberships, member]
    this.#congestion.joined(recipient.outbox.slowness)
  }

  remove(recipient: Recipient): void {
    const member = this.#memberOf(recipient)
    if (member === undefined) return
    recipient.memberships = recipient.memberships.filter((one) => one !== member)
    member.lane.remove(member)
    this.#congestion.left(recipient.outbox.slowness)
    this.#congestion.forget(recipient.source)
  }

  tell(event: RoomEvent, actor: Recipient | null, except: ReadonlySet<Recipient> | null = null): void {
    // M5 over rooms: what the actor said elsewhere in this turn goes into the outboxes first.
    if (actor !== null && actor.lastRoom !== this) {
      actor.lastRoom?.collect()
      actor.lastRoom = this
    }
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
    if (member !== undefined) this.#congestion.guard(actor.source, bytes)
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
    return recipient.memberships.find((member) => member.lane.congestion === this.#congestion)
  }

  /** Those of `recipients` who are in this room, but for the actor, for whom the dialect decides. */
  #membersOf(recipients: ReadonlySet<Recipient>, actor: Recipient | null): Member[] {
    return [...recipients].flatMap((recipient) => {
      const member = recipient === actor ? undefined : this.#memberOf(recipient)
      return member === undefined ? [] : [member]
    })
  }
}
