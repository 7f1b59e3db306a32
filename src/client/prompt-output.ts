/**
 * What readline writes to: a terminal on which everything takes the columns that readline counts. Readline counts code
 * point by code point, which is not what terminals do with all of them, and knows a line as one row of text.
 *
 * So a line end and a tab within a line are held as characters that stand for them (`held`, `unheld`), one column each
 * and nothing else in Unicode; and what joins or changes the characters beside it is sent, but not shown.
 */

import { Writable } from 'node:stream'
import { LINE_END_SIGN } from './pasted-text.js'

/** Noncharacters: no text has them. */
const HELD_LINE_END = '\ufdd0'
const HELD_TAB = '\ufdd1'
/** A joiner of emoji and its like, and the sign that makes an emoji of another one: terminals differ about both. */
const UNSHOWN = /(?!\u00ad)\p{Cf}|\ufe0f/gu

/** `text` as readline is to have it. */
export function held(text: string): string {
  return text
    .replace(/[\ufdd0\ufdd1]/g, '')
    .replaceAll('\n', HELD_LINE_END)
    .replaceAll('\t', HELD_TAB)
}

/** What `held` was given. */
export function unheld(line: string): string {
  return line.replaceAll(HELD_LINE_END, '\n').replaceAll(HELD_TAB, '\t')
}

export class PromptOutput extends Writable {
  readonly #terminal: NodeJS.WriteStream

  constructor(terminal: NodeJS.WriteStream) {
    super({ decodeStrings: false })
    this.#terminal = terminal
  }

  get columns(): number {
    return this.#terminal.columns
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    this.#terminal.write(
      text.replaceAll(HELD_LINE_END, LINE_END_SIGN).replaceAll(HELD_TAB, ' ').replace(UNSHOWN, ''),
    )
    // At once: what others write to the terminal comes behind it.
    done()
  }
}
