/** Where the relay says what an operator should know: anything with these two, such as a logger of pino. */

export interface RelayLog {
  /** @param about what it concerns, as plain data; an error in it is called `err` */
  /** What goes as it should: stages of the end, for example. A log without it has none of these. */
  info?(about: object, words: string): void
  warn(about: object, words: string): void
  error(about: object, words: string): void
}
