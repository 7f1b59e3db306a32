/** S3: the names of everybody, as LIST messages and as lines. */

import { namePieces } from '../name-pieces.js'
import { messageOf } from './encoder.js'
import { MAX_TEXT_BYTES, TYPE } from './layout.js'

/** LIST messages that hold `names`, one a line. One that ends in a line feed is followed by another. */
export function namesAsMessages(names: readonly string[]): Buffer {
  const pieces = namePieces(names, '\n', MAX_TEXT_BYTES)
  return Buffer.concat(pieces.map((piece) => messageOf(TYPE.LIST, '', piece)))
}

/** Of nobody, an empty line: whoever asked may be waiting for one. */
export function namesAsLines(names: readonly string[]): Buffer {
  return Buffer.from(`${names.join('\n')}\n`)
}
