/** The conformance suite of the framed dialect: rules F1–F17, and those of the whole relay that show here. */

import type { Suite } from '../check.js'
import { CROWDED } from './crowded.js'
import { ENDING } from './ending.js'
import { handshake } from './handshake.js'
import { JOINING } from './joining.js'
import { messages } from './messages.js'
import { STREAMING } from './streaming.js'
import { serveStrictly } from './strict-server.js'
import { TALKING } from './talking.js'

export const framedSuite: Suite = {
  dialect: 'framed',
  checks: [...JOINING, ...TALKING, ...ENDING, ...STREAMING, ...CROWDED],
  strictServer: serveStrictly,
  handshake,
  messages,
}
