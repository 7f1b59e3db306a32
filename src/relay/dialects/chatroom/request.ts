/** One line of a client as a request: `VERB`, or `VERB parameter`. Knows no verbs. */

import { decodeUtf8 } from '../../streams/utf8.js'

const NUL = 0x00
const CR = 0x0d
const SPACE = 0x20
const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e

export interface Request {
  readonly verb: string
  /** What is behind the first space, without padding at its end (M3); `null` when it is not UTF-8. */
  readonly parameter: string | null
}

/** Reads `bytes[start, end)`, a line without its end. */
export function readRequest(bytes: Uint8Array, start: number, end: number): Request {
  let last = end
  while (last > start && isPadding(bytes[last - 1] as number)) last--
  let verbEnd = start
  while (verbEnd < last && bytes[verbEnd] !== SPACE) verbEnd++
  // What is no ASCII becomes something that is no verb either.
  const verb = Buffer.prototype.latin1Slice.call(bytes, start, verbEnd)
  return { verb, parameter: verbEnd === last ? '' : decodeUtf8(bytes, verbEnd + 1, last) }
}

function isPadding(byte: number): boolean {
  return byte === NUL || byte === CR
}

const MAX_SHOWN = 64

/** What somebody asked to be called, for a log (M3): what is not printable ASCII as `\u{9b}`, and not more than a line of it. */
export function shownName(parameter: string | null): string {
  if (parameter === null) return '(not UTF-8)'
  let shown = ''
  for (const character of parameter.slice(0, MAX_SHOWN)) {
    const code = character.codePointAt(0) as number
    shown += code >= FIRST_PRINTABLE && code <= LAST_PRINTABLE ? character : `\\u{${code.toString(16)}}`
  }
  return shown
}
