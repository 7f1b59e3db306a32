/** What people read for a status. */

import type { Status } from '../../../client/library/events.js'

export const STATUS_WORDS: Record<Status, string> = {
  ONLINE: 'Online',
  DO_NOT_DISTURB: 'Do not disturb',
  OFFLINE: 'Shown as offline',
}
