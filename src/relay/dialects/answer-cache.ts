/**
 * Answers that are lists: made once for everybody who asks, for as long as the list is the same. The hub gives a new
 * array when something in it has changed, and only then.
 */

import { type Slice, sharedSlice } from '../fanout/chunk.js'

/** One for each kind of answer and listener: what an outbox holds of it is counted for one relay. */
export class AnswerCache<List extends object> {
  readonly #encode: (list: List) => readonly Buffer[]
  readonly #answers = new WeakMap<List, readonly Slice[]>()

  /** @param encode the answer's bytes, in one piece or several */
  constructor(encode: (list: List) => readonly Buffer[]) {
    this.#encode = encode
  }

  get(list: List): readonly Slice[] {
    let answer = this.#answers.get(list)
    if (answer === undefined) {
      answer = this.#encode(list).map(sharedSlice)
      this.#answers.set(list, answer)
    }
    return answer
  }
}
