/** Limits of the relay's HTTP servers, so that whoever reaches one takes neither descriptors nor time from those who chat. */

import type { RequestListener, Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'

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

/** Whoever sends requests without waiting for answers gets the first one answered, and the end of the connection. */
export function oneAtATime(answer: RequestListener): RequestListener {
  /** Connections with a request under way, and whether more came behind it. */
  const underWay = new WeakMap<Socket, { more: boolean }>()
  return (request, response) => {
    const { socket } = request
    const before = underWay.get(socket)
    if (before !== undefined) {
      before.more = true
      return
    }
    const asked = { more: false }
    underWay.set(socket, asked)
    response.once('close', () => {
      underWay.delete(socket)
      if (asked.more) socket.destroySoon()
    })
    answer(request, response)
  }
}
