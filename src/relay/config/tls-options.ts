/**
 * What the URL of a listener says about TLS: its certificate, who has to show one in turn, and the oldest version. Owns
 * the words; the files are read by `net/certificate.ts`.
 */

/** The TLS of one listener, as configured. Files are paths of PEM files. */
export interface TlsOptions {
  readonly cert: string
  readonly key: string
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** The authorities whose certificates clients may show; `null` where none is asked for. */
  readonly clientCa: string | null
  /** Whether a client without a certificate is refused. Whoever shows one has to show a good one in any case. */
  readonly clientCert: 'required' | 'optional'
}

/** The options of TLS in the query of a URL. */
export type TlsQuery = Readonly<Partial<Record<(typeof KEYS)[number], string>>>

const KEYS = ['cert', 'key', 'client-ca', 'client-cert', 'min-tls'] as const

/** Takes those of TLS out of a query. */
export function splitTlsQuery(given: Readonly<Record<string, string>>): [TlsQuery, Record<string, string>] {
  const rest = { ...given }
  const query: Record<string, string> = {}
  for (const key of KEYS) {
    if (!Object.hasOwn(rest, key)) continue
    query[key] = rest[key] as string
    delete rest[key]
  }
  return [query, rest]
}

/**
 * @param scheme with which the listener speaks TLS
 * @param encrypted whether it does
 * @returns the options, `null` without TLS; or what was expected
 */
export function tlsOptions(query: TlsQuery, scheme: string, encrypted: boolean): TlsOptions | null | string {
  if (!encrypted) {
    const [stray] = Object.keys(query)
    if (stray === undefined) return null
    const what = stray === 'cert' || stray === 'key' ? 'cert and key are' : `${stray} is`
    return `expected ${scheme}:// where ${what} given`
  }
  const { cert, key, 'client-ca': clientCa, 'client-cert': clientCert, 'min-tls': oldest = '1.2' } = query
  const mark = scheme.endsWith('+tls') ? '+tls' : `${scheme}://`
  if (!cert || !key) return `expected ?cert=FILE&key=FILE with ${mark}`
  if (oldest !== '1.2' && oldest !== '1.3') return 'expected min-tls=1.2 or min-tls=1.3'
  if (clientCa === '') return 'expected client-ca=FILE'
  if (clientCert !== undefined && clientCa === undefined) return 'expected client-ca=FILE with client-cert'
  if (clientCert !== undefined && clientCert !== 'required' && clientCert !== 'optional')
    return 'expected client-cert=required or client-cert=optional'
  return {
    cert,
    key,
    minVersion: `TLSv${oldest}`,
    clientCa: clientCa ?? null,
    clientCert: clientCert ?? 'required',
  }
}
