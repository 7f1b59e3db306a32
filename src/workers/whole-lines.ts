/** Cuts what a process writes into whole lines: what is torn because it was killed is not passed on as a line of its own. */

import { StringDecoder } from 'node:string_decoder'

/** Of a line that never ends, the beginning is enough. */
const MOST_CHARACTERS = 1024 * 1024

export class WholeLines {
  readonly #line: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /** @param line is given each with its line feed */
  constructor(line: (line: string) => void) {
    this.#line = line
  }

  /** @param chunk borrowed until this returns */
  take(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() as string
    for (const line of lines) this.#line(`${line}\n`)
    if (this.#rest.length > MOST_CHARACTERS) this.#rest = ''
  }
}
