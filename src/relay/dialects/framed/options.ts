/** The options of a framed listener: the query of its URL, `framed://:9000?style=colon`. */

import { z } from 'zod'
import { isRoomName } from '../../hub/text.js'
import { historyOption } from '../past.js'

export const framedOptions = z.strictObject({
  /** `[Bob] Hi` or `Bob: Hi` (F4). */
  style: z.enum(['brackets', 'colon']).default('brackets'),
  /** The JOIN answer as a frame or as one bare status byte (F3). */
  'join-reply': z.enum(['frame', 'byte']).default('frame'),
  /** When the commands are named (F1). */
  greeting: z.enum(['connect', 'join', 'off']).default('connect'),
  /** Whether LIST and LEAVE may come as a lone command byte. */
  bare: z.enum(['off', 'on']).default('off'),
  /** Whether newcomers are shown what was said before. A frame says nothing of when that was. */
  history: historyOption('off'),
  /** The room that people who come in here are in; the relay's default room when none is named (R1). */
  room: z
    .string()
    .refine(isRoomName, 'expected 1 to 64 printable ASCII characters without a space')
    .optional(),
})

export type FramedOptions = z.infer<typeof framedOptions>
