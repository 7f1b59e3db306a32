/** Puts sendto messages together, each in memory of its own. Relay and client both use it. */

import {
  HEADER_BYTES,
  MAX_NAME_BYTES,
  MAX_TEXT_BYTES,
  NAME_LENGTH_OFFSET,
  type Outcome,
  STATUS,
  TEXT_LENGTH_OFFSET,
  TYPE,
  TYPE_OFFSET,
} from './layout.js'

/**
 * One whole message. The buffer is the caller's.
 * @param name what a header can say is 255 bytes; more than `MAX_NAME_BYTES` the relay calls malformed (S6)
 * @throws RangeError when a length does not fit the header
 */
export function messageOf(type: number, name: string, text: string): Buffer {
  const nameBytes = Buffer.byteLength(name)
  const textBytes = Buffer.byteLength(text)
  if (nameBytes > 255 || textBytes > MAX_TEXT_BYTES) {
    throw new RangeError(`a name of ${nameBytes} or a text of ${textBytes} bytes does not fit one message`)
  }
  const message = Buffer.allocUnsafe(HEADER_BYTES + nameBytes + textBytes)
  message[TYPE_OFFSET] = type
  message[NAME_LENGTH_OFFSET] = nameBytes
  message.writeUInt16BE(textBytes, TEXT_LENGTH_OFFSET)
  message.write(name, HEADER_BYTES)
  message.write(text, HEADER_BYTES + nameBytes)
  return message
}

/** A SENDTO for its receiver. More than one message only where a text of another dialect does not fit one. */
export function sendtoOf(sender: string, text: string): Buffer {
  const name = shortName(sender)
  const pieces = fittingPieces(text)
  if (pieces.length === 1) return messageOf(TYPE.SENDTO, name, text)
  return Buffer.concat(pieces.map((piece) => messageOf(TYPE.SENDTO, name, piece)))
}

export function responseOf(outcome: Outcome): Buffer {
  return messageOf(TYPE.RESPONSE, '', String.fromCharCode(STATUS[outcome]))
}

/** S7: names of other dialects may be longer than a message can say. */
export function shortName(name: string): string {
  return name.slice(0, MAX_NAME_BYTES)
}

/** The text in pieces of at most `MAX_TEXT_BYTES`, no character split: what was taken is shown whole (M6). */
function fittingPieces(text: string): string[] {
  // A UTF-16 unit is three bytes of UTF-8 at most, so that most texts need no counting.
  if (text.length * 3 <= MAX_TEXT_BYTES || Buffer.byteLength(text) <= MAX_TEXT_BYTES) return [text]
  const pieces: string[] = []
  let piece = ''
  let bytes = 0
  for (const character of text) {
    const more = Buffer.byteLength(character)
    if (bytes + more > MAX_TEXT_BYTES) {
      pieces.push(piece)
      piece = ''
      bytes = 0
    }
    piece += character
    bytes += more
  }
  pieces.push(piece)
  return pieces
}
