/** Lists of rooms and of people as the messages of answers: one name a line. */

import { namePieces } from '../name-pieces.js'
import { MAX_OBJECT_BYTES } from './commands.js'
import { quoted } from './object-line.js'

/** What the rest of an answer may take: a command, a name and a room, with all of it escaped. */
const OTHER_FIELDS_BYTES = 512

/** `names` as quoted messages that fit an object; more than one only for thousands of names. */
export function quotedLists(names: readonly string[]): readonly string[] {
  const unquoted = (text: string) => quoted(text).slice(1, -1)
  const pieces = namePieces(names, '\n', MAX_OBJECT_BYTES - OTHER_FIELDS_BYTES, unquoted)
  return pieces.map((piece) => `"${piece}"`)
}
