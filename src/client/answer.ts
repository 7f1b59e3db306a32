/** One answer that a client waits for: a promise with a deadline. Knows nothing of what is asked. */

import { FramedClientError } from './framed-client-error.js'

export class Answer<T> {
  readonly promise: Promise<T>
  readonly #deadline: NodeJS.Timeout
  #resolve!: (value: T) => void
  #reject!: (error: Error) => void

  /**
   * @param what names the question in the error
   * @param late is called when `timeoutMs` have passed, before the promise rejects with `answer-timeout`
   */
  constructor(what: string, timeoutMs: number, late: () => void) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#deadline = setTimeout(() => {
      late()
      this.#reject(new FramedClientError('answer-timeout', `no answer to ${what} within ${timeoutMs} ms`))
    }, timeoutMs)
  }

  resolve(value: T): void {
    clearTimeout(this.#deadline)
    this.#resolve(value)
  }

  reject(error: Error): void {
    clearTimeout(this.#deadline)
    this.#reject(error)
  }
}
