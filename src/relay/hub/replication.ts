/**
 * What one node of a cluster tells the others about its own people. The hub calls one of these after each change that
 * somebody of this node made, and is told of other people's by the same words (`elsewhere.ts`): so every node's hub knows
 * who is where, and only the one that somebody is connected to records what they do.
 *
 * Calls are in the order of what happened (M5), and synchronous; nothing here may throw or change the hub.
 */

import type { DirectEvent, EditedEvent, MessageEvent, ReceiptEvent, Recipient } from './events.js'
import type { RecentMessage } from './recent-messages.js'
import type { Room, Session } from './session.js'

export interface Replication<R extends Recipient> {
  /** Has a name from now on, and is in no room. */
  came(session: Session<R>): void
  /** Is called `session.name` from now on. `formerName` is free once the others know. */
  renamed(session: Session<R>, formerName: string): void
  /** Is in the room from now on; `room` says who made it and when, and whether it is private. */
  joined(session: Session<R>, room: Room<R>): void
  /** @param reason a close reason's label */
  left(session: Session<R>, room: Room<R>, reason: string): void
  /**
   * Has left its rooms: `left` was said of each, unless the whole node ends. The name is free once the others know.
   * @param reason a close reason's label
   */
  gone(session: Session<R>, reason: string): void
  /** C10: `session.status` is another one. */
  statusSet(session: Session<R>): void
  /** R4: `room.isPrivate` is another one, and the session has made it so. */
  visibilitySet(session: Session<R>, room: Room<R>): void
  /**
   * To everybody in the room, but for those who have blocked them: each node knows its own.
   * @param session may be the relay's voice, which nobody is: it has never come
   */
  said(session: Session<R>, room: Room<R>, event: MessageEvent): void
  /**
   * Once for each message. At least one of those whom it went to is of another node; all of them hear of each other's
   * receipts, so each of their nodes has to know all of them. `event.to` is one of them.
   * @param session as in `said`
   */
  toldDirectly(session: Session<R>, people: ReadonlySet<Session<R>>, event: DirectEvent): void
  /** An edit or a receipt by `actor`, for whoever was sent the message. */
  followed(actor: Session<R>, message: RecentMessage<R>, event: EditedEvent | ReceiptEvent): void
  /** C11: `name` as it was written; also when a block of it is about who has it now. */
  blocked(session: Session<R>, name: string): void
  unblocked(session: Session<R>, name: string): void
  /** A name that was held for somebody is free: they did not come, or under another one. */
  released(name: string): void
}
