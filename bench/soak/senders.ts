/**
 * Who says numbered messages, and who must get them. A sequence goes on for as long as the run does; its sender has a number:
 *
 *     0 … members − 1           a member to the room; one who is in none, to a partner
 *     members … 2·members − 1   the same member to another partner, alone
 *     2·members … + slots − 1   guests, one after the other, to the room
 */

import type { LengthOf } from './numbered.js'
import { numberedText } from './numbered.js'
import { SOAK_DIALECTS, type SoakDialect } from './speech.js'

/** Somebody who stays for the whole time. */
export interface Member {
  readonly number: number
  readonly name: string
  readonly dialect: SoakDialect
  readonly isOverWebSocket: boolean
}

/** A third of them come over WebSocket. */
const WEB_SOCKET_EVERY = 3
/** Of the guests of one slot, so many are remembered: what the last of them said may still be on its way. */
const REMEMBERED_GUESTS = 4

/** A sequence that a guest continues. */
export interface Slot {
  readonly sender: number
}

/** Who has a slot from which of its messages on. */
interface Guest {
  readonly from: number
  readonly name: string
}

export function membersOf(people: number): Member[] {
  return Array.from({ length: people }, (_, number) => ({
    number,
    name: `member${number}`,
    dialect: SOAK_DIALECTS[number % SOAK_DIALECTS.length] as SoakDialect,
    isOverWebSocket: Math.floor(number / SOAK_DIALECTS.length) % WEB_SOCKET_EVERY === WEB_SOCKET_EVERY - 1,
  }))
}

export class Senders {
  readonly members: readonly Member[]
  /** Messages said so far, by sender. */
  readonly sent: number[]
  readonly lengthOf: LengthOf
  readonly #free: Slot[]
  readonly #guests: Guest[][]

  constructor(members: readonly Member[], slots: number, lengthOf: LengthOf) {
    this.members = members
    this.lengthOf = lengthOf
    const first = 2 * members.length
    this.sent = new Array<number>(first + slots).fill(0)
    this.#free = Array.from({ length: slots }, (_, slot) => ({ sender: first + slot }))
    this.#guests = Array.from({ length: slots }, () => [])
  }

  get count(): number {
    return this.sent.length
  }

  /** All messages that have been said. */
  get said(): number {
    return this.sent.reduce((sum, messages) => sum + messages, 0)
  }

  /** How many deliveries must have come of what has been said. */
  get due(): number {
    return this.sent.reduce((sum, messages, sender) => sum + messages * this.receiversOf(sender), 0)
  }

  /** Whom a sender speaks to; null for the room. */
  partnerOf(sender: number): Member | null {
    const people = this.members.length
    if (sender >= 2 * people) return null
    if (sender >= people) return this.#member(sender - people + Math.floor(people / 2))
    return this.#member(sender).dialect.wire.isInRoom ? null : this.#member(sender + 1)
  }

  expects(receiver: number, sender: number): boolean {
    const partner = this.partnerOf(sender)
    if (partner !== null) return partner.number === receiver
    return receiver !== sender && this.#member(receiver).dialect.wire.isInRoom
  }

  receiversOf(sender: number): number {
    if (this.partnerOf(sender) !== null) return 1
    return this.members.filter(({ number }) => this.expects(number, sender)).length
  }

  /** The name of who has said this. */
  nameOf(sender: number, sequence: number): string {
    const people = this.members.length
    if (sender < 2 * people) return this.#member(sender % people).name
    const guests = this.#guests[sender - 2 * people] ?? []
    return guests.findLast(({ from }) => from <= sequence)?.name ?? ''
  }

  /** The next text of this sender; it counts as said. */
  next(sender: number, nowUs: number): string {
    const sequence = this.sent[sender] as number
    this.sent[sender] = sequence + 1
    return numberedText(this.lengthOf, sender, sequence, nowUs)
  }

  /** Whoever takes a slot says the next messages of its sequence, and gives it back. @returns null where all are taken */
  takeSlot(name: string): Slot | null {
    const slot = this.#free.shift()
    if (slot === undefined) return null
    const guests = this.#guests[slot.sender - 2 * this.members.length] as Guest[]
    guests.push({ from: this.sent[slot.sender] as number, name })
    if (guests.length > REMEMBERED_GUESTS) guests.shift()
    return slot
  }

  /** Only when the relay has carried out what was said: the next one's messages must come behind. */
  giveBack(slot: Slot): void {
    this.#free.push(slot)
  }

  #member(number: number): Member {
    return this.members[number % this.members.length] as Member
  }
}
