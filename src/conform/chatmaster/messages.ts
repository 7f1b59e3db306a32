/** Chatmaster in messages of WebSocket: plain packages in text, compressed ones in binary. */

import type { Messages } from '../check.js'
import { inflated, MAX_PACKAGE_BYTES, objectEnd, wholePackage } from './wire.js'

const FIRST_OF_ZLIB = 0x78
/** So deep is no package, however it goes on. */
const NESTED = /(?:[[{][ \t\r\n]*){100}/
const BLANKS = /^[ \t\r\n]*/

export const messages: Messages = {
  isBinary: (bytes) => bytes[0] === FIRST_OF_ZLIB,
  request: (bytes) => (bytes[0] === FIRST_OF_ZLIB ? stream(bytes) : object(bytes)),
  answer: wholePackage,
}

function stream(bytes: Buffer): number {
  try {
    return inflated(bytes)?.consumed ?? (bytes.length > MAX_PACKAGE_BYTES ? bytes.length : 0)
  } catch {
    return bytes.length
  }
}

function object(bytes: Buffer): number {
  const text = bytes.toString('latin1')
  const blanks = (BLANKS.exec(text) as RegExpExecArray)[0].length
  const end = objectEnd(bytes.subarray(blanks))
  if (end > 0) return blanks + end
  return end < 0 || blanks === bytes.length || bytes.length > MAX_PACKAGE_BYTES || NESTED.test(text)
    ? bytes.length
    : 0
}
