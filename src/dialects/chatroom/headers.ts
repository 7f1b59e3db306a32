/** C4: to whom a SEND goes. */

const EVERYONE = '@everyone'
const ALL = '@all'

/** Everyone in the room, or these people. */
export type Addressees = 'everyone' | readonly string[]

/**
 * Reads a header such as `@amy @bob`. Words that do not begin with `@` are nobody.
 * @param bare whether `@all` is `@everyone` too, and people may stand without a space between them
 * @returns `null` when it names nobody at all
 */
export function readHeader(header: string, bare: boolean): Addressees | null {
  const words = header.split(/\s+/u).filter((word) => word.startsWith('@'))
  if (words.length === 0) return null
  const each = bare ? words.flatMap(separated) : words
  if (each.includes(EVERYONE) || (bare && each.includes(ALL))) return 'everyone'
  return each.map((word) => word.slice(1))
}

/** `@a@b` as `@a` and `@b`. */
function separated(word: string): string[] {
  const names = word.split('@').filter((name) => name !== '')
  // A lone @ stays what it is: somebody without a name, who is not there.
  return names.length === 0 ? [word] : names.map((name) => `@${name}`)
}
