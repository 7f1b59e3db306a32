/**
 * Where the relay says what an operator should know: anything with these, such as a logger of pino. Owns that whatever is said
 * is an event of the table, at the level that it has there.
 */

import { type About, type EventName, OPERATIONAL_EVENTS } from './operational-events.js'

/** `about` is plain data: `event`, the name of what happened (docs/log-events.md), and what that event says. An error in it is called `err`. */
export interface RelayLog {
  warn(about: object, words: string): void
  error(about: object, words: string): void
  /** Without it, what is only good to know is not said. */
  info?(about: object, words: string): void
  /** Without it, what helps to find something is not said: each connection, each file. */
  debug?(about: object, words: string): void
}

/** A key of `About` that is not in the table would be an error here, also where it comes from a spread. */
type Exactly<Given, Wanted> = Given & { readonly [Key in Exclude<keyof Given, keyof Wanted>]: never }

/** @param words for people; what a program needs is in `about` */
export function say<Name extends EventName, Given extends About<Name>>(
  log: RelayLog,
  event: Name,
  about: Exactly<Given, About<Name>>,
  words: string,
): void {
  log[OPERATIONAL_EVENTS[event].level]?.({ event, ...about }, words)
}
