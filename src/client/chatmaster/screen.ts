/**
 * The terminal as a screen: enters it, shows frames on it, tells what is pressed, and leaves it as it was. Owns every
 * byte that is written while the screen is open; knows nothing of chats.
 */

import { styleText } from 'node:util'
import termkit from 'terminal-kit'
import { MARK_NO_PASTES, MARK_PASTES, TerminalInput } from '../terminal-input.js'
import type { Frame, ScreenRow, Size } from './layout.js'
import type { Row, Style } from './styled-text.js'

/** Who is told what happens at the terminal. */
export interface ScreenUser {
  /** A key, a turn of the wheel, by the name of terminal-kit. */
  key(name: string): void
  /** Text to insert: what was typed, or pasted. */
  text(text: string): void
  /** What was pasted is the beginning of what was too much. */
  pasteCut(): void
  /** The screen has another size, or is empty: a frame is wanted. */
  redraw(): void
  /** The terminal has gone. Called more than once, maybe. */
  gone(): void
}

type Format = Parameters<typeof styleText>[0]

const FORMATS: Record<Style, Format | null> = {
  plain: null,
  title: 'inverse',
  time: 'dim',
  name: 'bold',
  'own-name': 'cyan',
  private: 'magenta',
  happening: 'dim',
  remark: 'yellow',
  error: 'red',
}

/** Pastes come marked as such, and no row that is too wide wraps into the next. */
const MODES_ON = `${MARK_PASTES}\x1b[?7l`
const MODES_OFF = `${MARK_NO_PASTES}\x1b[?7h`
/** What a terminal without a size of its own is taken for. */
const UNKNOWN_SIZE: Size = { columns: 80, rows: 24 }

export class Screen {
  readonly #output: NodeJS.WriteStream
  readonly #input: TerminalInput
  readonly #terminal: ReturnType<typeof termkit.createTerminal>
  #isOpen = false
  #isReleased = false
  /** The rows that the terminal shows, as they were written. */
  #drawn: string[] = []

  constructor(
    input: NodeJS.ReadStream,
    output: NodeJS.WriteStream,
    errorOutput: NodeJS.WriteStream,
    user: ScreenUser,
  ) {
    this.#output = output
    this.#input = new TerminalInput(input)
    const { generic, appId, safe, isSSH } = termkit.guessTerminal()
    this.#terminal = termkit.createTerminal({
      stdin: this.#input,
      stdout: output,
      stderr: errorOutput,
      generic,
      appId: safe ? appId : undefined,
      isTTY: true,
      isSSH,
    })
    this.#terminal.on('key', (name) => user.key(name))
    this.#terminal.on('mouse', (name) => user.key(name))
    this.#terminal.on('resize', () => {
      this.#drawn = []
      user.redraw()
    })
    this.#input.on('text', (text) => user.text(text))
    this.#input.on('paste', (text, isCut) => {
      user.text(text)
      if (isCut) user.pasteCut()
    })
    this.#input.on('gone', () => user.gone())
    // The listener stays: a write to a terminal that has gone may fail late.
    output.on('error', () => user.gone())
  }

  get size(): Size {
    const { columns, rows } = this.#output
    return columns > 0 && rows > 0 ? { columns, rows } : UNKNOWN_SIZE
  }

  /** Takes the terminal: alternate screen, keys as they are pressed, wheel. */
  open(): void {
    if (this.#isOpen || this.#isReleased) return
    this.#isOpen = true
    // An exception that nobody catches ends the process, and not with a terminal that nobody can use.
    process.on('exit', this.#exiting)
    this.#drawn = []
    this.#terminal.fullscreen(true)
    this.#output.write(MODES_ON)
    this.#terminal.grabInput({ mouse: 'button' })
  }

  /** Gives the terminal back as it was. Safe at any time, also twice. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    process.off('exit', this.#exiting)
    this.#terminal.grabInput(false)
    this.#terminal.styleReset()
    this.#terminal.hideCursor(false)
    this.#output.write(MODES_OFF)
    this.#terminal.fullscreen(false)
  }

  /** Closes for good. */
  release(): void {
    this.close()
    this.#isReleased = true
    this.#input.release()
  }

  /** Shows `frame`, writing the rows that are new, in one piece. */
  draw(frame: Frame): void {
    if (!this.#isOpen) return
    const { moveTo, eraseLine } = this.#terminal.str
    const rows = frame.rows.map((row) => this.#rowText(row))
    const news = rows.map((row, index) =>
      row === this.#drawn[index] ? '' : moveTo(1, index + 1) + eraseLine() + row,
    )
    this.#drawn = rows
    this.#output.write(news.join('') + moveTo(frame.cursor.column + 1, frame.cursor.row + 1))
  }

  /** Forgets what is shown, so that the next frame is written as a whole. */
  forget(): void {
    if (!this.#isOpen) return
    this.#drawn = []
    this.#terminal.clear()
  }

  readonly #exiting = () => this.close()

  #rowText({ left, right }: ScreenRow): string {
    if (right === null) return this.#styled(left)
    // From where it begins, not after the left part: terminals do not agree about the width of everything.
    return `${this.#styled(left)}\x1b[${right.column + 1}G${this.#styled(right.row)}`
  }

  #styled(row: Row): string {
    return row
      .map(({ text, style }) => {
        const format = FORMATS[style]
        return format === null ? text : styleText(format, text, { stream: this.#output })
      })
      .join('')
  }
}
