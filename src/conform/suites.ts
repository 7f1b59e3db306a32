/** The suites of the kit, by dialect. A new one is one more line. */

import { chatmasterSuite } from './chatmaster/suite.js'
import { chatroomSuite } from './chatroom/suite.js'
import type { Suite } from './check.js'
import { framedSuite } from './framed/suite.js'
import { jsonIrcSuite } from './json-irc/suite.js'
import { sendtoSuite } from './sendto/suite.js'

export const SUITES: ReadonlyMap<string, Suite> = new Map(
  [framedSuite, chatmasterSuite, chatroomSuite, jsonIrcSuite, sendtoSuite].map((suite): [string, Suite] => [
    suite.dialect,
    suite,
  ]),
)
