/** M2: Unicode as a dialect of ASCII shows it. */

import anyAscii from 'any-ascii'

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/

/** `é` becomes `e`; what the library has no letters for becomes nothing. */
export function toAscii(text: string): string {
  return ASCII.test(text) ? text : anyAscii(text)
}
