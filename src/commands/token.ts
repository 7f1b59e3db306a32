/** `parlance token`: signs a token for a name, so that nobody needs another program to try a relay that wants some. */

import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { SignJWT } from 'jose'
import { EXIT_CODE } from '../exit-code.js'
import { MIN_SECRET_BYTES, withoutLineEnd } from '../relay/access/token-key.js'
import { isName } from '../relay/hub/text.js'
import { oneLine, quoted } from '../relay/streams/printable.js'
import { FlagError } from './flag-error.js'
import { writeOut } from './write-out.js'

interface Flags {
  readonly key: string
  readonly expires: string
  readonly issuer?: string
  readonly audience?: string
  readonly claim: string
  readonly keyId?: string
}

/** Which signature goes with which kind of key, and on which curve. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  rsa: 'RS256',
  ed25519: 'EdDSA',
  'ec prime256v1': 'ES256',
  'ec secp384r1': 'ES384',
  'ec secp521r1': 'ES512',
}
const AGE = /^([1-9]\d{0,4})([smhd])$/
const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const

export function tokenCommand(): Command {
  return new Command('token')
    .argument('<name>', 'the name that it is for')
    .addOption(
      new Option(
        '--key <FILE>',
        `sign with this: a secret of at least ${MIN_SECRET_BYTES} bytes (the relay has the same as tokenKeyFile), or a private key in PEM (the relay has the public one)`,
      ).makeOptionMandatory(),
    )
    .option('--expires <AGE>', 'how long it is good for: 30m, 12h, 90d', '1d')
    .option('--issuer <TEXT>', 'the issuer (iss), where the relay wants one')
    .option('--audience <TEXT>', 'the audience (aud), where the relay wants one')
    .option('--claim <CLAIM>', 'the claim that has the name (tokenNameClaim)', 'sub')
    .option('--key-id <ID>', 'which key it is (kid), where the relay has a JSON Web Key Set')
    .addHelpText(
      'after',
      `
Examples:
  openssl rand -base64 48 > secret
  parlance serve --access closed --token-key-file secret
  parlance token Amy --key secret --expires 12h > amy.token
  parlance chat 127.0.0.1 Amy --password-file amy.token

Exit codes: 0 done, 64 wrong arguments, 73 the key cannot be read.`,
    )
    .action(run)
}

async function run(name: string, flags: Flags): Promise<void> {
  try {
    writeOut(`${await signed(name, flags)}\n`)
  } catch (error) {
    if (!(error instanceof FlagError)) throw error
    process.stderr.write(`parlance: ${oneLine(error.message)}\n`)
    process.exitCode = error.exitCode
  }
}

async function signed(
  name: string,
  { key: path, expires, issuer, audience, claim, keyId }: Flags,
): Promise<string> {
  if (!isName(name))
    throw new FlagError(
      EXIT_CODE.usage,
      `${quoted(name)}: expected 1 to 32 printable ASCII characters without a space`,
    )
  const [, count, unit] = AGE.exec(expires) ?? []
  if (count === undefined)
    throw new FlagError(
      EXIT_CODE.usage,
      `--expires ${quoted(expires)}: expected an age such as 30m, 12h or 90d`,
    )
  const { key, alg } = keyIn(path)
  const nowSeconds = Math.floor(Date.now() / 1000)
  const token = new SignJWT({ [claim]: name })
    .setProtectedHeader(keyId === undefined ? { alg } : { alg, kid: keyId })
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS])
  if (issuer !== undefined) token.setIssuer(issuer)
  if (audience !== undefined) token.setAudience(audience)
  return token.sign(key)
}

/** @throws FlagError for what cannot be read, or cannot sign. What is in the file is not repeated */
function keyIn(path: string): { key: KeyObject | Uint8Array; alg: string } {
  const flag = `--key ${quoted(path)}`
  let content: Buffer
  try {
    content = readFileSync(path)
  } catch (error) {
    throw new FlagError(EXIT_CODE.cannotCreate, `${flag}: ${(error as Error).message}`)
  }
  if (!content.toString('latin1').trimStart().startsWith('-----BEGIN ')) {
    const secret = withoutLineEnd(content)
    if (secret.length >= MIN_SECRET_BYTES) return { key: secret, alg: 'HS256' }
    throw new FlagError(
      EXIT_CODE.usage,
      `${flag}: expected a secret of at least ${MIN_SECRET_BYTES} bytes, or a private key in PEM`,
    )
  }
  let key: KeyObject
  try {
    key = createPrivateKey(content)
  } catch {
    throw new FlagError(EXIT_CODE.usage, `${flag}: expected a private key in PEM that is not encrypted`)
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  const alg = ALGORITHMS[details?.namedCurve === undefined ? `${type}` : `${type} ${details.namedCurve}`]
  if (alg !== undefined) return { key, alg }
  throw new FlagError(EXIT_CODE.usage, `${flag}: expected a key of RSA, P-256, P-384, P-521 or Ed25519`)
}
