/**
 * One listening address for browsers: HTTP, where requests for pages are somebody else's, and WebSocket, where each becomes
 * a connection of the dialect that it asks for. Owns that HTTP costs those who chat nothing.
 */

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import { turnAway, welcome } from '../admit.js'
import { type Comer, comerOf } from '../comer.js'
import type { Connection } from '../connection.js'
import type { ConnectionContext } from '../connection-context.js'
import { Handshakes } from '../handshakes.js'
import { HTTP_LIMITS, limit, oneAtATime } from '../http-limits.js'
import { type ListeningOptions, listening, readCertificate } from '../listening.js'
import { plainAddress } from '../transport.js'
import { Handshake, type UpgradeRefusal } from './handshake.js'
import type { Origins } from './origins.js'
import { RefusedVisitors } from './refused-visitors.js'
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
  readonly #refused = new RefusedVisitors()
  readonly #handshake: Handshake
  readonly #tlsHandshakes: Handshakes | null

  private constructor(options: GatewayOptions, contexts: ReadonlyMap<string, ConnectionContext<Connection>>) {
    this.#options = options
    this.#contexts = contexts
    const { admission } = this.#anyContext
    this.#visitors = new Visitors(
      () => admission.maxConnections,
      (address) => admission.left(address),
    )
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
      keepAliveInitialDelay: options.keepAliveMs,
    }
    const pages = oneAtATime(this.#refused.answeringInPlaceOf(options.pages))
    if (options.tls === undefined) {
      this.#server = createServer(settings, pages)
      this.#server.on('connection', (socket: Socket) => this.#arrive(socket))
      this.#tlsHandshakes = null
    } else {
      const certificate = readCertificate(options.tls)
      const server = createTlsServer(
        { ...settings, ...certificate, handshakeTimeout: options.loginDeadlineMs },
        pages,
      )
      this.#tlsHandshakes = new Handshakes(server, {
        mayBegin: (comer, underWay) => this.#mayBegin(comer, underWay),
        failed: (address) => admission.left(address),
      })
      server.on('secureConnection', (socket: Socket) => this.#visit(socket))
      this.#server = server
    }
    limit(this.#server)
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!this.#refused.answers(request.socket)) this.#handshake.answer(request, socket, head)
    })
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

  /** Somebody has come over plain TCP. Whoever may not stay hears so when they have said what they want. */
  #arrive(socket: Socket): void {
    const { admission, observer } = this.#anyContext
    const comer = comerOf(socket)
    const refusal = admission.arrived(comer.remoteAddress)
    if (refusal !== null && !this.#refused.add(socket, refusal)) {
      this.#turnAway(comer, refusal)
    } else if (!this.#makesRoom(0)) {
      this.#turnAway(comer, refusal ?? CLOSE_REASONS.full)
    } else {
      const { remoteAddress, remotePort } = comer
      if (refusal !== null) observer.refused({ remoteAddress, remotePort, dialect: WEB }, refusal)
      this.#visit(socket)
    }
  }

  /** Before a TLS handshake: see `mayBegin` of `admit.ts`. */
  #mayBegin(comer: Comer, underWay: number): boolean {
    const refusal =
      this.#anyContext.admission.arrived(comer.remoteAddress) ??
      (this.#makesRoom(underWay) ? null : CLOSE_REASONS.full)
    if (refusal !== null) this.#turnAway(comer, refusal)
    return refusal === null
  }

  #visit(socket: Socket): void {
    this.#visitors.add(socket, comerOf(socket).remoteAddress)
  }

  /** Descriptors are for those who chat: a visitor gets one of those that are left, and else that of another visitor. */
  #makesRoom(underWay: number): boolean {
    if (this.#anyContext.admission.hasRoomFor(this.#visitors.size + underWay)) return true
    if (this.#visitors.size === 0) return false
    this.#visitors.endOldest()
    return true
  }

  #turnAway(comer: Comer, reason: CloseReason): void {
    const { observer, admission } = this.#anyContext
    turnAway(comer, reason, { dialect: WEB, observer, admission })
  }

  get #anyContext(): ConnectionContext<Connection> {
    const [context] = this.#contexts.values()
    return context as ConnectionContext<Connection>
  }

  #accepted(subprotocol: string, socket: Socket, head: Buffer): void {
    this.#visitors.delete(socket)
    const context = this.#contexts.get(subprotocol) as ConnectionContext<Connection>
    const { useHandles, tls, webSockets, keepAliveMs } = this.#options
    const below = takeSocket(socket, useHandles && tls === undefined, keepAliveMs)
    welcome(new WebSocketTransport(below, head, webSockets), context)
  }
}
