/**
 * One listening address: TCP or TLS. Owns accepting, and refusing what is too much (`maxConnections`); what
 * comes in becomes a connection.
 */

import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { CLOSE_REASONS } from '../hub/close-reason.js'
import { Connection } from './connection.js'
import type { ConnectionContext } from './connection-context.js'
import { acceptHandles } from './handle-transport.js'
import { Handshakes } from './handshakes.js'
import { SocketTransport } from './socket-transport.js'
import { KEEP_ALIVE_MS, type Transport } from './transport.js'

export interface ListenerOptions {
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** PEM files, read when the listener opens. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** Above this many connections on the whole relay, new ones are told and closed. */
  readonly maxConnections: number
  /** A TLS handshake that takes longer is given up. */
  readonly loginDeadlineMs: number
  /** An error after listening began, such as no more file descriptors. The listener goes on. */
  readonly failed: (error: Error) => void
  /** Whether plain TCP goes over Node's handles where that is possible. */
  readonly useHandles: boolean
}

/** Node's default of 511 loses connections when many come while the relay is busy. */
const BACKLOG = 4096
/** So many may be on their way out, being told that the relay is full; beyond, they are just closed. */
const MAX_REFUSALS_UNDER_WAY = 64

export class Listener {
  readonly #server: Server
  readonly #handshakes: Handshakes | null

  private constructor(server: Server, handshakes: Handshakes | null) {
    this.#server = server
    this.#handshakes = handshakes
  }

  /** Listens. @throws the system's error, with `code` such as `EADDRINUSE` */
  static async open(options: ListenerOptions, context: ConnectionContext<Connection>): Promise<Listener> {
    const accept = (transport: Transport) => admit(transport, options.maxConnections, context)
    const acceptSocket = (socket: Socket) => accept(new SocketTransport(socket))
    const settings = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    }
    let server: Server
    let handshakes: Handshakes | null = null
    if (options.tls === undefined) {
      server = createServer(settings, acceptSocket)
    } else {
      const tlsSettings = {
        ...settings,
        ...readCertificate(options.tls),
        handshakeTimeout: options.loginDeadlineMs,
      }
      const tlsServer = createTlsServer(tlsSettings, acceptSocket)
      const most = options.maxConnections + MAX_REFUSALS_UNDER_WAY
      handshakes = new Handshakes(tlsServer, (socket, underWay) => {
        const mayBegin = context.all.size + underWay < most
        if (!mayBegin) turnAway(new SocketTransport(socket), context)
        return mayBegin
      })
      server = tlsServer
    }
    await listening(server, options)
    server.on('error', options.failed)
    if (options.tls === undefined && options.useHandles) acceptHandles(server, accept, options.failed)
    return new Listener(server, handshakes)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes no more connections. Those that are here stay. */
  close(): void {
    this.#server.close()
    this.#handshakes?.end()
  }
}

function readCertificate(files: { cert: string; key: string }) {
  return { cert: readFileSync(files.cert), key: readFileSync(files.key) }
}

function listening(server: Server, options: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

function admit(transport: Transport, maxConnections: number, context: ConnectionContext<Connection>): void {
  const excess = context.all.size + 1 - maxConnections
  if (excess > Math.min(MAX_REFUSALS_UNDER_WAY, maxConnections)) {
    turnAway(transport, context)
    return
  }
  context.outboxes.flusher.expectMore()
  new Connection(context, transport, excess > 0 ? CLOSE_REASONS.full : null)
}

function turnAway(transport: Transport, { dialect, observer }: ConnectionContext<Connection>): void {
  const { remoteAddress, remotePort } = transport
  transport.destroy()
  observer.turnedAway({ remoteAddress, remotePort, dialect })
}
