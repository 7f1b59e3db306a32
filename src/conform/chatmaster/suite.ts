/** The conformance suite of the chatmaster dialect: rules X1–X14, and those of the whole relay that show here. */

import type { Suite } from '../check.js'
import { handshake } from './handshake.js'
import { JOINING } from './joining.js'
import { messages } from './messages.js'
import { ROOMS } from './rooms.js'
import { STREAMING } from './streaming.js'
import { serveStrictly } from './strict-server.js'
import { TALKING } from './talking.js'

export const chatmasterSuite: Suite = {
  dialect: 'chatmaster',
  checks: [...JOINING, ...TALKING, ...ROOMS, ...STREAMING],
  strictServer: serveStrictly,
  handshake,
  messages,
}
