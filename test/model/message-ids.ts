/** Which message each id of the relay's means, for a whole trial (M1): found out where an id is told beside a text, and the same ever after. */

import type { Mark } from './actions.js'

/** The mark at the end of every text and of every time that a sender writes. */
const MARK = /[#t](\d+)$/

export class MessageIds {
  readonly #symbols = new Map<string, Mark>()
  readonly #ids = new Map<Mark, string>()

  /** Those that somebody was told, in that order. */
  get known(): readonly Mark[] {
    return [...this.#ids.keys()]
  }

  idOf(symbol: Mark): string | undefined {
    return this.#ids.get(symbol)
  }

  /** @returns the message of that id, as text for a unit */
  named(id: string): string {
    return this.#symbols.get(id) ?? `unknown id ${id}`
  }

  /** The id was told with a message that is marked like this. @throws Error when it means another one, or that one has another id */
  learn(id: string, marked: string): string {
    const symbol = MARK.exec(marked)?.[1]
    if (symbol === undefined) return `no mark in ${marked}`
    const [known, before] = [this.#symbols.get(id), this.#ids.get(symbol)]
    if ((known ?? symbol) !== symbol || (before ?? id) !== id)
      throw new Error(`M1: the id ${id} is of message ${symbol}, which had ${before}, and of ${known}`)
    this.#symbols.set(id, symbol)
    this.#ids.set(symbol, id)
    return symbol
  }

  /** M1: those of these that have ids; `null` when the ids are not sorted as the messages were taken. */
  inOrder(taken: readonly Mark[]): readonly Mark[] | null {
    const known = taken.filter((symbol) => this.#ids.has(symbol))
    const ids = known.map((symbol) => this.#ids.get(symbol) as string)
    return ids.every((id, index) => index === 0 || (ids[index - 1] as string) < id) ? known : null
  }
}
