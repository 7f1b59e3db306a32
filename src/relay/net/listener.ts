/** One listening address of one dialect: TCP or TLS. Owns accepting; what comes in becomes a connection. */

import { type AddressInfo, createServer, type Server } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { CloseReason } from '../hub/close-reason.js'
import { admit, mayBegin, welcome } from './admit.js'
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
import type { Transport } from './transport.js'

export class Listener {
  readonly #server: Server
  readonly #tlsServer: TlsServer | null
  readonly #handshakes: Handshakes | null
  readonly #gate: ProxyGate | null

  private constructor(options: ListeningOptions, context: ConnectionContext<Connection>) {
    const { certificate, proxies, loginDeadlineMs, keepAliveMs } = options
    const { dialect, observer, admission } = context
    const hasRoom = () => admission.makesRoom()
    const refused = (reason: CloseReason, { address, port }: PeerAddress) =>
      observer.refused({ remoteAddress: address, remotePort: port, dialect }, reason)
    const settings = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
    }
    if (certificate === undefined) {
      this.#server = createServer(settings, (socket) => admit(new SocketTransport(socket), context))
      this.#tlsServer = null
      this.#handshakes = null
    } else {
      // Whoever ends their side before there is TLS has gone; afterwards they may still be answered.
      const ends = { ...settings, allowHalfOpen: false }
      this.#tlsServer = createTlsServer({ ...ends, ...tlsSettings(certificate, loginDeadlineMs) })
      this.#handshakes = new Handshakes(this.#tlsServer, {
        mayBegin: (socket) => mayBegin(socket, hasRoom, context),
        secured: (socket) => {
          socket.allowHalfOpen = true
          welcome(new SocketTransport(socket), context)
        },
        refused,
        left: ({ address }) => admission.left(address),
      })
      this.#server = this.#tlsServer
    }
    this.#gate =
      proxies === undefined
        ? null
        : new ProxyGate({ trusted: proxies, deadlineMs: loginDeadlineMs, hasRoom, refused })
    if (this.#gate !== null) holdBack(this.#server, this.#gate)
    admission.alsoCount(this)
  }

  /** How many are here that are no connections yet. */
  get size(): number {
    return (this.#handshakes?.size ?? 0) + (this.#gate?.size ?? 0)
  }

  endOldest(): boolean {
    return this.#handshakes?.endOldest() ?? false
  }

  /** Listens. @throws the system's error, with `code` such as `EADDRINUSE` */
  static async open(options: ListeningOptions, context: ConnectionContext<Connection>): Promise<Listener> {
    const listener = new Listener(options, context)
    const server = listener.#server
    await listening(server, options)
    server.on('error', options.failed)
    if (options.certificate === undefined && options.useHandles) {
      const accept = (transport: Transport) => admit(transport, context)
      const gate = listener.#gate
      const { failed, keepAliveMs } = options
      acceptHandles(server, gate === null ? accept : throughGate(gate, accept), failed, keepAliveMs)
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
