/** What listening takes, whatever is spoken there: an address, a certificate, and limits. */

import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'

export interface ListeningOptions {
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** PEM files, read when the listener opens. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** After so long without a word the kernel asks a peer whether it is there. */
  readonly keepAliveMs: number
  /** A TLS handshake that takes longer is given up. */
  readonly loginDeadlineMs: number
  /** An error after listening began, such as no more file descriptors. The listener goes on. */
  readonly failed: (error: Error) => void
  /** Whether plain TCP goes over Node's handles where that is possible. */
  readonly useHandles: boolean
}

/** Node's default of 511 loses connections when many come while the relay is busy. */
const BACKLOG = 4096

/** @throws the system's error */
export function readCertificate(files: { cert: string; key: string }) {
  return { cert: readFileSync(files.cert), key: readFileSync(files.key) }
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
