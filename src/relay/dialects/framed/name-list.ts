/** F8: the names of everybody as LIST frames. */

import { MAX_PAYLOAD_BYTES } from '../../frame/layout.js'
import { COMMAND } from './commands.js'
import { frameOf } from './encoding.js'

/**
 * Frames that hold `names`, separated by single spaces, no name split. A frame that ends in a space is
 * followed by another; one that does not is the last.
 */
export function encodeNames(names: readonly string[]): Buffer {
  const frames: Buffer[] = []
  let payload = ''
  for (const [index, name] of names.entries()) {
    // Room for the space behind it, which says that more follows.
    if (payload.length + name.length + 1 > MAX_PAYLOAD_BYTES) {
      frames.push(frameOf(COMMAND.LIST, payload))
      payload = ''
    }
    payload += index === names.length - 1 ? name : `${name} `
  }
  frames.push(frameOf(COMMAND.LIST, payload))
  return Buffer.concat(frames)
}
