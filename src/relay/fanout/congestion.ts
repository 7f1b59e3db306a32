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
  /** There is one while the room is congested. */
  #pacer: Pacer | null = null

  constructor(pressure: Pressure) {
    this.#pressure = pressure
  }

  get congested(): boolean {
    return this.#pacer !== null
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
    if (this.#pacer === null) {
      if (waited || behind > this.#members * CONGESTED_ABOVE) this.#begin()
    } else if (!waited && (behind === 0 || behind < this.#members * RELIEVED_BELOW)) {
      this.#end(this.#pacer)
    }
  }

  #begin(): void {
    const { roomHolds, limits, stats, now } = this.#pressure
    this.#pacer = new Pacer(roomHolds, limits.minDrainBytesPerSecond, now())
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
