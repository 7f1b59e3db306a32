/** The framed dialect: TCP port 9000, a stream of frames both ways. Rules F1–F17. */

import { AnswerCache } from '../answer-cache.js'
import type { Client, Dialect, DialectContext } from '../dialect.js'
import { pastOf } from '../past.js'
import { FRAMED_ENCODINGS } from './encoding.js'
import { encodeNames } from './name-list.js'
import { type FramedOptions, framedOptions } from './options.js'
import { FramedSpeaker } from './speaker.js'

export const framed: Dialect<FramedOptions> = {
  name: 'framed',
  defaultPort: 9000,
  needsLogin: true,
  options: framedOptions,
  listen(options: FramedOptions, relay: DialectContext) {
    const listener = {
      relay,
      options,
      past: pastOf(relay, options.history),
      encoding: FRAMED_ENCODINGS[options.style],
      nameList: new AnswerCache<readonly string[]>((names) => [encodeNames(names)]),
    }
    return (client: Client) => new FramedSpeaker(listener, client)
  },
}
