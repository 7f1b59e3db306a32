/** The conformance suite of the json-irc dialect: rules J1–J10, and those of the whole relay that show here. */

import type { Suite } from '../check.js'
import { handshake } from './handshake.js'
import { messages } from './messages.js'
import { NAMING } from './naming.js'
import { ROOMING } from './rooming.js'
import { STREAMING } from './streaming.js'
import { serveStrictly } from './strict-server.js'
import { TALKING } from './talking.js'

export const jsonIrcSuite: Suite = {
  dialect: 'json-irc',
  checks: [...NAMING, ...ROOMING, ...TALKING, ...STREAMING],
  strictServer: serveStrictly,
  handshake,
  messages,
}
