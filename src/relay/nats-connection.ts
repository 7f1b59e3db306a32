/** How NATS is reached with this configuration: where it is, who we are to it, and by which certificates. Owns that the files are read and looked at. */

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { ConnectionOptions } from '@nats-io/transport-node'
import { writtenHostPort } from './config/host-port.js'
import { ConfigError } from './config/load.js'
import type { NatsLogin } from './config/nats-url.js'
import type { Config } from './config/settings.js'
import { quoted } from './streams/printable.js'

export type NatsSettings = Pick<Config, 'nats' | 'natsCredentials' | 'natsCa' | 'natsCert' | 'natsKey'>

type FileKey = Exclude<keyof NatsSettings, 'nats'>

/** A signed token, and the seed of the key that it is for. */
const CREDENTIALS =
  /-----BEGIN NATS USER JWT-----\s+[\w-]+\.[\w-]+\.[\w-]+\s[\s\S]*-----BEGIN USER NKEY SEED-----\s+SU[A-Z2-7]{56}\s/
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Everything but how credentials of a file are shown, which takes the client. */
export interface NatsConnectionFiles {
  readonly options: ConnectionOptions
  readonly credentials: Uint8Array | null
}

/** @throws ConfigError with everything that is wrong; nothing of what is in the files is in it */
export function natsConnection(config: NatsSettings): NatsConnectionFiles {
  const problems: string[] = []
  const read = (key: FileKey): string | undefined => {
    const path = config[key]
    if (path === 'off') return undefined
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      problems.push(`${key}: ${quoted(path)}: ${(error as Error).message}`)
      return undefined
    }
  }
  const [ca, cert, key, credentials] = [
    read('natsCa'),
    read('natsCert'),
    read('natsKey'),
    read('natsCredentials'),
  ]
  // The client would find out only when it is asked who it is, and Node passes over authorities that it cannot read.
  if (credentials !== undefined && !CREDENTIALS.test(credentials))
    problems.push(
      `natsCredentials: ${quoted(config.natsCredentials)}: expected a JWT and a seed, as nsc makes credentials`,
    )
  if (ca !== undefined && !areCertificates(ca))
    problems.push(`natsCa: ${quoted(config.natsCa)}: expected certificates in PEM`)
  if ((config.natsCert === 'off') !== (config.natsKey === 'off'))
    problems.push('natsCert, natsKey: expected both of them, or none')
  const material = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
  if (problems.length === 0) {
    try {
      createSecureContext(material)
    } catch (error) {
      problems.push(`natsCa, natsCert, natsKey: ${(error as Error).message}`)
    }
  }
  const logins = config.nats.flatMap(({ login }) => login ?? [])
  const login = logins[0]
  if (logins.some((other) => !isSame(other, login as NatsLogin)))
    problems.push('nats: expected the same user and password, or token, for all servers')
  if (problems.length > 0) throw new ConfigError(problems)
  const isTls = config.nats.some((url) => url.isTls) || Object.keys(material).length > 0
  const options: ConnectionOptions = {
    servers: config.nats.map(writtenHostPort),
    ...(isTls && { tls: material }),
    ...(login !== undefined &&
      ('token' in login ? { token: login.token } : { user: login.user, pass: login.password })),
  }
  return { options, credentials: credentials === undefined ? null : Buffer.from(credentials) }
}

function areCertificates(text: string): boolean {
  const found = text.match(CERTIFICATE) ?? []
  try {
    for (const one of found) new X509Certificate(one)
  } catch {
    return false
  }
  return found.length > 0
}

function isSame(a: NatsLogin, b: NatsLogin): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
