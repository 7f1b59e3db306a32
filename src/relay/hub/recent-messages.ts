/**
 * Which messages were said lately, for those who refer to them: edits and receipts (C7, C8). What they said is not
 * kept. Bounded by age and by weight over the whole relay; what is dropped is as if it had never been (C13).
 */

import type { Recipient } from './events.js'
import type { Room, Session } from './session.js'

/** A message that somebody may still refer to. */
export interface RecentMessage<R extends Recipient> {
  readonly id: string
  readonly at: number
  readonly sender: Session<R>
  /** The room it was said in; `null` for a direct message. */
  readonly room: Room<R> | null
  /** The number of the event: who joined the room later was not sent it. */
  readonly sequence: number
  /** To whom a direct message went; of a room's message, who was left out because they had blocked the sender. */
  readonly people: ReadonlySet<Session<R>>
  /** Who has said that they received it. */
  readonly receivers: Set<Session<R>>
}

export interface RecentLimits {
  /** Messages are forgotten after this. */
  readonly ageMs: number
  /** How many messages, and people that are remembered with them, there may be at once. */
  readonly entries: number
}

export class RecentMessages<R extends Recipient> {
  #limits: RecentLimits
  readonly #now: () => number
  /** In the order in which they were said. */
  readonly #messages = new Map<string, RecentMessage<R>>()
  readonly #byRoom = new Map<Room<R>, Set<string>>()
  #entries = 0

  constructor(limits: RecentLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
  }

  /** Other limits, for what is remembered already too. */
  limit(limits: RecentLimits): void {
    this.#limits = limits
    this.#trim()
  }

  add(message: RecentMessage<R>): void {
    this.#messages.set(message.id, message)
    this.#entries += entriesOf(message)
    if (message.room !== null) {
      const ids = this.#byRoom.get(message.room)
      if (ids === undefined) this.#byRoom.set(message.room, new Set([message.id]))
      else ids.add(message.id)
    }
    this.#trim()
  }

  /** `undefined` when there is none, or no longer. */
  get(id: string): RecentMessage<R> | undefined {
    const message = this.#messages.get(id)
    return message === undefined || this.#isOver(message) ? undefined : message
  }

  /** @returns whether it is the first receipt of that receiver for that message */
  receive(message: RecentMessage<R>, receiver: Session<R>): boolean {
    if (message.receivers.has(receiver)) return false
    message.receivers.add(receiver)
    this.#entries++
    this.#trim()
    return true
  }

  /** R2, C12: the room is empty. */
  forget(room: Room<R>): void {
    for (const id of this.#byRoom.get(room) ?? []) this.#delete(this.#messages.get(id) as RecentMessage<R>)
  }

  #trim(): void {
    for (const message of this.#messages.values()) {
      if (this.#entries <= this.#limits.entries && !this.#isOver(message)) return
      this.#delete(message)
    }
  }

  #isOver({ at }: RecentMessage<R>): boolean {
    return this.#now() - at > this.#limits.ageMs
  }

  #delete(message: RecentMessage<R>): void {
    this.#messages.delete(message.id)
    this.#entries -= entriesOf(message)
    if (message.room === null) return
    const ids = this.#byRoom.get(message.room)
    ids?.delete(message.id)
    if (ids?.size === 0) this.#byRoom.delete(message.room)
  }
}

/** Whether the session was sent the message, and is still where it was sent it. */
export function wasSent<R extends Recipient>(message: RecentMessage<R>, session: Session<R>): boolean {
  const { room, people, sequence, sender } = message
  // Whoever sends something to themselves is sent it, too.
  if (room === null) return people.has(session)
  if (session === sender) return false
  const since = room.members.get(session)
  return since !== undefined && since < sequence && !people.has(session)
}

function entriesOf<R extends Recipient>({ people, receivers }: RecentMessage<R>): number {
  return 1 + people.size + receivers.size
}
