/** The chatmaster dialect: TCP port 9001, JSON packages both ways, plain or compressed. Rules X1–X15. */

import type { Client, Dialect, DialectContext } from '../dialect.js'
import { pastOf } from '../past.js'
import { CHATMASTER_ENCODINGS } from './encoding.js'
import { listAnswers } from './list-answers.js'
import { type ChatmasterOptions, chatmasterOptions } from './options.js'
import { ChatmasterSpeaker } from './speaker.js'

export const chatmaster: Dialect<ChatmasterOptions> = {
  name: 'chatmaster',
  defaultPort: 9001,
  needsLogin: true,
  options: chatmasterOptions,
  listen(options: ChatmasterOptions, relay: DialectContext) {
    const encodings = CHATMASTER_ENCODINGS[options.notifications]
    const accepted = options.status === 'boolean' ? true : 1
    const lists = {
      plain: listAnswers(encodings.plain, accepted),
      zlib: listAnswers(encodings.zlib, accepted),
    }
    const listener = { relay, options, past: pastOf(relay, options.history), encodings, lists }
    return (client: Client) => new ChatmasterSpeaker(listener, client)
  },
}
