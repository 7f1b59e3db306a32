/**
 * The key that tokens are verified with, as a file has it: a secret shared with whoever signs them, a public key or certificate
 * in PEM, or a JSON Web Key (Set). Owns which algorithms go with which, so that nobody can have a public key taken for a secret.
 */

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

export interface TokenKey {
  readonly key: Uint8Array | KeyObject | JWTVerifyGetKey
  readonly algorithms: readonly string[]
}

/** Of a secret: as long as what HS256 makes of it, below which it can be guessed. */
export const MIN_SECRET_BYTES = 32

const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512']
const PUBLIC_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** What the file has to hold, in words that go behind "expected". */
export const EXPECTED_KEY = `a public key or certificate in PEM, a JSON Web Key Set of public keys, or a secret of at least ${MIN_SECRET_BYTES} bytes`

/** @returns `null` for what is none of these */
export function readTokenKey(content: Buffer): TokenKey | null {
  const text = content.toString('latin1').trim()
  try {
    if (text.startsWith('-----BEGIN ')) return { key: publicKeyIn(text), algorithms: PUBLIC_ALGORITHMS }
    if (text.startsWith('{')) return { key: keySetIn(content), algorithms: PUBLIC_ALGORITHMS }
  } catch {
    return null
  }
  const secret = withoutLineEnd(content)
  return secret.length < MIN_SECRET_BYTES ? null : { key: secret, algorithms: SECRET_ALGORITHMS }
}

/** Also of a file that an editor or `echo` has put a line end behind. */
export function withoutLineEnd(content: Buffer): Uint8Array {
  let end = content.length
  while (end > 0 && (content[end - 1] === LF || content[end - 1] === CR)) end--
  return new Uint8Array(content.subarray(0, end))
}

const LF = 0x0a
const CR = 0x0d

/** @throws where it is none, or a private one: that is not for a relay to have */
function publicKeyIn(pem: string): KeyObject {
  if (/^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(pem)) throw new TypeError('a private key')
  if (pem.startsWith('-----BEGIN CERTIFICATE-----')) return new X509Certificate(pem).publicKey
  return createPublicKey(pem)
}

/** @throws where it is none, or has keys that are not public */
function keySetIn(content: Buffer): JWTVerifyGetKey {
  const parsed: unknown = JSON.parse(content.toString('utf8'))
  const set = (
    typeof parsed === 'object' && parsed !== null && 'kty' in parsed ? { keys: [parsed] } : parsed
  ) as JSONWebKeySet
  const getKey = createLocalJWKSet(set)
  if (set.keys.length === 0 || set.keys.some((key) => key.kty === 'oct' || key.d !== undefined))
    throw new TypeError('keys that are not public')
  // That each of them is one is found out now, and not when somebody comes with a token.
  for (const key of set.keys) createPublicKey({ key, format: 'jwk' })
  return getKey
}
