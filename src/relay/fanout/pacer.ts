/**
 * Slows down those who send to somebody who cannot keep up: to the minimum rate, which each of them has an equal share
 * of. Whoever says less than that notices nothing, so that one who floods does not silence somebody who says ten words;
 * and the queue that they fill grows by no more than the minimum rate, until its reader is faster or is cut off.
 *
 *   share    FIRST_BYTES at once, then the minimum rate divided by how many send
 *   said     grows with what one says; above the share one waits until the share has caught up
 *
 * What is not said is not saved up: one is never further below the share than FIRST_BYTES and what comes in SAVED_MS.
 */

import type { Holds, Source } from './pauses.js'

/** So much may everybody say at once: a few lines. With a thousand people in a room it is a megabyte together. */
const FIRST_BYTES = 1024
/** Longer than the time between two ticks, so that whoever waits for one loses nothing of their share. */
const SAVED_MS = 250

export class Pacer {
  readonly #holds: Holds
  readonly #bytesPerMs: number
  readonly #said = new Map<Source, number>()
  readonly #waiting = new Set<Source>()
  /** What one who sends may have said by now. */
  #share = FIRST_BYTES
  #atMs: number

  constructor(holds: Holds, bytesPerSecond: number, nowMs: number) {
    this.#holds = holds
    this.#bytesPerMs = bytesPerSecond / 1000
    this.#atMs = nowMs
  }

  /** `source` has just said so many bytes. */
  guard(source: Source, bytes: number, nowMs: number): void {
    this.#advance(nowMs)
    const least = this.#share - FIRST_BYTES - this.#grownIn(SAVED_MS)
    const said = Math.max(this.#said.get(source) ?? least, least) + bytes
    this.#said.set(source, said)
    if (said <= this.#share || this.#waiting.has(source)) return
    this.#waiting.add(source)
    this.#holds.hold(source)
  }

  /** Lets those go on whose share has caught up with them. */
  tick(nowMs: number): void {
    this.#advance(nowMs)
    for (const [source, said] of this.#said) {
      if (source.gone) this.forget(source)
      else if (said <= this.#share) this.#letGo(source)
    }
  }

  /** The sender is gone, or has left the room. */
  forget(source: Source): void {
    this.#said.delete(source)
    this.#letGo(source)
  }

  /** Nobody has to be waited for any more. */
  end(): void {
    for (const source of this.#waiting) this.#holds.letGo(source)
    this.#waiting.clear()
    this.#said.clear()
  }

  #advance(nowMs: number): void {
    this.#share += this.#grownIn(nowMs - this.#atMs)
    this.#atMs = nowMs
  }

  #grownIn(ms: number): number {
    return (ms * this.#bytesPerMs) / Math.max(this.#said.size, 1)
  }

  #letGo(source: Source): void {
    if (this.#waiting.delete(source)) this.#holds.letGo(source)
  }
}
