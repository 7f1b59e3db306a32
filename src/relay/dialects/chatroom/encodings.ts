/** One encoding for each form and time zone, so that listeners share lanes. */

import { BareEncoding } from './bare-encoding.js'
import { ChatroomEncoding } from './encoding.js'
import type { ChatroomOptions } from './options.js'

const encodings = new Map<string, ChatroomEncoding>()

/** The one encoding of that form and time zone. */
export function chatroomEncoding(push: ChatroomOptions['push'], timeZone: string): ChatroomEncoding {
  const key = `${push} ${timeZone}`
  let encoding = encodings.get(key)
  if (encoding === undefined) {
    encoding = push === 'bare' ? new BareEncoding(timeZone) : new ChatroomEncoding(timeZone)
    encodings.set(key, encoding)
  }
  return encoding
}
