/** One listening address of one dialect: TCP or TLS. Owns accepting; what comes in becomes a connection. */

import { type AddressInfo, createServer, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { admit, mayBegin, welcome } from './admit.js'
import type { Connection } from './connection.js'
import type { ConnectionContext } from './connection-context.js'
import { acceptHandles } from './handle-transport.js'
import { Handshakes } from './handshakes.js'
import { type ListeningOptions, listening, readCertificate } from './listening.js'
import { SocketTransport } from './socket-transport.js'
import type { Transport } from './transport.js'

export class Listener {
  readonly #server: Server
  readonly #handshakes: Handshakes | null

  private constructor(server: Server, handshakes: Handshakes | null) {
    this.#server = server
    this.#handshakes = handshakes
  }

  /** Listens. @throws the system's error, with `code` such as `EADDRINUSE` */
  static async open(options: ListeningOptions, context: ConnectionContext<Connection>): Promise<Listener> {
    const accept = (transport: Transport) => admit(transport, context)
    const settings = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: options.keepAliveMs,
    }
    let server: Server
    let handshakes: Handshakes | null = null
    if (options.tls === undefined) {
      server = createServer(settings, (socket) => accept(new SocketTransport(socket)))
    } else {
      const tlsSettings = {
        ...settings,
        ...readCertificate(options.tls),
        handshakeTimeout: options.loginDeadlineMs,
      }
      const tlsServer = createTlsServer(tlsSettings, (socket) =>
        welcome(new SocketTransport(socket), context),
      )
      handshakes = new Handshakes(tlsServer, {
        mayBegin: (peer, underWay) => mayBegin(peer, underWay, context),
        failed: (address) => context.admission.left(address),
      })
      server = tlsServer
    }
    await listening(server, options)
    server.on('error', options.failed)
    if (options.tls === undefined && options.useHandles)
      acceptHandles(server, accept, options.failed, options.keepAliveMs)
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
