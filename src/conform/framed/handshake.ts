/** What a framed server is known by: frames of text, or a status byte. */

import type { Handshake } from '../check.js'
import { ACCEPTED, COMMAND_NAMES, frame, INVALID, JOIN, LIST, MESSAGE, parsed, wholeFrame } from './wire.js'

const TEXT = /^[\t\x20-\x7e]+$/

export const handshake: Handshake = {
  request: 'JOIN',
  hello: (name) => frame(JOIN, name),
  isKnownBy(received) {
    // join-reply=byte: no frame of JOIN is so long that this could be its length.
    if (received[0] === ACCEPTED && received[1] === MESSAGE) return true
    const length = wholeFrame(received)
    if (length === 0) return false
    const { command, text } = parsed(received.subarray(0, length))
    if (command === JOIN) return text.length === 1 && text.charCodeAt(0) <= INVALID
    return command < COMMAND_NAMES.length && command !== LIST && TEXT.test(text)
  },
}
