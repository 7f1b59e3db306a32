/** What becomes of a line that somebody typed on its way into an ASCII payload. */

import anyAscii from 'any-ascii'
import { isAscii } from './encode-frame.js'

/**
 * `text` in ASCII (M2): `café` becomes `cafe`. Blank where nothing of it has a form in ASCII. The client does
 * this, and says so, because a person who typed an accent would rather be read than be refused.
 */
export function toAscii(text: string): string {
  return isAscii(text) ? text : anyAscii(text)
}
