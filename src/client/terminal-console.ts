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
import { enteredLines, pastedText } from './pasted-text.js'
import { held, PromptOutput, unheld } from './prompt-output.js'
import { Suspension } from './suspension.js'
import { MARK_NO_PASTES, MARK_PASTES, PASTE_CUT_WORDS, TerminalInput } from './terminal-input.js'

/** Keys come whole: nothing more belongs to an Escape. */
const ESCAPE_MS = 1

export class TerminalConsole implements LineConsole {
  readonly interactive = true
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  readonly #promptOutput: PromptOutput
  #editor: Interface | null = null
  #keys: TerminalInput | null = null
  #suspension: Suspension | null = null
  #columns: number
  #prompt = ''
  /** Whether the prompt stands in front of the cursor. */
  #prompted = false

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
    this.#promptOutput = new PromptOutput(output)
    this.#columns = output.columns
  }

  open(reader: ConsoleReader): void {
    const keys = new TerminalInput(this.#input)
    const editor = createInterface({
      // Of an input, readline wants `data`, raw mode and to pause it.
      input: keys as unknown as NodeJS.ReadableStream,
      output: this.#promptOutput,
      terminal: true,
      prompt: '',
      escapeCodeTimeout: ESCAPE_MS,
    })
    this.#keys = keys
    this.#editor = editor
    this.#suspension = new Suspension(this.#giveBack, this.#takeAgain)
    this.#columns = this.#output.columns
    this.#output.on('resize', this.#resized).write(MARK_PASTES)
    // An exception that nobody catches ends the process, too.
    process.on('exit', this.#unmarkPastes)
    keys.on('text', (text) => this.#insert(text))
    keys.on('paste', (text, isCut) => {
      this.#insert(text)
      if (isCut) this.show(`-- ${PASTE_CUT_WORDS}`)
    })
    keys.on('gone', () => editor.close())
    editor.on('line', (line) => {
      // The prompt has scrolled away with the line; readline must not count its rows until it is drawn again.
      editor.setPrompt('')
      this.#prompted = false
      for (const text of enteredLines(unheld(line))) reader.line(text)
      this.#draw()
    })
    editor.on('SIGINT', () => reader.interrupt())
    editor.on('SIGTSTP', this.#suspension.stop)
    editor.on('close', () => {
      if (this.#editor === null) return
      this.#release()
      if (this.#prompted) this.#output.write('\n')
      reader.end()
    })
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
    // To the end of a line that was never sent, which may be rows below.
    editor.write(null, { ctrl: true, name: 'e' })
    if (this.#prompted || editor.line !== '') this.#output.write('\n')
    this.#release()
    editor.close()
  }

  /** All at once: for each character that it is handed alone, readline measures the whole line anew. */
  #insert(text: string): void {
    this.#editor?.write(held(pastedText(text)))
  }

  /** Gives the terminal back for good. */
  #release(): void {
    this.#editor = null
    this.#suspension?.release()
    this.#keys?.release()
    process.off('exit', this.#unmarkPastes)
    this.#output.off('resize', this.#resized)
    this.#unmarkPastes()
  }

  readonly #unmarkPastes = () => {
    this.#output.write(MARK_NO_PASTES)
  }

  readonly #giveBack = () => {
    this.#unmarkPastes()
    this.#keys?.setRawMode(false)
  }

  readonly #takeAgain = () => {
    const editor = this.#editor
    if (editor === null) return
    this.#keys?.setRawMode(true)
    // The shell has written where the line was: readline would go up into that.
    this.#output.write(MARK_PASTES + '\n'.repeat(editor.getCursorPos().rows))
    this.#draw()
  }

  /**
   * A terminal that became wider has joined rows of the line being typed, and one that became narrower has broken them.
   * Readline would still go up by as many as it drew, into what was said before or not as far as the line begins.
   */
  readonly #resized = () => {
    const before = this.#columns
    this.#columns = this.#output.columns
    // A terminal may not know its size.
    if (this.#editor === null || !(before > 0)) return
    const { rows, cols } = this.#editor.getCursorPos()
    const rowsBefore = Math.floor((rows * this.#columns + cols) / before)
    if (rowsBefore > rows) this.#output.write('\n'.repeat(rowsBefore - rows))
    else if (rowsBefore < rows) moveCursor(this.#output, 0, rowsBefore - rows)
    this.#promptOutput.emit('resize')
  }

  #draw(): void {
    if (this.#editor === null) return
    this.#editor.setPrompt(this.#prompt)
    this.#editor.prompt(true)
    this.#prompted = this.#prompt !== ''
  }
}
