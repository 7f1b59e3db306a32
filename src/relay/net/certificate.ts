/**
 * The certificate of one listener with TLS: reads its files, finds everything that is wrong with them, and says how TLS is
 * spoken with it. Owns what is modern enough; whose fault a mistake is said to be, and when, is `certificates.ts`'s.
 */

import { constants, createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type TlsOptions as ServerOptions } from 'node:tls'

/** Where it is, and what is asked of clients. */
export interface CertificateFiles {
  /** Paths of PEM files: the chain with the listener's own certificate first, and the key of that. */
  readonly cert: string
  readonly key: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** The authorities of clients, in PEM; `null` where they are not asked for certificates. */
  readonly clientCa: string | null
  readonly clientCert: 'required' | 'optional'
}

/** How TLS is spoken on one listener. */
export interface Certificate {
  /** For new connections, at any time. */
  readonly context: SecureContextOptions
  /** For the server, when it is made. */
  readonly server: Pick<ServerOptions, 'requestCert' | 'rejectUnauthorized'>
  readonly expiresAtMs: number
  /** The same for the same content of all files. */
  readonly fingerprint: string
  /** What should be seen to at that time, in words. */
  readonly warnings: (nowMs: number) => readonly string[]
}

/** A certificate that cannot be used, and everything why. */
export type BadCertificate = readonly string[]

/**
 * With forward secrecy and authenticated encryption alone; those of 1.3, then what is left of 1.2. AES with 128 bits first,
 * which costs least where the processor has it.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  // No RSA key of less than 2,048 bits, on either side, and no signature with SHA-1.
  '@SECLEVEL=2',
].join(':')

const DAY_MS = 24 * 60 * 60 * 1000
/** A certificate that ends sooner should have been renewed. */
const SOON_MS = 14 * DAY_MS

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g
/** As PKCS #8 says it, and as what came before did. */
const ENCRYPTED_KEY = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m

/**
 * @param nowMs against which its validity is judged
 * @param inUse the one that the listener has now: should it have expired meanwhile, that is no mistake of now
 */
export function readCertificate(
  files: CertificateFiles,
  nowMs: number,
  inUse: Certificate | null = null,
): Certificate | BadCertificate {
  const problems: string[] = []
  const contents = [files.cert, files.key, files.clientCa].map((path, index) =>
    path === null ? null : readText(['cert', 'key', 'client-ca'][index] as string, path, problems),
  )
  const [cert = null, key = null, ca = null] = contents
  const chain = cert === null ? [] : certificatesIn('cert', files.cert, cert, problems)
  const authorities = ca === null ? [] : certificatesIn('client-ca', files.clientCa as string, ca, problems)
  const keyObject = key === null ? null : keyIn(files.key, key, problems)
  const [own] = chain
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([files, contents]))
    .digest('hex')
  if (own !== undefined) {
    if (keyObject !== null && !own.checkPrivateKey(keyObject))
      problems.push(strangeKey(files, chain, keyObject))
    if (fingerprint !== inUse?.fingerprint) problems.push(...ageOf(files, own, nowMs).late)
  }
  if (problems.length > 0 || own === undefined) return problems
  const context: SecureContextOptions = {
    cert: cert as string,
    key: key as string,
    ...(ca === null ? {} : { ca }),
    minVersion: files.minVersion,
    ciphers: CIPHERS,
    // A ticket would let a client in again without its certificate being looked at anew.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (ca === null ? 0 : constants.SSL_OP_NO_TICKET),
  }
  try {
    createSecureContext(context)
  } catch (error) {
    return [`cert: ${quote(files.cert)}: ${(error as Error).message}`]
  }
  const server = {
    requestCert: ca !== null,
    rejectUnauthorized: ca !== null && files.clientCert === 'required',
  }
  const warnings = (atMs: number) => {
    const ages = authorities.map((authority, at) => ageOf(files, authority, atMs, at + 1))
    return [ageOf(files, own, atMs), ...ages].flatMap(({ late, soon }) => [...late, ...soon])
  }
  return { context, server, expiresAtMs: endOf(own), fingerprint, warnings }
}

/** Whether it is none. */
export function isBad(certificate: Certificate | BadCertificate): certificate is BadCertificate {
  return Array.isArray(certificate)
}

function readText(option: string, path: string, problems: string[]): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    problems.push(`${option}: ${quote(path)}: ${(error as Error).message}`)
    return null
  }
}

/** Node passes over what it cannot read, and would speak TLS without it. */
function certificatesIn(option: string, path: string, pem: string, problems: string[]): X509Certificate[] {
  const blocks = pem.match(PEM_CERTIFICATE) ?? []
  if (blocks.length === 0) problems.push(`${option}: ${quote(path)}: expected certificates in PEM`)
  const certificates: X509Certificate[] = []
  for (const [at, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block))
    } catch {
      problems.push(`${option}: ${quote(path)}: certificate ${at + 1}: expected a certificate in PEM`)
      // What is behind it is in another place than it seems.
      return []
    }
  }
  return certificates
}

function keyIn(path: string, pem: string, problems: string[]): KeyObject | null {
  try {
    return createPrivateKey(pem)
  } catch {
    const expected = ENCRYPTED_KEY.test(pem)
      ? 'expected a key without a passphrase: nobody is there to type one'
      : 'expected a private key in PEM'
    problems.push(`key: ${quote(path)}: ${expected}`)
    return null
  }
}

function strangeKey(
  { cert, key }: CertificateFiles,
  chain: readonly X509Certificate[],
  own: KeyObject,
): string {
  const place = chain.findIndex((certificate) => certificate.checkPrivateKey(own))
  const words =
    place < 0
      ? `expected the key of the certificate in ${quote(cert)}`
      : `expected its certificate to be the first in ${quote(cert)}, where it is number ${place + 1}`
  return `key: ${quote(key)}: ${words}`
}

/**
 * @param authority which one of the authorities it is, from 1; `null` for the listener's own
 * @returns that it is not valid, and that it is not much longer
 */
function ageOf(
  { cert, clientCa }: CertificateFiles,
  certificate: X509Certificate,
  nowMs: number,
  authority: number | null = null,
): { readonly late: readonly string[]; readonly soon: readonly string[] } {
  const which =
    authority === null
      ? `cert: ${quote(cert)}`
      : `client-ca: ${quote(clientCa as string)}: certificate ${authority}`
  const [beginMs, endMs] = [Date.parse(certificate.validFrom), endOf(certificate)]
  const expected = `${which}: expected a certificate that is valid now`
  if (nowMs >= endMs) return { late: [`${expected}: it expired on ${date(endMs)}`], soon: [] }
  if (nowMs < beginMs) return { late: [`${expected}: it is from ${date(beginMs)} on`], soon: [] }
  return { late: [], soon: nowMs >= endMs - SOON_MS ? [`${which}: it expires on ${date(endMs)}`] : [] }
}

function endOf({ validTo }: X509Certificate): number {
  return Date.parse(validTo)
}

function date(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
}

function quote(path: string): string {
  return JSON.stringify(path)
}
