/** What a person at a terminal is told besides the words of the page. */

import { SENDTO_NAME_RULE } from '../name-rule.js'

/** The commands, in rows that fit forty columns behind a mark. */
export const SHOWN_COMMANDS: readonly string[] = [
  'login NAME        take a name',
  'list              who is here',
  'sendto NAME TEXT  say it to somebody',
  'logout            give the name back',
  'exit              leave',
]

const LOGIN = /^login\b/
const SENDTO = /^sendto(?: +(\S+) *)?$/

/** What is wrong about a line that is answered with `Bad username`, which may be any of its parts. */
export function whatIsBad(line: string): string {
  if (LOGIN.test(line)) return `Like this: login NAME; ${SENDTO_NAME_RULE}`
  const [whole, name] = SENDTO.exec(line) ?? []
  if (whole === undefined) return `Like this: sendto NAME TEXT; ${SENDTO_NAME_RULE}`
  return name === undefined
    ? 'Like this: sendto NAME TEXT'
    : `No text for ${name}. Like this: sendto NAME TEXT`
}
