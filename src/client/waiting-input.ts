/** What is read from a console while the chat cannot take it, because it is still about a name: kept, and given again. */

import type { ConsoleReader, LineConsole } from './line-console.js'

export class WaitingInput {
  readonly #console: LineConsole
  readonly #reader: ConsoleReader
  #early: string[] = []
  #opened = false
  #ended = false

  constructor(console: LineConsole, reader: ConsoleReader) {
    this.#console = console
    this.#reader = reader
  }

  /** A line came too early. */
  keep(text: string): void {
    this.#early.push(text)
  }

  /** The input has ended, also for those that were kept. */
  end(): void {
    this.#ended = true
  }

  /** The chat takes what is read from now on, what came early first. */
  listen(): void {
    if (!this.#opened) {
      this.#opened = true
      this.#console.open(this.#reader)
    }
    this.#console.release()
    const early = this.#early
    this.#early = []
    for (const text of early) this.#reader.line(text)
    if (this.#ended) this.#reader.end()
  }
}
