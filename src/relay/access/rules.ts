/**
 * What the settings say about who may have which name, read once, with the files that they name. Owns that everything in them is
 * right before any of it counts; nothing here changes.
 */

import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load.js'
import type { Config } from '../config/settings.js'
import { quoted } from '../streams/printable.js'
import { type Passwords, readPasswordFile } from './password-file.js'
import { decoyHash, type PasswordHash, type ScryptCost, USUAL_COST } from './password-hash.js'
import type { Tokens } from './tokens.js'

export interface AccessRules {
  /** `off`: nobody needs a secret; `reserved`: for the names in the file; `closed`: for every name. */
  readonly mode: Config['access']
  readonly passwords: Passwords
  /** What a password is compared with where the name has none. */
  readonly decoy: PasswordHash
  /** `null` where no tokens count. */
  readonly tokens: Tokens | null
  /** Whether somebody with a verified certificate has the name in it, and no other. */
  readonly bindsCertificates: boolean
}

/** In place of an issuer or an audience. */
const ANY = 'any'
const NO_PASSWORDS: Passwords = new Map()

/** @throws ConfigError with everything that is wrong with the settings and in the files */
export async function readAccessRules(config: Config): Promise<AccessRules> {
  const problems: string[] = []
  const passwords = passwordsOf(config, problems)
  const tokens = await tokensOf(config, problems)
  const bindsCertificates = config.bindCertificate === 'on'
  const { access, accessFile, tokenKeyFile } = config
  if (access === 'closed' && accessFile === 'off' && tokenKeyFile === 'off' && !bindsCertificates) {
    problems.push(
      'access: closed: expected accessFile, tokenKeyFile or bindCertificate: on with it; otherwise nobody could come in',
    )
  } else if (access === 'reserved' && accessFile === 'off') {
    problems.push('access: reserved: expected accessFile with it, which says which names are reserved')
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    mode: access,
    passwords,
    decoy: decoyHash(dearestOf(passwords)),
    tokens,
    bindsCertificates,
  }
}

/** Also where access is off: a file with mistakes is told now, and not on the day when it is needed. */
function passwordsOf({ accessFile }: Config, problems: string[]): Passwords {
  if (accessFile === 'off') return NO_PASSWORDS
  const where = `accessFile: ${quoted(accessFile)}`
  const content = contentOf(accessFile, where, problems)
  if (content === null) return NO_PASSWORDS
  const read = readPasswordFile(content.toString('utf8'))
  problems.push(...read.problems.map((problem) => `${where}: ${problem}`))
  return read.passwords
}

async function tokensOf(config: Config, problems: string[]): Promise<Tokens | null> {
  const { tokenKeyFile, tokenIssuer, tokenAudience, tokenNameClaim, tokenExpiry, tokenLeewayMs } = config
  if (tokenKeyFile === 'off') return null
  const where = `tokenKeyFile: ${quoted(tokenKeyFile)}`
  const content = contentOf(tokenKeyFile, where, problems)
  if (content === null) return null
  // Here, so that a relay without tokens does not have the library in its memory.
  const { EXPECTED_KEY, readTokenKey } = await import('./token-key.js')
  const key = readTokenKey(content)
  if (key === null) {
    problems.push(`${where}: expected ${EXPECTED_KEY}`)
    return null
  }
  const { Tokens } = await import('./tokens.js')
  return new Tokens({
    key,
    issuer: tokenIssuer === ANY ? null : tokenIssuer,
    audience: tokenAudience === ANY ? null : tokenAudience,
    nameClaim: tokenNameClaim,
    mustExpire: tokenExpiry === 'required',
    leewayMs: tokenLeewayMs,
  })
}

function contentOf(path: string, where: string, problems: string[]): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    problems.push(`${where}: ${(error as Error).message}`)
    return null
  }
}

/** So that a name that is not in the file takes no less time than one that is. */
function dearestOf(passwords: Passwords): ScryptCost {
  let dearest: ScryptCost | null = null
  for (const hash of passwords.values()) {
    if (hash !== null && (dearest === null || workOf(hash.cost) > workOf(dearest))) dearest = hash.cost
  }
  return dearest ?? USUAL_COST
}

function workOf({ ln, r, p }: ScryptCost): number {
  return 2 ** ln * r * p
}
