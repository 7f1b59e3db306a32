/**
 * The handshake that turns an HTTP request into a WebSocket. The library holds it to RFC 6455 and answers it; owned here is
 * who is refused (a foreign page, who names no dialect), and that the socket is handed on instead of used by the library.
 */

import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { isAllowedOrigin, type Origins } from './origins.js'
import type { UpgradeRefusal } from './upgrade-refusal.js'

export interface HandshakeOptions {
  readonly origins: Origins
  /** The names of the dialects, which are the subprotocols. */
  readonly subprotocols: ReadonlySet<string>
  /** It is a WebSocket from now on. `head` is what came behind the request. */
  readonly accepted: (subprotocol: string, socket: Socket, head: Buffer, request: IncomingMessage) => void
  /** It has been answered with an HTTP status. */
  readonly refused: (reason: UpgradeRefusal, socket: Socket) => void
}

/** What the library would work with. It gives its socket to whoever made the handshake. */
class Handover extends WebSocket {
  taken: { readonly socket: Socket; readonly head: Buffer } | null = null

  /** Called by the library in place of its own. */
  setSocket(socket: Socket, head: Buffer): void {
    this.taken = { socket, head }
  }
}

export class Handshake {
  readonly #options: HandshakeOptions
  readonly #server: WebSocketServer

  constructor(options: HandshakeOptions) {
    this.#options = options
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      WebSocket: Handover as typeof WebSocket,
      handleProtocols: (offered) => this.#choose(offered) ?? false,
      verifyClient: ({ req }, answer) => {
        const refusal = this.#refusalOf(req)
        if (refusal === null) return answer(true)
        options.refused(refusal.reason, req.socket)
        answer(false, refusal.status, refusal.words)
      },
    })
    // What is no handshake at all; whoever listens for it has to answer.
    server.on('wsClientError', (error, socket, request) => {
      options.refused('handshake', request.socket)
      refuse(socket, BAD_REQUEST, error.message, VERSION)
    })
    this.#server = server
  }

  /** Answers the request, and hands the socket on where it is a good one. */
  answer(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const { taken } = webSocket as Handover
      if (taken === null)
        throw new Error('ws has not handed its socket over: setSocket is not called any more')
      this.#options.accepted(webSocket.protocol, taken.socket, taken.head, request)
    })
  }

  #choose(offered: Iterable<string>): string | null {
    for (const name of offered) if (this.#options.subprotocols.has(name)) return name
    return null
  }

  #refusalOf({ headers }: IncomingMessage): { reason: UpgradeRefusal; status: number; words: string } | null {
    const { origins, subprotocols } = this.#options
    if (!isAllowedOrigin(origins, headers.origin, headers.host))
      return {
        reason: 'origin',
        status: 403,
        words: 'Pages from there may not connect: see origin= of the listener',
      }
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    if (this.#choose(offered) !== null) return null
    const words = `Expected one of these subprotocols: ${[...subprotocols].join(', ')}`
    return { reason: 'subprotocol', status: 400, words }
  }
}

const BAD_REQUEST = 400
/** What this relay speaks of WebSocket, for whoever came with something else. */
const VERSION = 'Sec-WebSocket-Version: 13'

/** Answers a request to become a WebSocket, and ends the connection. */
export function refuse(socket: Duplex, status: number, words: string, ...headers: readonly string[]): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain',
    ...headers,
    `Content-Length: ${Buffer.byteLength(words)}`,
  ]
  socket.once('finish', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n${words}`)
}
