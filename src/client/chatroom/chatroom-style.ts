/** What the lines of the chatroom client look like: their marks, and their colours where the output has any. */

import { styleText } from 'node:util'
import { visible } from '../visible.js'

type Colour = 'bold' | 'dim' | 'red' | 'magenta' | 'yellow'

/** How a message is shown. Times are as the relay or the clock says them. */
export interface ShownMessage {
  readonly sender: string
  readonly text: string
  readonly isPrivate: boolean
  readonly sentAt: string
  readonly deliveredAt: string
}

/** Styles lines for one output. Everything that comes from a relay goes through `visible` (M3). */
export class ChatroomStyle {
  readonly #output: NodeJS.WriteStream

  constructor(output: NodeJS.WriteStream) {
    this.#output = output
  }

  /** When it was sent, when it came where that is another minute, whether it is private, who, and what. */
  message({ sender, text, isPrivate, sentAt, deliveredAt }: ShownMessage): string {
    const times = sentAt === deliveredAt ? sentAt : `sent ${sentAt}, delivered ${deliveredAt}`
    const mark = isPrivate ? `${this.#colour('magenta', '(private)')} ` : ''
    return `${this.#colour('dim', visible(times))} ${mark}${this.#colour('bold', `[${visible(sender)}]`)} ${visible(text)}`
  }

  /** Somebody came, left, or is to be found otherwise. */
  event(text: string): string {
    return this.#colour('dim', `* ${visible(text)}`)
  }

  /** Something that the client itself has to say. */
  notice(text: string): string {
    return this.#colour('yellow', `-- ${visible(text)}`)
  }

  /** What the relay did not do. */
  refused(text: string): string {
    return `${this.#colour('red', 'Error:')} ${visible(text)}`
  }

  #colour(colour: Colour, text: string): string {
    return this.#output.isTTY === true ? styleText(colour, text, { stream: this.#output }) : text
  }
}
