/**
 * The HTTP endpoint for operators: metrics, whether the process lives, and whether it takes connections. It has limits
 * of its own, so that whoever reaches it takes neither descriptors nor time from those who chat.
 */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTP_LIMITS, limit, OneAtATime } from '../net/http-limits.js'

/** Whether the relay takes connections. */
export interface Readiness {
  /** `ready`, `degraded` and why where somebody should look, or why not. */
  readonly word: string
  /** Whether that is to be taken for ready. */
  readonly isReady: boolean
}

export interface OpsOptions {
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** The metrics as Prometheus reads them, and the type of that text. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  readonly readiness: () => Readiness
  /** A connection beyond the limit was closed without a word. */
  readonly refused: () => void
}

/** Of the descriptors that the relay keeps back (`net/connection-limit.ts`). */
const MAX_CONNECTIONS = 32
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
      const { word, isReady } = options.readiness()
      return context.text(`${word}\n`, isReady ? 200 : 503)
    })
    const answer = getRequestListener(app.fetch)
    const answered = new OneAtATime().answering((request, response) => void answer(request, response))
    const server = createServer(HTTP_LIMITS, answered)
    limit(server)
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
