/** What the lines of the line client look like: their marks, and their colours where the output has any. */

import { styleText } from 'node:util'
import { visible } from './visible.js'

type Colour = 'bold' | 'dim' | 'red' | 'magenta' | 'yellow'

const SPEAKER = /^\[[^ ]+\]/
const ANNOUNCEMENT = /^\*\*.*\*\*$/

/** Styles lines for one output. Everything that comes from a relay goes through `visible` (M3). */
export class LineStyle {
  readonly #output: NodeJS.WriteStream

  constructor(output: NodeJS.WriteStream) {
    this.#output = output
  }

  /** A MESSAGE: the speaker stands out, who comes and goes steps back. */
  line(text: string): string {
    const safe = visible(text)
    if (ANNOUNCEMENT.test(safe)) return this.#colour('dim', safe)
    return this.#speaker(safe)
  }

  /** A DIRECT, marked in front: no MESSAGE of a person begins so. */
  direct(text: string): string {
    return `${this.#colour('magenta', '(direct)')} ${this.#speaker(visible(text))}`
  }

  /** An ERROR of the relay. */
  refused(text: string): string {
    return `${this.#colour('red', 'Error:')} ${visible(text)}`
  }

  /** Something that the client itself has to say. */
  notice(text: string): string {
    return this.#colour('yellow', `-- ${visible(text)}`)
  }

  #speaker(text: string): string {
    const speaker = SPEAKER.exec(text)?.[0] ?? ''
    return speaker === '' ? text : this.#colour('bold', speaker) + text.slice(speaker.length)
  }

  #colour(colour: Colour, text: string): string {
    // One format at a time: with a list of them, styleText on Node 20 asks neither the stream nor NO_COLOR.
    return this.#output.isTTY === true ? styleText(colour, text, { stream: this.#output }) : text
  }
}
