/**
 * One listening address for browsers: HTTP, where requests for pages are somebody else's, and WebSocket, where each becomes
 * a connection of the dialect that it asks for. Owns that HTTP costs those who chat nothing.
 */

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import { mayBegin, turnAway, welcome } from '../admit.js'
import type { Certificate } from '../certificate.js'
import type { Connection } from '../connection.js'
import type { ConnectionContext } from '../connection-context.js'
import { Handshakes } from '../handshakes.js'
import { HTTP_LIMITS, limit, OneAtATime } from '../http-limits.js'
import { type ListeningOptions, listening, tlsSettings } from '../listening.js'
import { clientOf, type PeerAddress } from '../peer-address.js'
import { ProxyGate } from '../proxy/proxy-gate.js'
import { holdBack } from '../proxy/socket-door.js'
import { Handshake } from './handshake.js'
import type { Origins } from './origins.js'
import { presentedSecret } from './presented-secret.js'
import { RefusedVisitors } from './refused-visitors.js'
import { takeSocket } from './take-socket.js'
import type { UpgradeRefusal } from './upgrade-refusal.js'
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
  readonly #tlsServer: TlsServer | null = null
  readonly #visitors: Visitors
  readonly #refusals = new RefusedVisitors()
  readonly #requests = new OneAtATime()
  readonly #handshake: Handshake
  readonly #tlsHandshakes: Handshakes | null = null
  readonly #gate: ProxyGate | null = null

  private constructor(options: GatewayOptions, contexts: ReadonlyMap<string, ConnectionContext<Connection>>) {
    this.#options = options
    this.#contexts = contexts
    const { admission } = this.#refusing
    this.#visitors = new Visitors(
      () => admission.maxConnections,
      (address) => admission.left(address),
    )
    this.#handshake = new Handshake({
      origins: options.origins,
      subprotocols: new Set(contexts.keys()),
      accepted: (subprotocol, socket, head, request) => this.#accepted(subprotocol, socket, head, request),
      refused: (reason, socket) => {
        const { address, port } = clientOf(socket)
        options.refused(reason, address, port)
      },
    })
    const settings = {
      ...HTTP_LIMITS,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: options.keepAliveMs,
    }
    const pages = this.#requests.answering(this.#refusals.answeringInPlaceOf(options.pages))
    const { certificate, proxies, loginDeadlineMs } = options
    const refused = (reason: CloseReason, peer: PeerAddress) => this.#refused(reason, peer)
    if (certificate === undefined) {
      this.#server = createServer(settings, pages)
      this.#server.on('connection', (socket: Socket) => this.#arrive(socket))
    } else {
      const server = createTlsServer({ ...settings, ...tlsSettings(certificate, loginDeadlineMs) }, pages)
      this.#tlsHandshakes = new Handshakes(server, {
        mayBegin: (socket) => mayBegin(socket, () => admission.makesRoom(), this.#refusing),
        secured: (socket) => this.#visit(socket),
        refused,
        left: ({ address }) => admission.left(address),
      })
      this.#tlsServer = server
      this.#server = server
    }
    if (proxies !== undefined) {
      const hasRoom = () => admission.makesRoom()
      this.#gate = new ProxyGate({ trusted: proxies, deadlineMs: loginDeadlineMs, hasRoom, refused })
      holdBack(this.#server, this.#gate)
    }
    admission.alsoCount(this)
    limit(this.#server)
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
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

  /** How many are here that are no connections yet. */
  get size(): number {
    return this.#visitors.size + (this.#tlsHandshakes?.size ?? 0) + (this.#gate?.size ?? 0)
  }

  /** Descriptors are for those who chat: others have what is left over. */
  endOldest(): boolean {
    return this.#visitors.endOldest() || (this.#tlsHandshakes?.endOldest() ?? false)
  }

  /** As that of a `Listener`. */
  renew({ context }: Certificate): void {
    this.#tlsServer?.setSecureContext(context)
  }

  /** Takes no more connections, and gives up those that are none yet. WebSockets that are here stay. */
  close(): void {
    this.#server.close()
    this.#gate?.end()
    this.#tlsHandshakes?.end()
    this.#visitors.end()
  }

  /** Somebody has come over plain TCP. Whoever may not stay hears so when they have said what they want. */
  #arrive(socket: Socket): void {
    const client = clientOf(socket)
    const { admission } = this.#anyContext
    const refusal = admission.arrived(client.address)
    const isToBeTold = refusal !== null && this.#refusals.add(socket, refusal)
    if ((refusal !== null && !isToBeTold) || !admission.makesRoom()) {
      turnAway(socket, refusal ?? CLOSE_REASONS.full, this.#refusing)
      return
    }
    if (refusal !== null) this.#refused(refusal, client)
    this.#visit(socket)
  }

  #visit(socket: Socket): void {
    this.#visitors.add(socket, clientOf(socket).address)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.#requests.mayUpgrade(request.socket)) {
      const { address, port } = clientOf(request.socket)
      this.#options.refused('handshake', address, port)
      socket.destroy()
    } else if (!this.#refusals.answers(request.socket)) {
      this.#handshake.answer(request, socket, head)
    }
  }

  #refused(reason: CloseReason, { address, port }: PeerAddress): void {
    const peer = { remoteAddress: address, remotePort: port, dialect: WEB }
    this.#anyContext.observer.refused(peer, reason)
  }

  get #refusing() {
    const { observer, admission } = this.#anyContext
    return { dialect: WEB, observer, admission }
  }

  get #anyContext(): ConnectionContext<Connection> {
    const [context] = this.#contexts.values()
    return context as ConnectionContext<Connection>
  }

  #accepted(subprotocol: string, socket: Socket, head: Buffer, request: IncomingMessage): void {
    this.#visitors.delete(socket)
    const context = this.#contexts.get(subprotocol) as ConnectionContext<Connection>
    const { useHandles, certificate, webSockets, keepAliveMs } = this.#options
    const below = takeSocket(socket, useHandles && certificate === undefined, keepAliveMs)
    const secret = context.access.isOn ? presentedSecret(request) : null
    welcome(new WebSocketTransport(below, head, webSockets, secret), context)
  }
}
