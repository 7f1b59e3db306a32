/**
 * Names and patterns of names that nobody is to have. Owns when two names look the same to somebody who reads them: `Server`,
 * `server`, `Serverl` with an I at its end … Who may not have a name that looks like a forbidden one is told that it is taken.
 */

/** Any number of any characters. */
const ANY = '*'
const MAX_PATTERN_BYTES = 64
const VISIBLE_ASCII = /^[\x21-\x7e]+$/

/** What `isNamePattern` takes, in words. */
export const EXPECTED_PATTERN = `1 to ${MAX_PATTERN_BYTES} printable ASCII characters without a space, ${ANY} for any others, and not ${ANY} alone`

/** One of `*` alone would shut everybody out. */
export function isNamePattern(text: string): boolean {
  return text.length <= MAX_PATTERN_BYTES && VISIBLE_ASCII.test(text) && /[^*]/.test(text)
}

/** Names are ASCII (N2), so these are all that look alike in the fonts of terminals and browsers. */
const LOOK_ALIKES: readonly (readonly [string | RegExp, string])[] = [
  [/[1i|!]/g, 'l'],
  ['0', 'o'],
  [/[5$]/g, 's'],
  ['rn', 'm'],
  ['vv', 'w'],
]

/** The same for all names that look the same. */
export function look(name: string): string {
  let look = name.toLowerCase()
  for (const [one, other] of LOOK_ALIKES) look = look.replaceAll(one, other)
  return look
}

export class NamePatterns {
  readonly #exact = new Set<string>()
  /** The pieces between the `*`. */
  readonly #wild: (readonly string[])[] = []

  /** @param patterns as `isNamePattern` takes them */
  constructor(patterns: Iterable<string>) {
    for (const pattern of patterns) {
      const pieces = look(pattern).split(ANY)
      if (pieces.length === 1) this.#exact.add(pieces[0] as string)
      else this.#wild.push(pieces)
    }
  }

  has(name: string): boolean {
    if (this.#exact.size === 0 && this.#wild.length === 0) return false
    const looksLike = look(name)
    return this.#exact.has(looksLike) || this.#wild.some((pieces) => matches(looksLike, pieces))
  }
}

/** In one pass: each piece where it comes first, which leaves the most to those behind it. */
function matches(text: string, pieces: readonly string[]): boolean {
  const [first, last] = [pieces[0] as string, pieces.at(-1) as string]
  const end = text.length - last.length
  if (!text.startsWith(first) || !text.endsWith(last) || end < first.length) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found < 0 || found + piece.length > end) return false
    at = found + piece.length
  }
  return true
}
