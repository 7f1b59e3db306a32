/** Limits of the relay's HTTP servers, so that whoever reaches one takes neither descriptors nor time from those who chat. */

import type { RequestListener, Server, ServerOptions, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Deadlines } from './deadlines.js'

/** How long the head of a request may take, from the start of a connection too, and how long a whole request. */
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000
/** How long a connection may be idle, or not read its answer. */
const IDLE_MS = 10_000
const CHECK_MS = 1_000
const MAX_HEADER_BYTES = 8 * 1024

export const HTTP_LIMITS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  keepAliveTimeout: IDLE_MS,
  connectionsCheckingInterval: CHECK_MS,
  maxHeaderSize: MAX_HEADER_BYTES,
} as const satisfies ServerOptions

/** For what no option says. */
export function limit(server: Server): void {
  server.timeout = IDLE_MS
}

function ignore(): void {}

/** What the connections of one server ask for, one thing at a time. */
export class OneAtATime {
  /** Connections with a request under way: how it is answered, and whether more came behind it. */
  readonly #underWay = new WeakMap<Socket, { readonly response: ServerResponse; more: boolean }>()
  /** Those that have had an answer, or do not wait for one. Node's own time for idle ones begins anew with every byte, also such as begin no request. */
  readonly #rests: Deadlines<Socket>
  readonly #known = new WeakSet<Socket>()

  /** @param restMs how long there may be between an answer and the end of the head of the next request */
  constructor(restMs = IDLE_MS + HEADERS_MS) {
    this.#rests = new Deadlines({
      durationMs: restMs,
      now: () => performance.now(),
      expired: (socket) => socket.destroy(),
    })
  }

  /** Whoever sends requests without waiting for answers gets the first one answered, and the end of the connection. */
  answering(answer: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request
      const before = this.#underWay.get(socket)
      if (before !== undefined) {
        before.more = true
        // Node keeps each of them until the first is answered: that may take no longer than it takes others to ask, and some answers have no end.
        if (before.response.headersSent) socket.destroy()
        else this.#rests.set(socket)
        return
      }
      this.#begin(socket)
      const asked = { response, more: false }
      this.#underWay.set(socket, asked)
      response.once('close', () => {
        this.#underWay.delete(socket)
        if (asked.more) socket.destroySoon()
        else if (!socket.destroyed) this.#rests.set(socket)
      })
      answer(request, response)
    }
  }

  /**
   * This connection asks for another protocol, and is Node's no more.
   * @returns whether it may: not behind a request whose answer would come in between
   */
  mayUpgrade(socket: Socket): boolean {
    // Node has taken its listener away, and an unhandled `error` would end the process.
    socket.on('error', ignore)
    this.#rests.clear(socket)
    return !this.#underWay.has(socket)
  }

  #begin(socket: Socket): void {
    this.#rests.clear(socket)
    if (this.#known.has(socket)) return
    this.#known.add(socket)
    socket.once('close', () => this.#rests.clear(socket))
  }
}
