/** What need not be asked: what no relay takes, or what would end the connection or turn into another request. */

import { RefusedError, UnsupportedError } from './errors.js'

const VISIBLE_ASCII = /^[\x21-\x7e]{1,64}$/
const PASSWORD = /^[\x20-\x7e]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]|\p{Surrogate}/u

/** N2, R3: names of people and rooms. @param what it is, for the error */
export function requireName(what: 'name' | 'room', text: string): void {
  if (typeof text === 'string' && VISIBLE_ASCII.test(text)) return
  const shown = JSON.stringify(text)
  throw new RefusedError(
    `${shown} is no ${what}: it has to be printable ASCII without a space, 64 characters at most`,
  )
}

/** What every dialect has a place for. It is not repeated in the error. */
export function requirePassword(password: string | null): void {
  if (password === null || (typeof password === 'string' && PASSWORD.test(password))) return
  throw new RefusedError('a password or token has to be printable ASCII')
}

/** Whether that is what a relay says of a password or a token, in the dialects that have words. */
export function isDenial(words: string): boolean {
  return /\b(?:passwords?|token)\b/.test(words)
}

/** M3: no control characters but tab; and something has to be there to be said. */
export function requireText(text: string): void {
  if (typeof text !== 'string' || text === '') throw new RefusedError('there is no text to say')
  if (CONTROL.test(text)) throw new RefusedError('a text has no line ends and no control characters but tab')
}

/** Where a dialect is ASCII. Nothing is respelled here: that is for whoever writes it to decide. */
export function requireAscii(text: string): void {
  requireText(text)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what was refused before is not in the text
  if (!/^[\x00-\x7f]*$/.test(text)) throw new RefusedError('this dialect takes nothing but ASCII')
}

/** @param bytes of what would be sent @param most that a relay takes */
export function requireLength(bytes: number, most: number): void {
  if (bytes > most) throw new RefusedError(`too long: ${bytes} bytes, and the relay takes ${most}`)
}

/** What a dialect does not have. */
export function unsupported(dialect: string, what: string): Promise<never> {
  return Promise.reject(new UnsupportedError(`${dialect} has no ${what}`))
}

const ENCODER = new TextEncoder()

/** How long a text is as UTF-8. */
export function utf8Bytes(text: string): number {
  return ENCODER.encode(text).length
}
