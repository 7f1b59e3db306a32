/** Framed in messages of WebSocket: binary ones, each with whole frames. */

import type { Messages } from '../check.js'
import { INVALID, MESSAGE, wholeFrame } from './wire.js'

export const messages: Messages = {
  isBinary: () => true,
  request: wholeFrame,
  answer: (bytes) => wholeFrame(bytes) || (isBareStatus(bytes) ? 1 : 0),
}

/** join-reply=byte: a status alone, or with the announcement behind it. */
function isBareStatus(bytes: Buffer): boolean {
  const [status = MESSAGE, next = MESSAGE] = bytes
  return status <= INVALID && next === MESSAGE
}
