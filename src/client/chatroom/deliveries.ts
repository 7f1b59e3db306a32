/** Receipts of one's own messages, gathered for a moment: a room of a hundred sends a hundred for every message. */

const GATHER_MS = 250
const MOST_NAMES = 4

export class Deliveries {
  readonly #tell: (words: string) => void
  readonly #waiting = new Map<number, { readonly names: string[]; readonly at: string }>()
  #timer: NodeJS.Timeout | null = null

  /** @param tell gets one line for each message */
  constructor(tell: (words: string) => void) {
    this.#tell = tell
  }

  /** @param at the time of day */
  add(number: number, receiver: string, at: string): void {
    const entry = this.#waiting.get(number)
    if (entry === undefined) this.#waiting.set(number, { names: [receiver], at })
    else entry.names.push(receiver)
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS)
  }

  /** Tells what has come so far. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    for (const [number, { names, at }] of this.#waiting) {
      const more = names.length - MOST_NAMES
      const rest = more > 0 ? ` and ${more} more` : ''
      this.#tell(`#${number} delivered to ${names.slice(0, MOST_NAMES).join(', ')}${rest}, ${at}`)
    }
    this.#waiting.clear()
  }
}
