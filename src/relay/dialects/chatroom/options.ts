/** The options of a chatroom listener: the query of its URL, `chatroom://:8000?push=bare`. */

import { z } from 'zod'
import { historyOption } from '../past.js'

export const chatroomOptions = z.strictObject({
  /**
   * How messages go out: behind the verb `SEND`, or as the JSON line alone with four keys, for clients that take
   * every line from the relay for one (C14–C16). With `bare`, requests may also say `@all`, and `@a@b` without a space.
   */
  push: z.enum(['verb', 'bare']).default('verb'),
  /** Whether newcomers of a room are shown what was said before. */
  history: historyOption('on'),
})

export type ChatroomOptions = z.infer<typeof chatroomOptions>
