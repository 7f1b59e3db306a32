/**
 * One room's congestion. Whoever sends to the room is paused when more than a quarter of its members are behind, until
 * it is under an eighth; and while anyone who is behind is at the hard limit. So no flood gets healthy readers cut
 * off, however the kernel shares its memory among them; and since readers that are stuck do not count, no dead one
 * stops a room for longer than it takes to tell: a room is never slower than its members' minimum rate.
 *
 * What the kernel queues for a room of thousands can exhaust its memory for sockets, and then healthy readers are
 * starved for seconds. One that has stopped looks the same, but not many do at once: in a crowd of readers above
 * soft, nobody is called stuck before the whole grace time is over.
 */

import { PAUSE, type Source } from './pauses.js'
import type { PressureStats } from './pressure.js'

const CONGESTED_ABOVE = 1 / 4
const RELIEVED_BELOW = 1 / 8
/** More readers above soft than this, and than this share of the room, are a crowd. */
const CROWD_ABOVE = 15
const CROWD_SHARE = 1 / 50

/** How one member keeps up. */
interface ReaderState {
  readonly pressed: boolean
  readonly behind: boolean
  readonly atLimit: boolean
}

export class Congestion {
  congested = false
  readonly #stats: PressureStats
  #members = 0
  /** Above soft: behind or stuck. */
  #pressed = 0
  #behind = 0
  #atLimit = 0
  /** Who is paused until it is over; made when there is one. */
  #waiting: Set<Source> | null = null

  constructor(stats: PressureStats) {
    this.#stats = stats
  }

  get crowded(): boolean {
    return this.#pressed > CROWD_ABOVE && this.#pressed > this.#members * CROWD_SHARE
  }

  joined(reader: ReaderState): void {
    this.#pressed += reader.pressed ? 1 : 0
    this.#change(1, reader.behind ? 1 : 0, reader.atLimit ? 1 : 0)
  }

  left(reader: ReaderState): void {
    this.#pressed -= reader.pressed ? 1 : 0
    this.#change(-1, reader.behind ? -1 : 0, reader.atLimit ? -1 : 0)
  }

  /** @param change how many more are above soft, or fewer */
  pressedChanged(change: number): void {
    this.#pressed += change
  }

  /** @param change how many more are behind, or fewer */
  behindChanged(change: number): void {
    this.#change(0, change, 0)
  }

  /** @param change how many more are at the hard limit, or fewer */
  atLimitChanged(change: number): void {
    this.#change(0, 0, change)
  }

  #change(members: number, behind: number, atLimit: number): void {
    this.#members += members
    this.#behind += behind
    this.#atLimit += atLimit
    const fewBehind = this.#behind === 0 || this.#behind < this.#members * RELIEVED_BELOW
    if (this.congested) {
      if (fewBehind && this.#atLimit === 0) this.#relieve()
    } else if (this.#behind > this.#members * CONGESTED_ABOVE || this.#atLimit > 0) {
      this.congested = true
      this.#stats.congestedRooms++
      this.#stats.congestions++
    }
  }

  /** Somebody has just said something to the room: their next words wait while it is congested. */
  guard(source: Source): void {
    if (!this.congested) return
    this.#waiting ??= new Set()
    this.#waiting.add(source)
    source.pause(PAUSE.room)
  }

  /** The sender is gone or has left. */
  forget(source: Source): void {
    if (this.#waiting?.delete(source)) source.resume(PAUSE.room)
  }

  #relieve(): void {
    this.congested = false
    this.#stats.congestedRooms--
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting !== null) for (const source of waiting) source.resume(PAUSE.room)
  }
}
