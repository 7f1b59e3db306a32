/**
 * The HTTP endpoint for operators: metrics, whether the process lives, and whether it takes connections. It has limits
 * of its own, so that whoever reaches it takes neither descriptors nor time from those who chat.
 */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'

export interface OpsOptions {
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** The metrics as Prometheus reads them, and the type of that text. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  /** `ready`, or in a word why not. */
  readonly readiness: () => string
  /** A connection beyond the limit was closed without a word. */
  readonly refused: () => void
}

/** Of the descriptors that the relay keeps back (`net/connection-limit.ts`). */
const MAX_CONNECTIONS = 32
/** How long the head of a request may take, from the start of a connection too, and how long a whole request. */
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000
/** How long a connection may be idle, or not read its answer. */
const IDLE_MS = 10_000
const CHECK_MS = 1_000
const MAX_HEADER_BYTES = 8 * 1024
/** The metrics are made no more often than this: it takes a while, and asks every connection. */
const METRICS_MS = 1_000

export class OpsServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @throws the system's error, with `code` such as `EADDRINUSE` */
  static open(options: OpsOptions): Promise<OpsServer> {
    const { contentType } = options.metrics
    const metricsText = kept(() => options.metrics.text())
    const app = new Hono()
    app.get('/metrics', async (context) =>
      context.body(await metricsText(), 200, { 'content-type': contentType }),
    )
    app.get('/healthz', (context) => context.text('ok\n'))
    app.get('/readyz', (context) => {
      const readiness = options.readiness()
      return context.text(`${readiness}\n`, readiness === 'ready' ? 200 : 503)
    })
    const answer = getRequestListener(app.fetch)
    const answered = oneAtATime((request, response) => void answer(request, response))
    const limits = {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    }
    const server = createServer(limits, answered)
    server.timeout = IDLE_MS
    server.maxConnections = MAX_CONNECTIONS
    server.on('drop', options.refused)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: options.port, host: options.host }, () => {
        server.removeListener('error', reject)
        resolve(new OpsServer(server))
      })
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}

/** @returns `make`'s text, or what it was less than `METRICS_MS` ago; one that failed is not kept */
function kept(make: () => Promise<string>): () => Promise<string> {
  let made: Promise<string> | null = null
  let madeAt = 0
  return () => {
    if (made !== null && performance.now() - madeAt < METRICS_MS) return made
    madeAt = performance.now()
    const making = make()
    made = making
    making.catch(() => {
      if (made === making) made = null
    })
    return making
  }
}

/** Whoever sends requests without waiting for answers gets the first one answered, and the end of the connection. */
function oneAtATime(answer: RequestListener): RequestListener {
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
