/**
 * What keeps the messages of rooms beyond the process: the interface, whatever is behind it. Each store sees to it that
 * what it holds stays within its bounds; which messages newcomers are shown is `room-history.ts`'s.
 */

import type { MessageEvent } from '../hub/events.js'

/** What happened to what is kept. */
export type Change =
  | { readonly kind: 'said'; readonly message: MessageEvent }
  /** The message says `text` from now on. One that is not kept is none. */
  | {
      readonly kind: 'edited'
      readonly room: string
      readonly id: string
      readonly text: string
      /** The message, where it is known. */
      readonly message: MessageEvent | null
    }

/** The bounds of all rooms together. What exceeds one goes, oldest first. */
export interface HistoryLimits {
  /** How many messages a room keeps. */
  readonly messages: number
  readonly ageMs: number
  /** All rooms, as `costOf` counts. */
  readonly bytes: number
}

export interface SearchQuery {
  /** `last` of the page before, in the same order; empty for the first. */
  readonly after: string
  readonly order: 'oldest' | 'newest'
  /** Milliseconds since 1970, both included. */
  readonly sinceMs: number | null
  readonly untilMs: number | null
  /** In one of these; in any, where it is `null`. */
  readonly rooms: readonly string[] | null
  readonly limit: number
}

export interface SearchPage {
  /** In the order that was asked for: that of their ids, which is that of time. */
  readonly messages: readonly MessageEvent[]
  /** How far this page has come: what comes next is behind it. */
  readonly last: string
  /** In the order `newest`, where a search from now on begins: `after` in the order `oldest`. */
  readonly newest: string
  /** Whether there is more. */
  readonly hasMore: boolean
}

export interface HistoryTotals {
  readonly messages: number
  readonly bytes: number
}

export interface HistoryStore {
  /** Whether other nodes write there too: then what is known of a room holds only while this node hears what is said in it. */
  readonly isShared: boolean
  readonly totals: HistoryTotals
  /** Other bounds, for what is kept already too. */
  limits: HistoryLimits
  /**
   * Resolves once they are written: from then on a process that is killed does not lose them. All of them or none.
   * One call at a time.
   */
  append(changes: readonly Change[]): Promise<void>
  /** The last `count` messages of a room, oldest first. */
  last(room: string, count: number): Promise<MessageEvent[]>
  search(query: SearchQuery): Promise<SearchPage>
  /** Lets go of what is too old or too much. Not while `append` runs. */
  trim(): Promise<void>
  /** What was handed over is written before. */
  close(): Promise<void>
}

/** What a store needs for a message beside its text: keys, names and times. */
const MESSAGE_OVERHEAD_BYTES = 200

/** What a message counts for, as long as it is kept. */
export function costOf(text: string): number {
  return MESSAGE_OVERHEAD_BYTES + Buffer.byteLength(text)
}
