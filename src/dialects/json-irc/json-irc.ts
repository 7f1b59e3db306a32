/** The json-irc dialect: TCP port 1025, JSON objects of four strings both ways. Rules J1–J10. */

import type { Client, Dialect, DialectContext } from '../dialect.js'
import { type JsonIrcOptions, jsonIrcOptions } from './options.js'
import { JsonIrcSpeaker } from './speaker.js'

export const jsonIrc: Dialect<JsonIrcOptions> = {
  name: 'json-irc',
  defaultPort: 1025,
  needsLogin: true,
  options: jsonIrcOptions,
  listen(options: JsonIrcOptions, { hub }: DialectContext) {
    const listener = { hub, options }
    return (client: Client) => new JsonIrcSpeaker(listener, client)
  },
}
