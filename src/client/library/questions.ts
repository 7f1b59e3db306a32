/** Questions to a relay that wait for their answers, in the order in which they were asked. Knows no protocol. */

/** What a reply is to a question: none of its business, a part of the answer, or the end of it. */
export type Reading<T> = 'not-mine' | 'more' | { readonly value: T }

interface Open<Reply> {
  /** @returns whether the reply was this question's, and whether it is answered */
  offer(reply: Reply): 'not-mine' | 'more' | 'answered'
  reject(error: Error): void
}

export class Questions<Reply> {
  readonly #open: Open<Reply>[] = []
  #ended: Error | null = null

  /**
   * A question was asked.
   * @param read looks at each reply that no older question takes. What it throws is the answer, too
   */
  ask<T>(read: (reply: Reply) => Reading<T>): Promise<T> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      const offer = (reply: Reply) => {
        try {
          const reading = read(reply)
          if (typeof reading === 'string') return reading
          resolve(reading.value)
        } catch (error) {
          reject(error)
        }
        return 'answered' as const
      }
      this.#open.push({ offer, reject })
    })
  }

  /** Something came that may be an answer. @returns whether somebody had asked for it */
  offer(reply: Reply): boolean {
    for (const [at, question] of this.#open.entries()) {
      const outcome = question.offer(reply)
      if (outcome === 'not-mine') continue
      if (outcome === 'answered') this.#open.splice(at, 1)
      return true
    }
    return false
  }

  /** Nobody is answered any more. */
  end(error: Error): void {
    this.#ended = error
    for (const { reject } of this.#open.splice(0)) reject(error)
  }
}
