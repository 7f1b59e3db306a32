/** Chatroom in messages of WebSocket: text, each with whole lines. */

import type { Messages } from '../check.js'
import { maxLineBytes, wholeLine } from './wire.js'

export const messages: Messages = {
  isBinary: () => false,
  request: (bytes) => wholeLine(bytes) || (bytes.length > maxLineBytes(bytes) ? bytes.length : 0),
  answer: wholeLine,
}
