/**
 * The TLS handshakes that are under way on one server. They are not connections yet, so nobody else would give
 * up those that fail or stall, count them, or end them when the listener closes.
 */

import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'
import { clientOf, ownPeer, type PeerAddress, proxiedClient, standFor } from './peer-address.js'

export interface HandshakeEvents {
  /** Asked for each new one. Whoever refuses it closes it. */
  readonly mayBegin: (socket: Socket) => boolean
  /** It is complete, and a certificate that the client has shown is good. */
  readonly secured: (socket: TLSSocket) => void
  /** It has failed, by something that the client did. */
  readonly refused: (reason: CloseReason, client: PeerAddress) => void
  /** One that had begun and was not `secured` is gone, for whatever reason. */
  readonly left: (client: PeerAddress) => void
}

export class Handshakes {
  readonly #events: HandshakeEvents
  /** The plain sockets below, by the address of the peer: all that both events know of it. */
  readonly #underWay = new Map<string, Socket>()
  /** Those that are somebody else's now. */
  readonly #secure = new WeakSet<Socket>()
  /** Whose were closed in this turn, in order. */
  readonly #closed: PeerAddress[] = []

  constructor(server: Server, events: HandshakeEvents) {
    this.#events = events
    server.on('connection', (socket: Socket) => {
      if (events.mayBegin(socket)) this.#began(socket)
    })
    server.on('secureConnection', (socket: TLSSocket) => this.#secured(socket))
    server.on('tlsClientError', (error, socket) => this.#failed(error, socket))
  }

  /** How many are under way. */
  get size(): number {
    return this.#underWay.size
  }

  /**
   * Gives up the one that has taken longest, so that the many who begin one and leave it there keep nobody out.
   * @returns whether there was one
   */
  endOldest(): boolean {
    for (const socket of this.#underWay.values()) {
      // It is under way until its end is heard of.
      if (socket.destroyed) continue
      this.#events.refused(CLOSE_REASONS.full, clientOf(socket))
      socket.destroy()
      return true
    }
    return false
  }

  /** Gives up all of them. */
  end(): void {
    for (const socket of this.#underWay.values()) socket.destroy()
    this.#underWay.clear()
  }

  #began(socket: Socket): void {
    const address = addressOf(socket)
    this.#underWay.set(address, socket)
    // While it is known: it is told of when it is not any more.
    const client = clientOf(socket)
    socket.on('close', () => {
      if (!this.#secure.has(socket)) this.#events.left(client)
      if (this.#underWay.get(address) !== socket) return
      this.#underWay.delete(address)
      if (this.#closed.push(client) === 1) setImmediate(() => this.#closed.splice(0))
    })
  }

  #secured(socket: TLSSocket): void {
    const address = addressOf(socket)
    const below = this.#underWay.get(address)
    this.#underWay.delete(address)
    const client = below === undefined ? null : proxiedClient(below)
    if (client !== null) standFor(socket, client)
    // One that is optional may be missing; the handshake does not end by one that is not good.
    const refusal =
      socket.authorized || !hasShownCertificate(socket) ? null : reasonOf(socket.authorizationError)
    if (refusal === null) {
      if (below !== undefined) this.#secure.add(below)
      this.#events.secured(socket)
      return
    }
    socket.on('error', ignore)
    socket.destroy()
    this.#events.refused(refusal, clientOf(socket))
  }

  #failed(error: Error, socket: TLSSocket): void {
    // Who has gone in the middle was not refused: health checks and scanners do that all day.
    const refusal = reasonOf(socket.authorizationError ?? error)
    const client = this.#ended(addressOf(socket))
    // Node says that a handshake failed or took too long, and leaves the socket open.
    socket.destroy()
    if (refusal !== null && client !== undefined) this.#events.refused(refusal, client)
  }

  /**
   * One has failed, and is under way no more.
   * @param address not known where Node itself has closed it: then it is one that it is closing, or has closed a moment ago
   */
  #ended(address: string): PeerAddress | undefined {
    let ended = this.#underWay.has(address) ? address : undefined
    for (const [other, { destroyed }] of this.#underWay) {
      if (ended !== undefined) break
      if (destroyed) ended = other
    }
    if (ended === undefined) return this.#closed.shift()
    const client = clientOf(this.#underWay.get(ended) as Socket)
    this.#underWay.delete(ended)
    return client
  }
}

/** @param cause Node's, or the code of what is wrong with the certificate, which the types take for an error */
function reasonOf(cause: Error | string | null): CloseReason | null {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : cause
  switch (code) {
    case 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE':
      return CLOSE_REASONS.certificateMissing
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return CLOSE_REASONS.certificateExpired
    case 'ERR_TLS_HANDSHAKE_TIMEOUT':
      return CLOSE_REASONS.tlsDeadline
    default:
      if (!(cause instanceof Error)) return CLOSE_REASONS.certificateUntrusted
      return code?.startsWith('ERR_SSL_') ? CLOSE_REASONS.tls : null
  }
}

function hasShownCertificate(socket: TLSSocket): boolean {
  return socket.getPeerX509Certificate() !== undefined
}

function addressOf(socket: Socket): string {
  const { address, port } = ownPeer(socket)
  return `${address} ${port}`
}

function ignore(): void {}
