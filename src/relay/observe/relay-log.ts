/** Where the relay says what an operator should know: anything with these, such as a logger of pino. */

/**
 * `about` is plain data: `event`, the name of what happened (docs/log-events.md), and the fields of that event. An error in it
 * is called `err`.
 */
export interface RelayLog {
  warn(about: object, words: string): void
  error(about: object, words: string): void
  /** Without it, what is only good to know is not said: the stages of the end, for example. */
  info?(about: object, words: string): void
  /** Without it, what helps to find something is not said: each connection, each file. */
  debug?(about: object, words: string): void
}
