/**
 * The file of names that have a password: a line for each, the name, a space and the hash. Owns its form; what is wrong with it
 * is said by line, and never with what stands in place of a hash, which may be a password.
 *
 *     # who may be who
 *     Amy $scrypt$ln=15,r=8,p=1$…$…
 *     Server *                         nobody by a password; by a token
 */

import { isName } from '../hub/text.js'
import { quoted } from '../streams/printable.js'
import { EXPECTED_HASH, type PasswordHash, readPasswordHash } from './password-hash.js'

/** Name to hash; `null` for a name that nobody has by a password. */
export type Passwords = ReadonlyMap<string, PasswordHash | null>

/** In place of a hash. */
export const NO_PASSWORD = '*'
/** So begins a remark: a name that begins so cannot be in the file. */
export const REMARK = '#'

export interface PasswordFile {
  readonly passwords: Passwords
  /** Everything that is wrong, each with its line. */
  readonly problems: readonly string[]
}

export function readPasswordFile(text: string): PasswordFile {
  const passwords = new Map<string, PasswordHash | null>()
  const problems: string[] = []
  const lines = new Map<string, number>()
  for (const [index, written] of text.split('\n').entries()) {
    const line = written.trim()
    if (line === '' || line.startsWith(REMARK)) continue
    const at = `line ${index + 1}`
    const [name = '', hash = '', ...more] = line.split(/[ \t]+/)
    const before = lines.get(name)
    const read = hash === NO_PASSWORD ? null : readPasswordHash(hash)
    if (!isName(name)) {
      problems.push(`${at}: expected a name of 1 to 32 printable ASCII characters, a space and a hash`)
    } else if (before !== undefined) {
      problems.push(`${at}: ${quoted(name)}: expected each name once; it is on line ${before} too`)
    } else if (more.length > 0 || (read === null && hash !== NO_PASSWORD)) {
      problems.push(`${at}: ${quoted(name)}: expected behind the name ${EXPECTED_HASH}, or ${NO_PASSWORD}`)
    }
    lines.set(name, before ?? index + 1)
    passwords.set(name, read)
  }
  return { passwords, problems }
}

/** The line of a name. */
export function passwordLine(name: string, hash: string): string {
  return `${name} ${hash}`
}

/** The name on a line, or `null` where there is none. */
export function nameOnLine(line: string): string | null {
  const trimmed = line.trim()
  return trimmed === '' || trimmed.startsWith(REMARK) ? null : (trimmed.split(/[ \t]+/)[0] as string)
}
