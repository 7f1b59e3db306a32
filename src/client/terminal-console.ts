/**
 * A line console on a terminal: a prompt, a line that can be edited, and incoming lines above both. The editing
 * is readline's; what is owned here is that nothing breaks the line being typed.
 *
 *     [Amy] an incoming line        <- written where the prompt began; the prompt moves down
 *     Bob> text being typed that
 *     goes on in a second row_      <- the cursor may be in any of these rows
 */

import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline'
import type { ConsoleReader, LineConsole } from './line-console.js'
import { SingleKeys } from './single-keys.js'

export class TerminalConsole implements LineConsole {
  readonly interactive = true
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  #editor: Interface | null = null
  #keys: SingleKeys | null = null
  #columns: number
  #prompt = ''
  /** Whether the prompt stands in front of the cursor. */
  #prompted = false

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
    this.#columns = output.columns
  }

  open(reader: ConsoleReader): void {
    const keys = new SingleKeys(this.#input)
    // Ahead of readline, which redraws on the same event.
    this.#output.on('resize', this.#resized)
    const editor = createInterface({ input: keys, output: this.#output, terminal: true, prompt: '' })
    this.#keys = keys
    this.#editor = editor
    editor.on('line', (text) => {
      // The prompt has scrolled away with the line; readline must not count its rows until it is drawn again.
      editor.setPrompt('')
      this.#prompted = false
      reader.line(text)
      this.#draw()
    })
    editor.on('SIGINT', () => reader.interrupt())
    editor.on('close', () => {
      if (this.#editor === null) return
      this.#editor = null
      keys.release()
      this.#output.off('resize', this.#resized)
      if (this.#prompted) this.#output.write('\n')
      reader.end()
    })
    this.#input.on('error', () => editor.close())
    this.#draw()
  }

  ask(prompt: string): void {
    this.#prompt = prompt
    this.#draw()
  }

  show(text: string): boolean {
    const editor = this.#editor
    const output = this.#output
    if (editor === null) return output.write(`${text}\n`)
    const { rows } = editor.getCursorPos()
    // In one piece, or a slow terminal would flicker.
    output.cork()
    moveCursor(output, 0, -rows)
    cursorTo(output, 0)
    clearScreenDown(output)
    // Readline draws from where the prompt began, which it takes to be `rows` above the cursor.
    const whole = output.write(text + '\n'.repeat(1 + rows))
    editor.prompt(true)
    output.uncork()
    return whole
  }

  notice(text: string): void {
    this.show(text)
  }

  // A person does not type faster than a socket sends, and Ctrl-C has to work at any time.
  hold(): void {}
  release(): void {}

  finish(): void {
    const editor = this.#editor
    if (editor === null) return
    this.#editor = null
    // To the end of a line that was never sent, which may be rows below.
    editor.write(null, { ctrl: true, name: 'e' })
    if (this.#prompted || editor.line !== '') this.#output.write('\n')
    editor.close()
    this.#keys?.release()
    this.#output.off('resize', this.#resized)
  }

  /**
   * A terminal that became wider has joined rows of the line being typed. Readline would still go up by as many
   * as it drew, into what was said before, and erase that: step down by those that are gone.
   */
  readonly #resized = () => {
    const before = this.#columns
    this.#columns = this.#output.columns
    if (this.#editor === null) return
    const { rows, cols } = this.#editor.getCursorPos()
    const rowsBefore = Math.floor((rows * this.#columns + cols) / before)
    if (rowsBefore > rows) this.#output.write('\n'.repeat(rowsBefore - rows))
  }

  #draw(): void {
    if (this.#editor === null) return
    this.#editor.setPrompt(this.#prompt)
    this.#editor.prompt(true)
    this.#prompted = this.#prompt !== ''
  }
}
