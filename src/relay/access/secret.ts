/** What somebody shows to have a name: a password, or a token that somebody else has signed. Owns what either looks like. */

/** Of a password: so every dialect has a place for it, also those that are ASCII and those that keep little before a login. */
export const MIN_PASSWORD_BYTES = 8
export const MAX_PASSWORD_BYTES = 256
/** Of anything that is shown; a longer one is not even looked at. */
export const MAX_SECRET_BYTES = 4096

/** What can be a password, in words that go behind "expected". */
export const EXPECTED_PASSWORD = `${MIN_PASSWORD_BYTES} to ${MAX_PASSWORD_BYTES} printable ASCII characters without a space at either end`

/** Letters, digits, signs, and spaces in between. */
const PASSWORD = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
/** A JSON Web Token in its compact form: what is signed begins with `{"`. */
const TOKEN = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/

export function isFitPassword(text: string): boolean {
  return text.length >= MIN_PASSWORD_BYTES && text.length <= MAX_PASSWORD_BYTES && PASSWORD.test(text)
}

export function looksLikeToken(secret: string): boolean {
  return TOKEN.test(secret)
}
