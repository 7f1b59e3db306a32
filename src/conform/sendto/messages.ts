/** Sendto in messages of WebSocket: messages of the dialect in binary ones, lines in text. */

import type { Messages } from '../check.js'
import { LIST, RESPONSE, SENDTO, wholeMessage } from './wire.js'

const LF = 0x0a

export const messages: Messages = {
  // A list of nobody is an empty line.
  isBinary: (bytes) => !isPrintable(bytes) && bytes[0] !== LF,
  request: (bytes) => (isPrintable(bytes) ? wholeLine(bytes) : wholeMessage(bytes)),
  answer: (bytes) => (isMessage(bytes) ? wholeMessage(bytes) : wholeLine(bytes)),
}

/** S8: what a connection in line mode begins with; no message does. */
function isPrintable(bytes: Buffer): boolean {
  const first = bytes[0] ?? 0
  return first >= 0x20 && first <= 0x7e
}

function isMessage(bytes: Buffer): boolean {
  return [LIST, SENDTO, RESPONSE].includes(bytes[0] as number)
}

function wholeLine(bytes: Buffer): number {
  return bytes.indexOf(LF) + 1
}
