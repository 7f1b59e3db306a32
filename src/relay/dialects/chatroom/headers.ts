/** C4: to whom a SEND goes. */

const EVERYONE = '@everyone'
const ALL = '@all'

/** Everyone in the room, or these people. */
export type Addressees = 'everyone' | readonly string[]

/**
 * Reads a header such as `@amy @bob`. Words that do not begin with `@` are nobody.
 * @param loose reads it as `push=bare` allows, in which `@all` is `@everyone` too and people may stand without a space
 *   between them; says whether somebody has a name, because an `@` may be part of one. `null` to read it as written
 * @returns `null` when it names nobody at all
 */
export function readHeader(header: string, loose: ((name: string) => boolean) | null): Addressees | null {
  const words = header.split(/\s+/u).filter((word) => word.startsWith('@'))
  if (words.length === 0) return null
  if (loose === null) return words.includes(EVERYONE) ? 'everyone' : words.map(nameOf)
  const each = words.flatMap((word) => (loose(nameOf(word)) ? [word] : separated(word)))
  return each.includes(EVERYONE) || each.includes(ALL) ? 'everyone' : each.map(nameOf)
}

function nameOf(word: string): string {
  return word.slice(1)
}

/** `@a@b` as `@a` and `@b`. */
function separated(word: string): string[] {
  const names = word.split('@').filter((name) => name !== '')
  // A lone @ stays what it is: somebody without a name, who is not there.
  return names.length === 0 ? [word] : names.map((name) => `@${name}`)
}
