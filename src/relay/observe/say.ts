/** Says something in the operational log: an event of the table, with its fields, at the level that it has there. */

import { type About, type EventName, OPERATIONAL_EVENTS } from './operational-events.js'
import type { RelayLog } from './relay-log.js'

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
