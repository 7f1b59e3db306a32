/** What NATS may answer that somebody has to do something about; everything else is waited out. */

import { errors } from '@nats-io/transport-node'

/** NATS is there and does not take this node, or does not have what it takes: waiting does not help. */
export class NatsRefused extends Error {
  /** Stable, for who handles it. */
  readonly code: 'authorization' | 'tls' | 'jetstream' | 'node-in-use'

  constructor(code: NatsRefused['code'], words: string, options?: ErrorOptions) {
    super(words, options)
    this.name = 'NatsRefused'
    this.code = code
  }
}

const TLS_CODES = /^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/

/** @returns `null` where it may be another time */
export function refusalOf(error: unknown): NatsRefused | null {
  if (error instanceof NatsRefused) return error
  const options = { cause: error }
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    const words =
      'NATS does not let this node in: its user and password, token or credentials are not the right ones'
    return new NatsRefused('authorization', words, options)
  }
  const { code, message } = error as NodeJS.ErrnoException
  // The client has no code for it.
  const isPlain = /does not support 'tls'/.test(message)
  if (isPlain || (code !== undefined && TLS_CODES.test(code)) || error instanceof errors.InvalidArgumentError)
    return new NatsRefused('tls', `NATS cannot be spoken to by TLS as it is configured: ${message}`, options)
  return null
}
