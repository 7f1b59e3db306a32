/**
 * Those at an HTTP server who may not stay for where they come from, until they have asked for something: only then can they
 * be told. Owns with which HTTP status.
 */

import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import { MAX_REFUSALS_UNDER_WAY } from '../admission.js'
import { refuse } from './handshake.js'

const FORBIDDEN = 403
const TOO_MANY_REQUESTS = 429
const SERVICE_UNAVAILABLE = 503

const STATUSES: ReadonlyMap<CloseReason, number> = new Map<CloseReason, number>([
  [CLOSE_REASONS.addressFull, TOO_MANY_REQUESTS],
  [CLOSE_REASONS.addressRate, TOO_MANY_REQUESTS],
  [CLOSE_REASONS.rate, SERVICE_UNAVAILABLE],
])

export class RefusedVisitors {
  readonly #here = new Map<Socket, CloseReason>()

  /** @returns whether there was room for one more to be told; otherwise nothing was changed */
  add(socket: Socket, reason: CloseReason): boolean {
    if (this.#here.size >= MAX_REFUSALS_UNDER_WAY) return false
    this.#here.set(socket, reason)
    socket.once('close', () => this.#here.delete(socket))
    return true
  }

  /** @returns whether this was one of them, who is told so in answer to a request to become a WebSocket */
  answers(socket: Socket): boolean {
    const reason = this.#here.get(socket)
    if (reason === undefined) return false
    refuse(socket, statusOf(reason), reason.words)
    return true
  }

  /** The same for those who ask for pages. */
  answeringInPlaceOf(pages: RequestListener): RequestListener {
    return (request, response) => {
      const reason = this.#here.get(request.socket)
      if (reason === undefined) {
        pages(request, response)
        return
      }
      const { words } = reason
      response.writeHead(statusOf(reason), {
        connection: 'close',
        'content-type': 'text/plain',
        'content-length': Buffer.byteLength(words),
      })
      response.end(words)
    }
  }
}

function statusOf(reason: CloseReason): number {
  return STATUSES.get(reason) ?? FORBIDDEN
}
