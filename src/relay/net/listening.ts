/** What listening takes, whatever is spoken there: an address, a certificate, proxies before it, and limits. */

import type { Server } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { Certificate } from './certificate.js'
import type { TrustedProxies } from './proxy/proxy-gate.js'

export interface ListeningOptions {
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** How TLS is spoken, where it is. */
  readonly certificate: Certificate | undefined
  /** Who may connect, to say in a PROXY header whom for; `undefined` where clients come by themselves. */
  readonly proxies: TrustedProxies | undefined
  /** After so long without a word the kernel asks a peer whether it is there. */
  readonly keepAliveMs: number
  /** A PROXY header or a TLS handshake that takes longer is given up. */
  readonly loginDeadlineMs: number
  /** An error after listening began, such as no more file descriptors. The listener goes on. */
  readonly failed: (error: Error) => void
  /** Whether plain TCP goes over Node's handles where that is possible. */
  readonly useHandles: boolean
}

/** Node's default of 511 loses connections when many come while the relay is busy. */
export const BACKLOG = 4096

/** For `createServer`. */
export function tlsSettings({ context, server }: Certificate, handshakeTimeout: number): TlsOptions {
  return { ...context, ...server, handshakeTimeout }
}

/** Has `server` listen. @throws the system's error, with `code` such as `EADDRINUSE` */
export function listening(server: Server, options: Pick<ListeningOptions, 'host' | 'port'>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
