/**
 * One listening address for browsers: HTTP, where requests for pages are somebody else's, and WebSocket, where each becomes
 * a connection of the dialect that it asks for. Owns that HTTP costs those who chat nothing.
 */

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { admit, MAX_REFUSALS_UNDER_WAY, turnAway } from '../admission.js'
import type { Connection } from '../connection.js'
import type { ConnectionContext } from '../connection-context.js'
import { Handshakes } from '../handshakes.js'
import { HTTP_LIMITS, limit, oneAtATime } from '../http-limits.js'
import { type ListeningOptions, listening, readCertificate } from '../listening.js'
import { SocketTransport } from '../socket-transport.js'
import { KEEP_ALIVE_MS, plainAddress } from '../transport.js'
import { Handshake, type UpgradeRefusal } from './handshake.js'
import type { Origins } from './origins.js'
import { takeSocket } from './take-socket.js'
import { Visitors } from './visitors.js'
import { type WebSocketContext, WebSocketTransport } from './websocket-transport.js'

/** What logs call whoever has not said which dialect it is to be. */
const WEB = 'ws'

export interface GatewayOptions extends ListeningOptions {
  /** Which pages may open a WebSocket, beside those that come from here. */
  readonly origins: Origins
  readonly webSockets: WebSocketContext
  /** Answers every request that does not ask for a WebSocket. */
  readonly pages: RequestListener
  /** Somebody was refused with an HTTP status. */
  readonly refused: (reason: UpgradeRefusal, address: string, port: number) => void
}

export class Gateway {
  readonly #options: GatewayOptions
  readonly #contexts: ReadonlyMap<string, ConnectionContext<Connection>>
  readonly #server: Server
  readonly #visitors: Visitors
  readonly #handshake: Handshake
  readonly #tlsHandshakes: Handshakes | null

  private constructor(options: GatewayOptions, contexts: ReadonlyMap<string, ConnectionContext<Connection>>) {
    this.#options = options
    this.#contexts = contexts
    this.#visitors = new Visitors(options.maxConnections)
    this.#handshake = new Handshake({
      origins: options.origins,
      subprotocols: new Set(contexts.keys()),
      accepted: (subprotocol, socket, head) => this.#accepted(subprotocol, socket, head),
      refused: (reason, { remoteAddress = '', remotePort = 0 }) =>
        options.refused(reason, plainAddress(remoteAddress), remotePort),
    })
    const settings = {
      ...HTTP_LIMITS,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    }
    const pages = oneAtATime(options.pages)
    if (options.tls === undefined) {
      this.#server = createServer(settings, pages)
      this.#server.on('connection', (socket: Socket) => this.#visit(socket))
      this.#tlsHandshakes = null
    } else {
      const certificate = readCertificate(options.tls)
      const server = createTlsServer(
        { ...settings, ...certificate, handshakeTimeout: options.loginDeadlineMs },
        pages,
      )
      this.#tlsHandshakes = new Handshakes(server, (socket, underWay) => this.#mayVisit(socket, underWay))
      server.on('secureConnection', (socket: Socket) => this.#visit(socket))
      this.#server = server
    }
    limit(this.#server)
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#handshake.answer(request, socket, head),
    )
  }

  /**
   * Listens.
   * @param contexts by dialect, which is the name of the subprotocol
   * @throws the system's error, with `code` such as `EADDRINUSE`
   */
  static async open(
    options: GatewayOptions,
    contexts: ReadonlyMap<string, ConnectionContext<Connection>>,
  ): Promise<Gateway> {
    const gateway = new Gateway(options, contexts)
    await listening(gateway.#server, options)
    gateway.#server.on('error', options.failed)
    return gateway
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes no more connections, and gives up those that are none yet. WebSockets that are here stay. */
  close(): void {
    this.#server.close()
    this.#tlsHandshakes?.end()
    this.#visitors.end()
  }

  #visit(socket: Socket): void {
    if (this.#mayVisit(socket, 0)) this.#visitors.add(socket)
  }

  /** Descriptors are for those who chat: a visitor gets one of those that are left, and else that of another visitor. */
  #mayVisit(socket: Socket, underWay: number): boolean {
    const context = this.#anyContext
    const most = this.#options.maxConnections() + MAX_REFUSALS_UNDER_WAY
    if (context.all.size + this.#visitors.size + underWay < most) return true
    if (this.#visitors.size > 0) {
      this.#visitors.endOldest()
      return true
    }
    turnAway(new SocketTransport(socket), { dialect: WEB, observer: context.observer })
    return false
  }

  get #anyContext(): ConnectionContext<Connection> {
    const [context] = this.#contexts.values()
    return context as ConnectionContext<Connection>
  }

  #accepted(subprotocol: string, socket: Socket, head: Buffer): void {
    this.#visitors.delete(socket)
    const context = this.#contexts.get(subprotocol) as ConnectionContext<Connection>
    const { useHandles, tls, maxConnections, webSockets } = this.#options
    const below = takeSocket(socket, useHandles && tls === undefined)
    admit(new WebSocketTransport(below, head, webSockets), maxConnections(), context)
  }
}
