/** `--tls`, `--ca`, `--cert` and `--key`, for the commands that connect to a relay. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Trust } from '../client/address.js'
import { EXIT_CODE } from '../exit-code.js'
import { FlagError } from './flag-error.js'

export interface TlsFlags {
  readonly tls?: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** The words about TLS behind the help of a command. */
export const TLS_HELP = `
With --tls the relay has to show a certificate that is valid, trusted and for HOST. --ca FILE trusts the certificates in
FILE (PEM) and no others: those of a private authority, or that of the relay itself. Where the relay wants to see a
certificate, --cert FILE --key FILE shows one, with its key (PEM, without a passphrase).`

/** @returns `command`, which takes all of them from now on */
export function withTlsFlags(command: Command): Command {
  return command
    .addOption(new Option('--tls', 'speak TLS, and verify the certificate of the relay'))
    .addOption(new Option('--ca <file>', 'with --tls: trust the certificates in this file alone'))
    .addOption(new Option('--cert <file>', 'with --tls: show this certificate'))
    .addOption(new Option('--key <file>', 'with --cert: its key'))
}

/**
 * @returns how the relay is to be judged; `undefined` without TLS
 * @throws FlagError for any of the others without `--tls`, one of `--cert` and `--key` without the other, or a file that
 *   cannot be read or holds something else
 */
export function trustOf({ tls = false, ca, cert, key }: TlsFlags): Trust | undefined {
  for (const [flag, path] of Object.entries({ ca, cert, key })) {
    if (path !== undefined && !tls) throw wrong(`--${flag}`, path, 'expected --tls with it')
  }
  if (!tls) return undefined
  if (cert !== undefined && key === undefined) throw wrong('--cert', cert, 'expected --key with it')
  if (key !== undefined && cert === undefined) throw wrong('--key', key, 'expected --cert with it')
  return {
    ca: ca === undefined ? undefined : certificatesIn('--ca', ca),
    identity: cert === undefined ? undefined : identityOf(cert, key as string),
  }
}

function identityOf(certPath: string, keyPath: string): Trust['identity'] {
  const cert = certificatesIn('--cert', certPath)
  const key = contentOf('--key', keyPath)
  let isItsKey: boolean
  try {
    isItsKey = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    throw wrong('--key', keyPath, 'expected a private key in PEM, without a passphrase')
  }
  if (!isItsKey) throw wrong('--key', keyPath, `expected the key of the certificate in ${certPath}`)
  return { cert, key }
}

function certificatesIn(flag: string, path: string): string {
  const pem = contentOf(flag, path)
  try {
    // Node passes over what it cannot read, and would then trust nobody without saying why.
    new X509Certificate(pem)
  } catch {
    throw wrong(flag, path, 'expected certificates in PEM')
  }
  return pem
}

function contentOf(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw wrong(flag, path, `cannot be read: ${(error as Error).message}`, EXIT_CODE.cannotCreate)
  }
}

function wrong(flag: string, path: string, words: string, exitCode: number = EXIT_CODE.usage): FlagError {
  return new FlagError(exitCode, `${flag} ${JSON.stringify(path)}: ${words}`)
}
