/** Lists of rooms and of people as the messages of answers: one name a line. */

import { MAX_OBJECT_BYTES } from './commands.js'
import { quoted } from './object-line.js'

/** What the rest of an answer may take: a command, a name and a room, with all of it escaped. */
const OTHER_FIELDS_BYTES = 512

/**
 * `names` as quoted messages that fit an object. More than one only for thousands of names: then all but the last
 * end in a line feed, and no name is split.
 */
export function quotedLists(names: readonly string[]): readonly string[] {
  const lists: string[] = []
  let list = ''
  for (const [index, name] of names.entries()) {
    const line = quoted(index === names.length - 1 ? name : `${name}\n`).slice(1, -1)
    if (list.length + line.length > MAX_OBJECT_BYTES - OTHER_FIELDS_BYTES) {
      lists.push(`"${list}"`)
      list = ''
    }
    list += line
  }
  lists.push(`"${list}"`)
  return lists
}
