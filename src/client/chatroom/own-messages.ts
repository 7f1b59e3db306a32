/**
 * What was said here lately: one's own messages by number, for edits and receipts, and other people's by id, for edits
 * of theirs. Bounded; the oldest are forgotten.
 */

const MOST = 1000

/** One of our own, that the relay has taken. */
export interface OwnMessage {
  readonly number: number
  readonly id: string
}

export class OwnMessages {
  readonly #own: OwnMessage[] = []
  #count = 0
  readonly #texts = new Map<string, string>()

  /** The relay has taken a message. @returns it, with its number */
  add(id: string): OwnMessage {
    const message = { number: ++this.#count, id }
    this.#own.push(message)
    if (this.#own.length > MOST) this.#own.shift()
    return message
  }

  /** @param number `null` for the last one */
  find(number: number | null): OwnMessage | undefined {
    return number === null ? this.#own.at(-1) : this.#own.find((message) => message.number === number)
  }

  withId(id: string): OwnMessage | undefined {
    return this.#own.findLast((message) => message.id === id)
  }

  /** What somebody else's message says from now on. @returns what it said before */
  said(id: string, text: string): string | undefined {
    const before = this.#texts.get(id)
    this.#texts.delete(id)
    this.#texts.set(id, text)
    if (this.#texts.size > MOST) this.#texts.delete(this.#texts.keys().next().value as string)
    return before
  }
}
