/** F8: the names of everybody as LIST frames. */

import { MAX_PAYLOAD_BYTES } from '../../frame/layout.js'
import { namePieces } from '../name-pieces.js'
import { COMMAND } from './commands.js'
import { frameOf } from './encoding.js'

/** Frames that hold `names`. One that ends in a space is followed by another; one that does not is the last. */
export function encodeNames(names: readonly string[]): Buffer {
  const pieces = namePieces(names, ' ', MAX_PAYLOAD_BYTES)
  return Buffer.concat(pieces.map((piece) => frameOf(COMMAND.LIST, piece)))
}
