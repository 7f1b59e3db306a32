/** C10: how people say that they are to be found, as the wire writes it. */

import type { Status } from '../../hub/events.js'

export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  online: 'ONLINE',
  offline: 'OFFLINE',
  'do-not-disturb': 'DO_NOT_DISTURB',
}

const STATUSES: ReadonlyMap<string, Status> = new Map(
  Object.entries(STATUS_WORDS).map(([status, word]) => [word, status as Status]),
)

/** What a USERSTATUS asks for. */
export interface StatusRequest {
  /** Whose status; `null` when nobody is named. */
  readonly name: string | null
  readonly status: Status
}

/**
 * Reads `[<name>] [<status>]`. A single word that is a status is one, also for somebody who is called so.
 * @returns `null` when the words cannot be read so
 */
export function readStatusRequest(parameter: string): StatusRequest | null {
  const words = parameter.split(' ').filter((word) => word !== '')
  const [first = '', second] = words
  if (words.length > 2) return null
  if (words.length === 0) return { name: null, status: 'online' }
  const alone = STATUSES.get(first)
  if (second === undefined) {
    return alone === undefined ? { name: first, status: 'online' } : { name: null, status: alone }
  }
  const status = STATUSES.get(second)
  return status === undefined ? null : { name: first, status }
}
