/**
 * A real terminal for tests: one tmux server of our own, on a socket that nobody else uses, with one window. What
 * is typed goes through a pseudo-terminal, what is seen is what a person would see.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const DEADLINE_MS = 30_000
const POLL_MS = 25

/** Why there is no terminal to test in, or null. With CI=true that is no reason to skip. */
export function noTmux(): string | null {
  const { error, status } = spawnSync('tmux', ['-V'])
  return error === undefined && status === 0 ? null : 'tmux is not installed: no terminal to test in'
}

export class Terminal {
  readonly #socket = `parlance-${process.pid}-${randomBytes(4).toString('hex')}`

  constructor(columns: number, rows: number) {
    // A shell without a profile, and a prompt that no test mistakes for another.
    const shell = 'env -u NO_COLOR -u FORCE_COLOR -u ENV TERM=screen PS1="shell> " PS2= sh'
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), shell)
  }

  /** Types characters as they are. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', text)
  }

  /** Presses keys by their tmux names: Enter, Left, C-c. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  /** Pastes, as a terminal does it whose program has asked to be told of pastes. */
  paste(text: string): void {
    this.#paste(text, '-p')
  }

  /** Pastes, as a terminal does it that cannot tell anybody of pastes. */
  pasteUnmarked(text: string): void {
    this.#paste(text)
  }

  /** A command line for the shell. */
  run(command: string): void {
    this.type(command)
    this.press('Enter')
  }

  /** The rows as they are seen, without what is empty at their end and below. */
  rows(): string[] {
    const rows = this.#tmux('capture-pane', '-p').split('\n')
    return rows
      .map((row) => row.trimEnd())
      .join('\n')
      .trimEnd()
      .split('\n')
  }

  /** The same with colours, as escape sequences. */
  colouredText(): string {
    return this.#tmux('capture-pane', '-p', '-e')
  }

  /** Keeps the bytes that programs write from now on in a file. */
  record(path: string): void {
    // It is there at once, though the program that writes it takes a while to start.
    writeFileSync(path, '')
    this.#tmux('pipe-pane', `cat >> "${path}"`)
  }

  /** Where the cursor is: the column and the row, from 0. */
  cursor(): [column: number, row: number] {
    const [column, row] = this.#tmux('display-message', '-p', '#{cursor_x} #{cursor_y}').trim().split(' ')
    return [Number(column), Number(row)]
  }

  /** Resolves when the cursor is in this column. */
  async cursorIn(column: number): Promise<void> {
    await this.#until(`the cursor in column ${column}`, () => this.cursor()[0] === column)
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Resolves when the rows end in `expected`, an empty row standing for one at the cursor. */
  async endsIn(...expected: (string | RegExp)[]): Promise<void> {
    await this.#until(`the last rows ${expected.map(String).join('\n')}`, () => {
      const rows = this.rows()
      return expected.every((row, index) => isAsExpected(rows.at(index - expected.length) ?? '', row))
    })
  }

  /** Resolves when some row is `expected`. */
  async shows(expected: string | RegExp): Promise<void> {
    await this.#until(String(expected), () => this.rows().some((row) => isAsExpected(row, expected)))
  }

  close(): void {
    this.#tmux('kill-server')
  }

  async #until(what: string, condition: () => boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`never saw ${what} in\n${this.rows().join('\n')}`)
      await delay(POLL_MS)
    }
  }

  #paste(text: string, ...flags: readonly string[]): void {
    // From a file: there are limits to what a command line takes, and from a pipe tmux has been seen to wait for ever.
    const folder = mkdtempSync(join(tmpdir(), 'parlance-paste-'))
    writeFileSync(join(folder, 'text'), text)
    this.#tmux('load-buffer', join(folder, 'text'))
    this.#tmux('paste-buffer', ...flags)
    rmSync(folder, { recursive: true })
  }

  /** Nothing here takes long: what does has stopped, and says what it was. */
  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {
      encoding: 'utf8',
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    })
  }
}

function isAsExpected(row: string, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? row === expected : expected.test(row)
}
