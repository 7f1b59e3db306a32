/**
 * What one node has others do that is nobody's in particular: what operators do to people of all nodes, and that a room is
 * congested. An order is carried out by whoever can be reached now, and is lost for others.
 */

import type { CloseReason } from '../hub/close-reason.js'

/** As the file of bans has it. */
export interface BanOrder {
  /** An address or a network, or `name:` and a name. */
  readonly subject: string
  /** Milliseconds since 1970; `null` for good. */
  readonly untilMs: number | null
  /** `''` where nobody said. */
  readonly reason: string
}

export type Order =
  /** Ends somebody's connection. */
  | { readonly kind: 'expel'; readonly name: string; readonly reason: CloseReason }
  /** Says something to everybody, as the relay. */
  | { readonly kind: 'say'; readonly text: string }
  /** Keeps somebody out, and sends away whoever is here already. */
  | { readonly kind: 'ban'; readonly ban: BanOrder }
  | { readonly kind: 'unban'; readonly subject: string }
  /** These rooms are congested where the order comes from, and no others: whoever sends to them is to be slowed down. */
  | { readonly kind: 'congested'; readonly rooms: readonly string[] }
  /** These people of the node that it comes from are behind with what is said to them alone, and no others. */
  | { readonly kind: 'slow'; readonly people: readonly string[] }
