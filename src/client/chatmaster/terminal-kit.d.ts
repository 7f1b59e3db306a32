/** What this project uses of terminal-kit, which brings no types of its own. */

declare module 'terminal-kit' {
  /** What terminal-kit reads from; only these are called. */
  interface KeySource {
    on(event: 'data', listener: (chunk: Buffer) => void): unknown
    removeListener(event: 'data', listener: (chunk: Buffer) => void): unknown
    pause(): unknown
    resume(): unknown
    setRawMode(raw: boolean): unknown
  }

  interface GuessedTerminal {
    readonly generic: string
    readonly appId: string
    readonly safe: boolean
    readonly isSSH: boolean
  }

  interface TerminalOptions {
    readonly stdin: KeySource
    readonly stdout: NodeJS.WriteStream
    readonly stderr: NodeJS.WriteStream
    readonly generic: string
    readonly appId: string | undefined
    readonly isTTY: boolean
    readonly isSSH: boolean
  }

  interface Terminal {
    on(event: 'key', listener: (name: string) => void): void
    on(event: 'mouse', listener: (name: string) => void): void
    on(event: 'resize', listener: (width: number, height: number) => void): void
    /** Enters the alternate screen and clears it, or leaves it. */
    fullscreen(on: boolean): void
    grabInput(options: false | { mouse: 'button' }): void
    hideCursor(hidden?: boolean): void
    styleReset(): void
    clear(): void
    /** The same as strings, written by the caller. */
    readonly str: {
      /** Columns and rows count from 1. */
      moveTo(column: number, row: number): string
      eraseLine(): string
    }
  }

  const termkit: {
    guessTerminal(): GuessedTerminal
    createTerminal(options: TerminalOptions): Terminal
    /** The columns that `text` takes, code point by code point. */
    stringWidth(text: string): number
  }
  export = termkit
}
