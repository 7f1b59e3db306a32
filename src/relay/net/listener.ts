/** One listening address of one dialect: TCP or TLS. Owns accepting; what comes in becomes a connection. */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { admit, MAX_REFUSALS_UNDER_WAY, turnAway } from './admission.js'
import type { Connection } from './connection.js'
import type { ConnectionContext } from './connection-context.js'
import { acceptHandles } from './handle-transport.js'
import { Handshakes } from './handshakes.js'
import { type ListeningOptions, listening, readCertificate } from './listening.js'
import { SocketTransport } from './socket-transport.js'
import { KEEP_ALIVE_MS, type Transport } from './transport.js'

export class Listener {
  readonly #server: Server
  readonly #handshakes: Handshakes | null

  private constructor(server: Server, handshakes: Handshakes | null) {
    this.#server = server
    this.#handshakes = handshakes
  }

  /** Listens. @throws the system's error, with `code` such as `EADDRINUSE` */
  static async open(options: ListeningOptions, context: ConnectionContext<Connection>): Promise<Listener> {
    const accept = (transport: Transport) => admit(transport, options.maxConnections(), context)
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
      handshakes = new Handshakes(tlsServer, (socket, underWay) => {
        const most = options.maxConnections() + MAX_REFUSALS_UNDER_WAY
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
