/**
 * One room's congestion. A room is congested while more than a quarter of its members are behind, until it is under an
 * eighth; and while anybody's queue is full. Whoever sends to it is then slowed down (`pacer.ts`), so that no flood
 * gets healthy readers cut off, however the kernel shares its memory among them.
 *
 * Those who are stuck do not count: they are cut off soon, and the room goes on without them. But what the kernel
 * queues for a room of thousands can exhaust its memory for sockets, and then healthy readers are starved for seconds
 * and look the same. Not many stop at once: where many are stuck, they count like those who are behind.
 */

import { Pacer } from './pacer.js'
import type { Source } from './pauses.js'
import type { Pressure } from './pressure.js'
import { SLOWNESS } from './slow-reader.js'

/** What there is to know of a room beyond this node. */
export interface CongestionListener {
  /** Members of this node cannot keep up, or can again. */
  changed(isCongested: boolean): void
  /** How many nodes have people in the room: those who send share the minimum rate over all of them. */
  readonly nodes: number
}

const CONGESTED_ABOVE = 1 / 4
const RELIEVED_BELOW = 1 / 8
/** More who are stuck than this, and than this share of the room, are many. */
const MANY_ABOVE = 15
const MANY_SHARE = 1 / 50

export class Congestion {
  readonly #pressure: Pressure
  #members = 0
  #slow = 0
  #stuck = 0
  #full = 0
  #stuckAndFull = 0
  #overfull = 0
  #isCongestedHere = false
  #isCongestedElsewhere = false
  readonly #listener: CongestionListener | null
  /** There is one while the room is congested. */
  #pacer: Pacer | null = null

  /** @param listener `null` where there are no other nodes */
  constructor(pressure: Pressure, listener: CongestionListener | null) {
    this.#pressure = pressure
    this.#listener = listener
  }

  get congested(): boolean {
    return this.#pacer !== null
  }

  /** Whether members of this node are behind. */
  get isCongestedHere(): boolean {
    return this.#isCongestedHere
  }

  /** Whether members of other nodes are: who sends from here is slowed down as if they were here. */
  set isCongestedElsewhere(isCongested: boolean) {
    this.#isCongestedElsewhere = isCongested
    this.#paceOrNot()
  }

  /** @param slowness of the member, as in `SLOWNESS` */
  joined(slowness: number): void {
    this.#members++
    this.#count(slowness, 1)
    this.#judge()
  }

  left(slowness: number): void {
    this.#members--
    this.#count(slowness, -1)
    this.#judge()
  }

  /** A member is slower or faster than before. */
  changed(before: number, after: number): void {
    this.#count(before, -1)
    this.#count(after, 1)
    this.#judge()
  }

  /** Somebody has just said so many bytes to the room: their next words may have to wait. */
  guard(source: Source, bytes: number): void {
    this.#pacer?.guard(source, bytes, this.#pressure.now())
  }

  /** The sender has left. */
  forget(source: Source): void {
    this.#pacer?.forget(source)
  }

  #count(slowness: number, change: number): void {
    if (slowness === 0) return
    this.#slow += change
    if ((slowness & SLOWNESS.stuck) !== 0) this.#stuck += change
    if ((slowness & SLOWNESS.overfull) !== 0) this.#overfull += change
    if ((slowness & SLOWNESS.full) === 0) return
    this.#full += change
    if ((slowness & SLOWNESS.stuck) !== 0) this.#stuckAndFull += change
  }

  #judge(): void {
    const many = this.#stuck > MANY_ABOVE && this.#stuck > this.#members * MANY_SHARE
    const behind = many ? this.#slow : this.#slow - this.#stuck
    const waited = this.#overfull > 0 || (many ? this.#full : this.#full - this.#stuckAndFull) > 0
    if (!this.#isCongestedHere) {
      if (!waited && behind <= this.#members * CONGESTED_ABOVE) return
    } else if (waited || (behind > 0 && behind >= this.#members * RELIEVED_BELOW)) {
      return
    }
    this.#isCongestedHere = !this.#isCongestedHere
    this.#paceOrNot()
    this.#listener?.changed(this.#isCongestedHere)
  }

  #paceOrNot(): void {
    const isCongested = this.#isCongestedHere || this.#isCongestedElsewhere
    if (this.#pacer !== null && !isCongested) this.#end(this.#pacer)
    else if (this.#pacer === null && isCongested) this.#begin()
  }

  #begin(): void {
    const { roomHolds, limits, stats, now } = this.#pressure
    const bytesPerSecond = limits.minDrainBytesPerSecond / Math.max(1, this.#listener?.nodes ?? 1)
    this.#pacer = new Pacer(roomHolds, bytesPerSecond, now())
    this.#pressure.pace(this.#pacer)
    stats.congestedRooms++
    stats.congestions++
  }

  #end(pacer: Pacer): void {
    this.#pacer = null
    this.#pressure.unpace(pacer)
    this.#pressure.stats.congestedRooms--
  }
}
