/** The conformance suite of the chatroom dialect: rules C1–C17, and those of the whole relay that show here. */

import type { Suite } from '../check.js'
import { BARE } from './bare.js'
import { CROWDED } from './crowded.js'
import { EXPIRING } from './expiring.js'
import { handshake } from './handshake.js'
import { JOINING } from './joining.js'
import { messages } from './messages.js'
import { REFERRING } from './referring.js'
import { ROOMING } from './rooming.js'
import { STREAMING } from './streaming.js'
import { serveStrictly } from './strict-server.js'
import { TALKING } from './talking.js'

export const chatroomSuite: Suite = {
  dialect: 'chatroom',
  checks: [...JOINING, ...TALKING, ...REFERRING, ...ROOMING, ...BARE, ...STREAMING, ...EXPIRING, ...CROWDED],
  strictServer: serveStrictly,
  handshake,
  messages,
}
