/** What may happen thousands of times a second and is said at most once in it: at once the first time, then with a count. */

const EVERY_MS = 1000

export class Occasionally<Item> {
  readonly #say: (last: Item, count: number) => void
  #last: Item | null = null
  #count = 0
  #resting = false

  /** @param say called with the last of what happened since it was called before, and how much that was */
  constructor(say: (last: Item, count: number) => void) {
    this.#say = say
  }

  happened(item: Item): void {
    this.#last = item
    this.#count++
    if (!this.#resting) this.#sayIt()
  }

  readonly #sayIt = (): void => {
    this.#resting = this.#count > 0
    if (!this.#resting) return
    setTimeout(this.#sayIt, EVERY_MS).unref()
    const [last, count] = [this.#last as Item, this.#count]
    this.#last = null
    this.#count = 0
    this.#say(last, count)
  }
}
