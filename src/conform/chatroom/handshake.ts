/** What a chatroom server is known by: the status lines that JOIN can be answered with. */

import type { Handshake } from '../check.js'
import { INVALID_NAME, lineOf, OK, SERVER_ERROR, wholeLine } from './wire.js'

const ANSWERS: readonly string[] = [OK, INVALID_NAME, SERVER_ERROR]

export const handshake: Handshake = {
  request: 'JOIN',
  hello: (name) => `JOIN ${name}\n`,
  isKnownBy: (received) => ANSWERS.includes(lineOf(received.subarray(0, wholeLine(received)))),
}
