/** Makes the frames that a client sends: a command and a text in bytes of their own. Runs in a browser as it is. */

import { writeTextFrame } from '../relay/frame/encoder.js'
import { HEADER_BYTES, MAX_PAYLOAD_BYTES } from '../relay/frame/layout.js'
import { FramedClientError } from './framed-client-error.js'

const ASCII = /^[\0-\x7f]*$/

/** Whether a payload carries `text` as it is. */
export function isAscii(text: string): boolean {
  return ASCII.test(text)
}

/** One whole frame. The bytes are the caller's. @throws FramedClientError `not-ascii`, `too-long` */
export function encodeFrame(command: number, text: string): Uint8Array<ArrayBuffer> {
  if (!isAscii(text)) throw new FramedClientError('not-ascii', 'the text is not ASCII')
  if (text.length > MAX_PAYLOAD_BYTES) {
    const message = `${text.length} bytes do not fit one frame of ${MAX_PAYLOAD_BYTES}`
    throw new FramedClientError('too-long', message)
  }
  const frame = new Uint8Array(HEADER_BYTES + text.length)
  writeTextFrame(frame, 0, command, text)
  return frame
}
