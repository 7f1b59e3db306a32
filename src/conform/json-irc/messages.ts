/** Json-irc in messages of WebSocket: text, each with whole objects. */

import type { Messages } from '../check.js'
import { wholeObject } from './wire.js'

export const messages: Messages = {
  isBinary: () => false,
  request: (bytes) => wholeObject(bytes) || blanks(bytes),
  answer: (bytes) => bytes.indexOf('\n') + 1,
}

/** White space alone belongs to nothing that is still to come. */
function blanks(bytes: Buffer): number {
  return /^[ \t\r\n]+$/.test(bytes.toString('latin1')) ? bytes.length : 0
}
