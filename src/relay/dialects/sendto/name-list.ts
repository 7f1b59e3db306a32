/** S3: the names of everybody, as LIST messages and as lines. */

import { messageOf } from './encoder.js'
import { MAX_TEXT_BYTES, TYPE } from './layout.js'

/**
 * LIST messages that hold `names`, one a line, no name split. A message that ends in a line feed is followed by
 * another; one that does not is the last.
 */
export function namesAsMessages(names: readonly string[]): Buffer {
  const messages: Buffer[] = []
  let text = ''
  for (const [index, name] of names.entries()) {
    const last = index === names.length - 1
    const line = last ? name : `${name}\n`
    if (text.length + line.length > MAX_TEXT_BYTES) {
      messages.push(messageOf(TYPE.LIST, '', text))
      text = ''
    }
    text += line
  }
  messages.push(messageOf(TYPE.LIST, '', text))
  return Buffer.concat(messages)
}

/** Of nobody, an empty line: whoever asked may be waiting for one. */
export function namesAsLines(names: readonly string[]): Buffer {
  return Buffer.from(`${names.join('\n')}\n`)
}
