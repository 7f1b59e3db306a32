/** The conformance suite of the sendto dialect: rules S1–S8, and those of the whole relay that show here. */

import type { Suite } from '../check.js'
import { ASKING } from './asking.js'
import { CROWDED } from './crowded.js'
import { handshake } from './handshake.js'
import { LINES } from './lines.js'
import { messages } from './messages.js'
import { SENDING } from './sending.js'
import { serveStrictly } from './strict-server.js'

export const sendtoSuite: Suite = {
  dialect: 'sendto',
  checks: [...ASKING, ...SENDING, ...LINES, ...CROWDED],
  strictServer: serveStrictly,
  handshake,
  messages,
}
