/** What somebody can do on the page. What becomes of it is told by the store. */

import type { Status } from '../../../client/library/events.js'
import type { Conversation } from './conversations.js'
import type { MessageRow } from './log.js'

export interface Actions {
  /** @param password '' for none */
  join(name: string, password: string): void
  leave(): void
  /** Tries no longer to come back under the name, and asks for another one. */
  rename(): void
  /** Says each line of `text` in the conversation. @returns whether it was taken; otherwise it is to be kept and the hint says why */
  say(conversation: Conversation, text: string): boolean
  /** Says again what failed. */
  sayAgain(conversation: Conversation, row: MessageRow): void
  edit(row: MessageRow, text: string): void
  enter(room: string): void
  /** Asks which rooms there are. */
  listRooms(): void
  setBlocked(name: string, isBlocked: boolean): void
  setStatus(status: Status): void
}
