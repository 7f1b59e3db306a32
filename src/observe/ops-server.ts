/** The HTTP endpoint for operators: metrics, whether the process lives, and whether it takes connections. */

import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'

export interface OpsOptions {
  readonly host: string | undefined
  /** 0 for any free one. */
  readonly port: number
  /** The metrics as Prometheus reads them, and the type of that text. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string }
  /** `ready`, or in a word why not. */
  readonly readiness: () => string
}

export class OpsServer {
  readonly #server: ServerType

  private constructor(server: ServerType) {
    this.#server = server
  }

  /** @throws the system's error, with `code` such as `EADDRINUSE` */
  static open(options: OpsOptions): Promise<OpsServer> {
    const app = new Hono()
    app.get('/metrics', async (context) =>
      context.body(await options.metrics.text(), 200, { 'content-type': options.metrics.contentType }),
    )
    app.get('/healthz', (context) => context.text('ok\n'))
    app.get('/readyz', (context) => {
      const readiness = options.readiness()
      return context.text(`${readiness}\n`, readiness === 'ready' ? 200 : 503)
    })
    return new Promise((resolve, reject) => {
      const where = { port: options.port, ...(options.host === undefined ? {} : { hostname: options.host }) }
      const server = serve({ fetch: app.fetch, ...where }, () => {
        server.removeListener('error', reject)
        resolve(new OpsServer(server))
      })
      server.once('error', reject)
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      if ('closeAllConnections' in this.#server) this.#server.closeAllConnections()
    })
  }
}
