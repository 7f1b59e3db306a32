/** What newcomers are shown of a room, for dialects whose listeners have `history=on`. */

import { z } from 'zod'
import type { Recipient } from '../fanout/recipient.js'
import type { Hub } from '../hub/hub.js'
import type { Session } from '../hub/session.js'
import type { Client, DialectContext, RoomPast } from './dialect.js'

/** The option of a listener. */
export type HistoryOption = 'on' | 'off'

/** @param fallback whether the dialect shows it when nobody says */
export function historyOption(fallback: HistoryOption) {
  return z.enum(['on', 'off']).default(fallback)
}

/** What is shown there, or `null`. */
export function pastOf({ past }: DialectContext, option: HistoryOption): RoomPast | null {
  return option === 'on' ? past : null
}

/** To be done before a room is entered that shows its past; `then` as in `Client.recall`. */
export function recalled(past: RoomPast | null, client: Client, room: string, then: () => void): void {
  if (past === null) then()
  else client.recall(room, then)
}

/**
 * As `recalled`, for whoever has been authorized to have `name` and is about to claim it. Meanwhile it is held for them (N3): nobody else gets
 * it, and a node of a cluster does not give it back. What they hold ends with the claim, or is theirs to release.
 */
export function recalledFor(
  { name, recipient }: { readonly name: string; readonly recipient: Recipient },
  hub: Pick<Hub<Recipient>, 'hold'>,
  past: RoomPast | null,
  client: Pick<Client, 'recall'>,
  room: string,
  then: () => void,
): void {
  if (past === null) {
    then()
    return
  }
  // Where that is refused, so is the claim, which says why.
  hub.hold(name, recipient)
  client.recall(room, then)
}

/** To be done in the same turn, behind the answer to whoever has entered: what is said from now on comes after it (M5). */
export function showPast(
  past: RoomPast | null,
  recipient: Recipient,
  session: Session<Recipient>,
  room: string,
): void {
  const slice = past?.shown(session, room, recipient.encoding) ?? null
  if (slice !== null) recipient.send(slice)
}
