/** The sendto dialect: TCP port 3560, messages from one person to another. Rules S1–S8. */

import { z } from 'zod'
import { AnswerCache } from '../answer-cache.js'
import type { Client, Dialect, DialectContext } from '../dialect.js'
import { DEFAULT_PORT } from './layout.js'
import { namesAsLines, namesAsMessages } from './name-list.js'
import { SendtoSpeaker } from './speaker.js'

const sendtoOptions = z.strictObject({})

export const sendto: Dialect<z.infer<typeof sendtoOptions>> = {
  name: 'sendto',
  defaultPort: DEFAULT_PORT,
  // S3: whoever is here may ask who is here.
  needsLogin: false,
  options: sendtoOptions,
  listen(_options, relay: DialectContext) {
    const listener = {
      relay,
      messageList: new AnswerCache<readonly string[]>((names) => [namesAsMessages(names)]),
      lineList: new AnswerCache<readonly string[]>((names) => [namesAsLines(names)]),
    }
    return (client: Client) => new SendtoSpeaker(listener, client)
  },
}
