/**
 * Names in order, for lists that people ask for. Sorting thousands for every question would let one who asks, and
 * changes something each time, stop everybody else: so what has changed since the last question is put in its place.
 * Nothing is kept before somebody has asked, nor when more has changed than sorting anew would cost.
 */

import { byBytes } from './text.js'

/** Beyond so many changes, sorting all of them is as cheap. */
const MAX_CHANGES = 64

export class SortedNames {
  readonly #all: () => Iterable<string>
  #sorted: readonly string[] | null = null
  /** Who came (true) and went since then, in order. */
  #changes: (readonly [name: string, here: boolean])[] = []

  /** @param all the names that there are, in any order */
  constructor(all: () => Iterable<string>) {
    this.#all = all
  }

  added(name: string): void {
    this.#changed(name, true)
  }

  deleted(name: string): void {
    this.#changed(name, false)
  }

  /** The array is shared and not to be changed; it is a new one after a change. */
  sorted(): readonly string[] {
    if (this.#sorted === null) {
      this.#sorted = [...this.#all()].sort(byBytes)
    } else if (this.#changes.length > 0) {
      const sorted = [...this.#sorted]
      for (const [name, here] of this.#changes) {
        const place = placeOf(sorted, name)
        if (here) sorted.splice(place, 0, name)
        else sorted.splice(place, 1)
      }
      this.#sorted = sorted
    }
    this.#changes = []
    return this.#sorted
  }

  #changed(name: string, here: boolean): void {
    if (this.#sorted === null) return
    this.#changes.push([name, here])
    if (this.#changes.length <= MAX_CHANGES) return
    this.#sorted = null
    this.#changes = []
  }
}

/** Where `name` is in `sorted`, or would be. */
export function placeOf(sorted: readonly string[], name: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (byBytes(sorted[middle] as string, name) < 0) low = middle + 1
    else high = middle
  }
  return low
}
