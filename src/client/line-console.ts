/** Where a line client reads and writes: what a terminal and a pipe have in common. */

/** Who takes what comes from a console. */
export interface ConsoleReader {
  /** One line, without its end. */
  line(text: string): void
  /** There is no more input (Ctrl-D, the end of a pipe). Called once, after the last line. */
  end(): void
  /** Ctrl-C. */
  interrupt(): void
}

export interface LineConsole {
  /** Whether a person sits in front of it, who can be asked. */
  readonly interactive: boolean

  /** Begins to read. Until then nothing is taken from the input. */
  open(reader: ConsoleReader): void

  /** Shows `prompt` in front of what is typed from now on; with '' there is none. */
  ask(prompt: string): void

  /** Shows a line from the relay. @returns `false` when the output piles up: wait for its `drain` */
  show(text: string): boolean

  /** Shows a line of our own, or what the relay says was wrong. */
  notice(text: string): void

  /** Takes no more lines than are here already until `release`, where that can be helped. */
  hold(): void
  release(): void

  /** Stops reading and gives the terminal back. What was typed stays where it is. `show` works still. */
  finish(): void
}
