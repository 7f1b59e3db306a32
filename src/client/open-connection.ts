/**
 * Opens the connection of a client, over TCP or TLS, for every dialect. Owns how long that may take and that nobody is
 * believed without a certificate; what happens on the connection is the client's.
 */

import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address, Trust } from './address.js'

const CONNECT_TIMEOUT_MS = 10_000

export interface Opening {
  /** To listen to at once: a relay may speak first. Its errors are the caller's to listen to as well. */
  readonly socket: Socket
  /**
   * Resolves when the relay has accepted the connection and, over TLS, has shown a certificate for this host that is
   * trusted. Rejects with what the system or TLS reports (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …), with `ETIMEDOUT` when
   * it takes too long, and with `ECONNABORTED` when the socket was destroyed meanwhile.
   */
  readonly opened: Promise<void>
}

/** @param timeoutMs for everything until it is open: the lookup of the name, TCP and TLS */
export function openConnection(address: Address, timeoutMs: number = CONNECT_TIMEOUT_MS): Opening {
  const { host, port, tls } = address
  const socket = tls === undefined ? connectTcp({ host, port, noDelay: true }) : secured(host, port, tls)
  const opened = new Promise<void>((resolve, reject) => {
    const late = () => socket.destroy(failure('ETIMEDOUT', `no connection within ${timeoutMs} ms`))
    const timer = setTimeout(late, timeoutMs)
    socket.on(tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      reject(failure('ECONNABORTED', 'closed before it was connected'))
    })
  })
  // Not everybody waits for it: the socket tells of its end, too.
  opened.catch(() => {})
  return { socket, opened }
}

/** TLS with the name in the handshake (SNI), and a certificate that has to be trusted and to be for that name. */
function secured(host: string, port: number, { ca, identity }: Trust): Socket {
  const socket = connectTls({
    host,
    port,
    // The handshake has names of hosts only (RFC 6066); an address is looked for in the certificate all the same.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...identity,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  })
  return socket.setNoDelay(true)
}

function failure(code: string, words: string): Error {
  return Object.assign(new Error(words), { code })
}
