/** What a json-irc server is known by: objects with a command and a nickname. */

import type { Handshake } from '../check.js'
import { fieldsOf, object, wholeObject } from './wire.js'

export const handshake: Handshake = {
  request: '/nick',
  hello: (name) => object('/nick', { nickname: name }),
  isKnownBy(received) {
    const fields = fieldsOf(received.subarray(0, wholeObject(received)))
    if (fields === null) return false
    const keys = [...fields.keys()].map((key) => key.toLowerCase())
    return keys.includes('command') && keys.includes('nickname')
  },
}
