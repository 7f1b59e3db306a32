/**
 * What was published and may not be kept yet, in order. Owns what is sent when: everything once in its order, so much under way at once;
 * all of it again, from the first on, when the link was gone; and what was refused, or not answered, again after a while. Knows no clock and no network.
 *
 *     oldest │ answered │ under way │ refused │ under way │ not sent yet │ newest
 *            dropped up to the first that was not answered      ▲ next
 */

import type { Subject } from '../bus.js'

/** One batch. */
export interface Unsent {
  readonly subject: Subject
  /** The same for each repeat of it, and of no other. */
  readonly id: string
  readonly bytes: Uint8Array
}

export interface Entry extends Unsent {
  readonly number: number
  readonly addedMs: number
  /** Nothing once it is kept. */
  bytes: Uint8Array
  sentMs: number
  state: 'waiting' | 'under-way' | 'refused' | 'kept'
}

export interface Window {
  readonly messages: number
  readonly bytes: number
}

/** What an entry takes beside its bytes. */
const ENTRY_BYTES = 200
const NOTHING = new Uint8Array(0)

export class Unacknowledged {
  readonly #window: Window
  #entries: Entry[] = []
  /** The number of the first of them. */
  #first = 0
  /** The index of the first that was not sent over this link. */
  #next = 0
  #underWay = 0
  #underWayBytes = 0
  #refused: Entry[] = []
  #bytes = 0
  #count = 0

  constructor(window: Window) {
    this.#window = window
  }

  /** What is not kept takes so much. */
  get bytes(): number {
    return this.#bytes
  }

  /** The same with what is kept and stands behind something that is not, which is nothing but its place. */
  get heldBytes(): number {
    return this.#bytes + (this.#entries.length - this.#count) * ENTRY_BYTES
  }

  /** How many are not kept. */
  get count(): number {
    return this.#count
  }

  /** Something was not sent over this link. */
  get isBehind(): boolean {
    return this.#next < this.#entries.length
  }

  get oldest(): Entry | null {
    return this.#entries[0] ?? null
  }

  add({ subject, id, bytes }: Unsent, nowMs: number): Entry {
    const number = this.#first + this.#entries.length
    const entry: Entry = { subject, id, bytes, number, addedMs: nowMs, sentMs: 0, state: 'waiting' }
    this.#entries.push(entry)
    this.#bytes += bytes.length + ENTRY_BYTES
    this.#count++
    return entry
  }

  /** @returns what is to be sent next, which counts as sent; `null` when so much is under way, or nothing is left */
  take(nowMs: number): Entry | null {
    if (this.#underWay >= this.#window.messages || this.#underWayBytes >= this.#window.bytes) return null
    const entry = this.#entries[this.#next]
    if (entry === undefined) return null
    this.#next++
    this.#send(entry, nowMs)
    this.#pass()
    return entry
  }

  /** Of those that were refused, as `take`. */
  takeRefused(nowMs: number): Entry | null {
    if (this.#underWay >= this.#window.messages || this.#underWayBytes >= this.#window.bytes) return null
    const entry = this.#refused.shift()
    if (entry !== undefined) this.#send(entry, nowMs)
    return entry ?? null
  }

  /** @returns the entry, unless that was known */
  kept(number: number): Entry | null {
    const entry = this.#entries[number - this.#first]
    if (entry === undefined || entry.state === 'kept') return null
    if (entry.state === 'under-way') this.#answered(entry)
    else if (entry.state === 'refused') this.#refused = this.#refused.filter((one) => one !== entry)
    entry.state = 'kept'
    this.#bytes -= entry.bytes.length + ENTRY_BYTES
    this.#count--
    entry.bytes = NOTHING
    this.#pass()
    this.#drop()
    return entry
  }

  refused(number: number): void {
    const entry = this.#entries[number - this.#first]
    if (entry?.state !== 'under-way') return
    this.#answered(entry)
    entry.state = 'refused'
    this.#refused.push(entry)
  }

  /** Whatever was sent before that time and not answered is to be sent again. @returns how many */
  refuseUnanswered(beforeMs: number): number {
    let late = 0
    for (let index = 0; index < this.#next; index++) {
      const entry = this.#entries[index] as Entry
      if (entry.state !== 'under-way' || entry.sentMs >= beforeMs) continue
      this.refused(entry.number)
      late++
    }
    return late
  }

  /** The link is gone: nobody knows what has arrived. */
  unsend(): void {
    for (const entry of this.#entries) if (entry.state !== 'kept') entry.state = 'waiting'
    this.#refused = []
    this.#underWay = 0
    this.#underWayBytes = 0
    this.#next = 0
    this.#pass()
  }

  #send(entry: Entry, nowMs: number): void {
    entry.state = 'under-way'
    entry.sentMs = nowMs
    this.#underWay++
    this.#underWayBytes += entry.bytes.length
  }

  #answered(entry: Entry): void {
    this.#underWay--
    this.#underWayBytes -= entry.bytes.length
  }

  /** What is kept needs not be sent. */
  #pass(): void {
    while (this.#entries[this.#next]?.state === 'kept') this.#next++
  }

  #drop(): void {
    let kept = 0
    while (this.#entries[kept]?.state === 'kept') kept++
    // Not one by one: that would move all others each time.
    if (kept < 64 && kept < this.#entries.length) return
    this.#entries.splice(0, kept)
    this.#first += kept
    this.#next = Math.max(0, this.#next - kept)
  }
}
