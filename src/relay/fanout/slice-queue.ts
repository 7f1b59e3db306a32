/** A first-in, first-out queue of slices whose `shift` costs the same however long it is. */

import type { Slice } from './chunk.js'

/** The part of the array that is already taken is cut off when it is this long and the larger half. */
const MIN_TAKEN = 256

export class SliceQueue {
  #slices: Slice[]
  #head = 0

  constructor(slices: Slice[] = []) {
    this.#slices = slices
  }

  get length(): number {
    return this.#slices.length - this.#head
  }

  push(slice: Slice): void {
    this.#slices.push(slice)
  }

  /** The oldest; only when there is one. */
  shift(): Slice {
    const slice = this.#slices[this.#head++] as Slice
    if (this.#head >= MIN_TAKEN && this.#head * 2 > this.#slices.length) {
      this.#slices = this.#slices.slice(this.#head)
      this.#head = 0
    }
    return slice
  }

  /** All that are left, oldest first. */
  toArray(): Slice[] {
    return this.#slices.slice(this.#head)
  }
}
