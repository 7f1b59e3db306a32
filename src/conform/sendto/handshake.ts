/** What a sendto server is known by: a RESPONSE, or a word of line mode where it took the first byte for a letter. */

import type { Handshake } from '../check.js'
import { LOGIN, MALFORMED, message, RESPONSE } from './wire.js'

const WORDS = /^(Success|Failure|Bad username|Bad message|Invalid command)\r?\n/
const STATUS_AT = 4

export const handshake: Handshake = {
  request: 'LOGIN',
  hello: (name) => message(LOGIN, name),
  isKnownBy(received) {
    const status = received[STATUS_AT]
    const header = message(RESPONSE, '', 'x').subarray(0, STATUS_AT)
    if (status !== undefined && status <= MALFORMED && received.subarray(0, STATUS_AT).equals(header))
      return true
    return WORDS.test(received.toString('latin1'))
  },
}
