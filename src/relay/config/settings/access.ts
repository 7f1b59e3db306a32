/** Who may have which name: passwords, tokens, certificates. */

import { z } from 'zod'
import { oneOf, pathOrOff, type Setting, wholeNumber } from './kinds.js'

/** Text that a token has to have, or `any`. */
function claimValue(help: string): Setting<string> {
  return {
    schema: z.string().min(1).max(1024),
    expected: 'text, or any',
    help,
    fallback: 'any',
    placeholder: 'TEXT|any',
    live: true,
  }
}

export const ACCESS_SETTINGS = {
  access: {
    ...oneOf(
      ['off', 'reserved', 'closed'],
      'off',
      'names are had without a password (off), those in accessFile need theirs (reserved), or nobody has a name without a password, a token or a certificate (closed)',
    ),
    live: true,
  },
  accessFile: {
    schema: pathOrOff('a file'),
    expected: 'a file or off',
    help: 'names and their password hashes, a line for each, as parlance access makes them',
    fallback: 'off',
    placeholder: 'FILE|off',
    live: true,
  },
  tokenKeyFile: {
    schema: pathOrOff('a file'),
    expected: 'a file or off',
    help: 'verify tokens (JWT) with this: a public key in PEM, a JSON Web Key Set, or a secret of at least 32 bytes',
    fallback: 'off',
    placeholder: 'FILE|off',
    live: true,
  },
  tokenIssuer: claimValue('the issuer (iss) that a token must have'),
  tokenAudience: claimValue('the audience (aud) that a token must have'),
  tokenNameClaim: {
    schema: z.string().min(1).max(256),
    expected: 'the name of a claim',
    help: 'the claim of a token that says which name it is for',
    fallback: 'sub',
    placeholder: 'CLAIM',
    live: true,
  },
  tokenExpiry: {
    ...oneOf(['required', 'optional'], 'required', 'whether a token must have an end (exp)'),
    live: true,
  },
  tokenLeewayMs: {
    ...wholeNumber(
      0,
      3_600_000,
      10_000,
      'milliseconds',
      'how far apart the clocks of who signs tokens and of the relay may be',
    ),
    live: true,
  },
  bindCertificate: {
    ...oneOf(
      ['off', 'on'],
      'off',
      'whether a client with a verified certificate has the name in it (its CN), and no other, without a password',
    ),
    live: true,
  },
  wrongPasswordsPerMinute: {
    ...wholeNumber(
      1,
      1_000_000,
      30,
      'passwords and tokens',
      'from an address that has shown more wrong ones, none are looked at',
    ),
    live: true,
  },
} as const satisfies Record<string, Setting>
