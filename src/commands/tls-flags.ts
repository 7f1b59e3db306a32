/** `--tls` and `--ca`, for the commands that connect to a relay. */

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Trust } from '../client/address.js'
import { EXIT_CODE } from '../exit-code.js'
import { FlagError } from './flag-error.js'

export interface TlsFlags {
  readonly tls?: boolean
  readonly ca?: string
}

/** The words about TLS behind the help of a command. */
export const TLS_HELP = `
With --tls the relay has to show a certificate that is valid, trusted and for HOST. --ca FILE trusts the certificates in
FILE (PEM) and no others: those of a private authority, or that of the relay itself.`

/** @returns `command`, which takes both from now on */
export function withTlsFlags(command: Command): Command {
  return command
    .addOption(new Option('--tls', 'speak TLS, and verify the certificate of the relay'))
    .addOption(new Option('--ca <file>', 'with --tls: trust the certificates in this file alone'))
}

/**
 * @returns how the relay is to be judged; `undefined` without TLS
 * @throws FlagError for `--ca` without `--tls`, or with a file that cannot be read or holds no certificate
 */
export function trustOf({ tls = false, ca }: TlsFlags): Trust | undefined {
  if (ca === undefined) return tls ? { ca } : undefined
  if (!tls) throw new FlagError(EXIT_CODE.usage, `--ca ${JSON.stringify(ca)}: expected --tls with it`)
  return { ca: certificatesIn(ca) }
}

function certificatesIn(path: string): string {
  let pem: string
  try {
    pem = readFileSync(path, 'utf8')
  } catch (error) {
    const { message } = error as Error
    throw new FlagError(EXIT_CODE.cannotCreate, `--ca ${JSON.stringify(path)}: cannot be read: ${message}`)
  }
  try {
    // Node passes over what it cannot read, and would then trust nobody without saying why.
    new X509Certificate(pem)
  } catch {
    throw new FlagError(EXIT_CODE.usage, `--ca ${JSON.stringify(path)}: expected certificates in PEM`)
  }
  return pem
}
