/** The options of a json-irc listener: the query of its URL, `json-irc://:1025?list-reply=joinSuccess`. */

import { z } from 'zod'
import { historyOption } from '../past.js'

export const jsonIrcOptions = z.strictObject({
  /** What answers `/listRooms` (J3). */
  'list-reply': z.enum(['listRooms', 'joinSuccess']).default('listRooms'),
  /** What answers `/roomMembers` (J4). */
  'members-reply': z.enum(['listMembers', 'roomMembers']).default('listMembers'),
  /** How many rooms one session may be in (J6). */
  'max-rooms': z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'expected a number from 1 to 99999')
    .transform(Number)
    .default(100),
  /** Whether newcomers of a room are shown what was said before. */
  history: historyOption('on'),
})

export type JsonIrcOptions = z.infer<typeof jsonIrcOptions>
