/** The json-irc dialect: TCP port 1025, JSON objects of four strings both ways. Rules J1–J10. */

import { AnswerCache } from '../answer-cache.js'
import type { Client, Dialect, DialectContext } from '../dialect.js'
import { pastOf } from '../past.js'
import { quotedLists } from './name-lists.js'
import { type JsonIrcOptions, jsonIrcOptions } from './options.js'
import { JsonIrcSpeaker } from './speaker.js'

export const jsonIrc: Dialect<JsonIrcOptions> = {
  name: 'json-irc',
  defaultPort: 1025,
  needsLogin: true,
  options: jsonIrcOptions,
  listen(options: JsonIrcOptions, relay: DialectContext) {
    const listener = {
      hub: relay.hub,
      past: pastOf(relay, options.history),
      options,
      lists: new AnswerCache<readonly string[]>((names) =>
        quotedLists(names).map((list) => Buffer.from(list, 'latin1')),
      ),
    }
    return (client: Client) => new JsonIrcSpeaker(listener, client)
  },
}
