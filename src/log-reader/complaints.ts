/** What could not be read: counted while reading goes on, and said at the end. */

import { basename } from 'node:path'
import { oneLine } from '../relay/streams/printable.js'

export class Complaints {
  /** Lines that are no records. */
  brokenLines = 0
  readonly #files: string[] = []

  /** The rest of the file is passed over. */
  fileFailed(path: string, error: unknown): void {
    this.#files.push(`${basename(path)}: ${(error as Error).message}`)
  }

  /** One sentence each, each on one line. */
  words(): string[] {
    const words = this.#files.map((file) => `not all of it can be read: ${oneLine(file)}`)
    const { brokenLines } = this
    if (brokenLines > 0) words.push(`${brokenLines} ${brokenLines === 1 ? 'line is' : 'lines are'} no record`)
    return words
  }
}
