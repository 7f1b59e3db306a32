/** Says in words why a connection failed, for people who do not know the names of system errors. */

const UNKNOWN_AUTHORITY = 'its certificate is of an authority that is not trusted; --ca FILE trusts one'

const WORDS = new Map([
  ['ECONNREFUSED', 'connection refused; nothing listens there'],
  ['ECONNRESET', 'connection reset by the other side'],
  ['EPIPE', 'connection reset by the other side'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ETIMEDOUT', 'it did not answer in time'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'the host name cannot be looked up at the moment'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is signed by nobody but itself; --ca FILE trusts it'],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
])

/** Of TLS 1.3; before, a relay says no more than that the handshake has failed. */
const CERTIFICATE_WANTED = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'

/** One line, without a full stop. Unknown errors are told in their own words. */
export function failureWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, host, reason } = error as NodeJS.ErrnoException & TlsDetails
  if (code === CERTIFICATE_WANTED) return 'it wants to see a certificate: --cert FILE --key FILE shows one'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its certificate is not for ${host}`
  // Whatever OpenSSL finds wrong with what answers, such as that it is no TLS at all.
  if (code?.startsWith('ERR_SSL_') === true || code === 'EPROTO')
    return `no TLS can be agreed on with what listens there (${reason ?? error.message})`
  if (code === 'ECONNRESET' && BEFORE_TLS.test(error.message))
    return 'it closed the connection before TLS was agreed on; it may not speak TLS'
  return (code === undefined ? undefined : WORDS.get(code)) ?? error.message
}

/** What errors of TLS have besides. */
interface TlsDetails {
  /** Whom the certificate should have been for. */
  readonly host?: string
  readonly reason?: string
}

/** What Node says of a connection that ended within the handshake, under the code of any other. */
const BEFORE_TLS = /before secure TLS connection/
