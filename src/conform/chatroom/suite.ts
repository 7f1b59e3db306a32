/** The conformance suite of the chatroom dialect: rules C1–C13, and those of the whole relay that show here. */

import type { Suite } from '../check.js'
import { CROWDED } from './crowded.js'
import { EXPIRING } from './expiring.js'
import { handshake } from './handshake.js'
import { JOINING } from './joining.js'
import { REFERRING } from './referring.js'
import { STREAMING } from './streaming.js'
import { serveStrictly } from './strict-server.js'
import { TALKING } from './talking.js'

export const chatroomSuite: Suite = {
  dialect: 'chatroom',
  checks: [...JOINING, ...TALKING, ...REFERRING, ...STREAMING, ...EXPIRING, ...CROWDED],
  strictServer: serveStrictly,
  handshake,
}
