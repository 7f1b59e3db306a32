/** The HTTP endpoint for operators: metrics, whether the process lives, and whether it takes connections. */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

export interface OpsOptions {
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** The metrics as Prometheus reads them, and the type of that text. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  /** `ready`, or in a word why not. */
  readonly readiness: () => string
  /** A connection was refused: there are as many as may be. May be called very often. */
  readonly refused: () => void
}

/** Within the descriptors that the relay keeps back (`net/connection-limit.ts`), so that scrapes never cost it a client. */
const MAX_CONNECTIONS = 32
/** Beyond it the connection is closed: nobody has the relay make thousands of answers with one write. */
const MAX_REQUESTS_PER_CONNECTION = 100
/** An idle connection is closed after a minute: longer than most scrape intervals, and no descriptor is held for ever. */
const SERVER_OPTIONS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 1_000,
}
/** What is asked for more often than this is the same text. */
const METRICS_MS = 1000

export class OpsServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @throws the system's error, with `code` such as `EADDRINUSE` */
  static open(options: OpsOptions): Promise<OpsServer> {
    const app = new Hono()
    const metrics = onceASecond(options.metrics.text)
    app.get('/metrics', async (context) =>
      context.body(await metrics(), 200, { 'content-type': options.metrics.contentType }),
    )
    app.get('/healthz', (context) => context.text('ok\n'))
    app.get('/readyz', (context) => {
      const readiness = options.readiness()
      return context.text(`${readiness}\n`, readiness === 'ready' ? 200 : 503)
    })
    return new Promise((resolve, reject) => {
      const where = { port: options.port, ...(options.host === undefined ? {} : { hostname: options.host }) }
      const server = serve({ fetch: app.fetch, serverOptions: SERVER_OPTIONS, ...where }, () => {
        server.removeListener('error', reject)
        resolve(new OpsServer(server))
      }) as Server
      server.maxConnections = MAX_CONNECTIONS
      server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION
      server.on('drop', options.refused)
      // The last one that it may make is answered with `connection: close`: only who does not wait for answers comes here.
      server.on('dropRequest', (_request, socket) => socket.destroy())
      server.once('error', reject)
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

/** Makes it anew at most once a second, and hands those who ask meanwhile the same. */
function onceASecond(make: () => Promise<string>): () => Promise<string> {
  let madeAt = Number.NEGATIVE_INFINITY
  let made: Promise<string> | null = null
  return () => {
    const now = performance.now()
    if (made === null || now - madeAt >= METRICS_MS) {
      madeAt = now
      made = make()
      // What failed is tried again by the next one who asks.
      made.catch(() => {
        made = null
      })
    }
    return made
  }
}
