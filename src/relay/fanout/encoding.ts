/**
 * What fan-out asks of a dialect: its events as bytes. Members of a room with the same `Encoding` object
 * share a lane, so a listener's options that change bytes make another encoding.
 */

import type { PrivateEvent, RoomEvent } from '../hub/events.js'
import type { Batch } from './batch.js'

export interface Encoding {
  /** Appends `event` to `batch` in this dialect's form, or nothing where it has none. */
  encode(event: RoomEvent, batch: Batch): void
  /** The bytes of `event` for one recipient, or `null` where this dialect has no form for it. */
  encodePrivate(event: PrivateEvent): Buffer | null
  /** The bytes that say that so many room events were dropped because the reader was slow (F16). */
  encodeMissed(events: number): Buffer
  /** Whether the person whom `event` is about is told of it too (M4 and the dialect's page). */
  tellsActor(event: RoomEvent): boolean
}
