/** What the program is to the relay's operators that the relay is in: `parlance serve`, or another one. */

export interface Program {
  /** Ends the relay in good order, and with it what the program does at its end. Returns at once; asking again changes nothing. */
  drain(): void
  /** Where the operational log is the relay's. */
  readonly logLevel?: LogLevel
}

export interface LogLevel {
  /** From the quietest to the most talkative. */
  readonly levels: readonly string[]
  get(): string
  /** @param level one of `levels` */
  set(level: string): void
}
