/** What the strict server holds the fields of a package against, and how it shows them. */

import { shownBytes } from '../shown-bytes.js'

export const NAME = /^[\x21-\x7e]{1,32}$/
export const CHANNEL = /^[\x21-\x7e]{1,64}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be sent
export const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/
const PADDING = /[\r\n\0]+$/
/** What may be sent after login. */
export const COMMANDS: ReadonlySet<string> = new Set([
  'rename',
  'join',
  'leave',
  'private',
  'public',
  'channels',
  'channel_list',
  'members',
  'direct',
])

/** M3: padding at the end is nothing to blame anybody for. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.replace(PADDING, '') : null
}

export function shownOf(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : shownBytes(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
}
