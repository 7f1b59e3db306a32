/** The options of a chatmaster listener: the query of its URL, `chatmaster://:9001?notifications=nested`. */

import { z } from 'zod'
import { historyOption } from '../past.js'

export const chatmasterOptions = z.strictObject({
  /** The status of a session package as 1 and 0, or as true and false (X2). */
  status: z.enum(['number', 'boolean']).default('number'),
  /** What a notification tells beside its event type, or in an object `parameters` (X13). */
  notifications: z.enum(['flat', 'nested']).default('flat'),
  /** Compressed packages for those who begin with one, for everybody, or for nobody (X12). */
  compression: z.enum(['auto', 'always', 'off']).default('auto'),
  /** Whether newcomers of a channel are shown what was said before. */
  history: historyOption('on'),
})

export type ChatmasterOptions = z.infer<typeof chatmasterOptions>
