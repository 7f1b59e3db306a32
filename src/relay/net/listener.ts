/** One listening address of one dialect: TCP or TLS. Owns accepting; what comes in becomes a connection. */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { CloseReason } from '../hub/close-reason.js'
import { admit, MAX_REFUSALS_UNDER_WAY, turnAway } from './admission.js'
import type { Certificate } from './certificate.js'
import type { Connection } from './connection.js'
import type { ConnectionContext } from './connection-context.js'
import { acceptHandles } from './handle-transport.js'
import { Handshakes } from './handshakes.js'
import { type ListeningOptions, listening, tlsSettings } from './listening.js'
import type { PeerAddress } from './peer-address.js'
import { throughGate } from './proxy/handle-door.js'
import { ProxyGate } from './proxy/proxy-gate.js'
import { holdBack } from './proxy/socket-door.js'
import { SocketTransport } from './socket-transport.js'
import { KEEP_ALIVE_MS, type Transport } from './transport.js'

export class Listener {
  readonly #server: Server
  readonly #tlsServer: TlsServer | null
  readonly #handshakes: Handshakes | null
  readonly #gate: ProxyGate | null

  private constructor(options: ListeningOptions, context: ConnectionContext<Connection>) {
    const { certificate, proxies, loginDeadlineMs, maxConnections } = options
    const acceptSocket = (socket: Socket) => admit(new SocketTransport(socket), maxConnections(), context)
    const hasRoom = () =>
      context.all.size + (this.#handshakes?.size ?? 0) + (this.#gate?.size ?? 0) <
      maxConnections() + MAX_REFUSALS_UNDER_WAY
    const refused = (reason: CloseReason, { address, port }: PeerAddress) => {
      const { dialect, observer } = context
      observer.turnedAway({ remoteAddress: address, remotePort: port, dialect }, reason)
    }
    const settings = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    }
    if (certificate === undefined) {
      this.#server = createServer(settings, acceptSocket)
      this.#tlsServer = null
      this.#handshakes = null
    } else {
      // Whoever ends their side before there is TLS has gone; afterwards they may still be answered.
      const ends = { ...settings, allowHalfOpen: false }
      this.#tlsServer = createTlsServer({ ...ends, ...tlsSettings(certificate, loginDeadlineMs) })
      this.#handshakes = new Handshakes(this.#tlsServer, {
        mayBegin: (socket) => {
          if (hasRoom()) return true
          turnAway(new SocketTransport(socket), context)
          return false
        },
        secured: (socket) => {
          socket.allowHalfOpen = true
          acceptSocket(socket)
        },
        refused,
      })
      this.#server = this.#tlsServer
    }
    this.#gate =
      proxies === undefined
        ? null
        : new ProxyGate({ trusted: proxies, deadlineMs: loginDeadlineMs, hasRoom, refused })
    if (this.#gate !== null) holdBack(this.#server, this.#gate)
  }

  /** Listens. @throws the system's error, with `code` such as `EADDRINUSE` */
  static async open(options: ListeningOptions, context: ConnectionContext<Connection>): Promise<Listener> {
    const listener = new Listener(options, context)
    const server = listener.#server
    await listening(server, options)
    server.on('error', options.failed)
    if (options.certificate === undefined && options.useHandles) {
      const accept = (transport: Transport) => admit(transport, options.maxConnections(), context)
      const gate = listener.#gate
      acceptHandles(server, gate === null ? accept : throughGate(gate, accept), options.failed)
    }
    return listener
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** New connections are shown this one. Those that are here keep theirs, and notice nothing. */
  renew({ context }: Certificate): void {
    this.#tlsServer?.setSecureContext(context)
  }

  /** Takes no more connections. Those that are here stay. */
  close(): void {
    this.#server.close()
    this.#gate?.end()
    this.#handshakes?.end()
  }
}
