/**
 * Passwords and tokens that come with a name, as far as dialects share it: where a request for a name has one field alone, and what
 * is said to who may not have one. Nothing in here is ever repeated to anybody.
 */

import type { AccessRefusal } from './dialect.js'

/** A name, and what was shown for it: `null` for nothing. */
export interface Asked {
  readonly name: string
  readonly secret: string | null
}

/** Reads `NAME SECRET`. No name has a space in it, so the first one parts them; a secret may have more. */
export function nameAndSecret(text: string): Asked {
  const space = text.indexOf(' ')
  if (space === -1) return { name: text, secret: null }
  const secret = text.slice(space + 1)
  return { name: text.slice(0, space), secret: secret === '' ? null : secret }
}

/** In a sentence of its own, without its capital and its full stop. */
export const ACCESS_WORDS: Readonly<Record<AccessRefusal, string>> = {
  'no-secret': 'that name needs a password or a token',
  'wrong-secret': 'that is not the password of that name',
  expired: 'the token has expired, or is for later',
  'other-name': 'the token or certificate is for another name',
  'too-many': 'too many wrong passwords came from your address: wait a minute',
  busy: 'too many are asking at once: try again',
}

/** The same with both. */
export function accessSentence(refusal: AccessRefusal): string {
  const words = ACCESS_WORDS[refusal]
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`
}
