/**
 * What operators ask of the relay while it runs: HTTP over a Unix socket, JSON in and out, so that `curl --unix-socket` can
 * do what `parlance admin` does. Whoever can open the socket may do everything. Owns the routes and the limits; what is
 * answered is made by those beside it.
 */

import { createServer, type Server } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { HistoryStore } from '../history/store.js'
import { HTTP_LIMITS, limit, OneAtATime } from '../net/http-limits.js'
import { oneLine } from '../streams/printable.js'
import type { Actions } from './actions.js'
import type { Banning } from './banning.js'
import type { Busiest } from './busiest.js'
import { DrainProgress, type DrainStep, MOST_WATCHERS } from './drain-progress.js'
import type { Looks } from './looks.js'
import { BODIES, QUERIES, Refusal, valuesOf } from './requests.js'
import { SocketFile } from './socket-file.js'

export interface AdminSources {
  readonly looks: Looks
  readonly busiest: Busiest
  readonly actions: Actions
  readonly banning: Banning
  /** What rooms have said; `null` where they keep nothing. */
  readonly history: Pick<HistoryStore, 'search'> | null
  readonly draining: () => DrainStep
  /** Something went wrong that is nobody's fault who asked. */
  readonly failed: (error: unknown) => void
}

/** How long an answer that is under way may take at the end. */
const LAST_ANSWERS_MS = 500
/** Of the descriptors that the relay keeps back (`net/connection-limit.ts`). */
const MAX_CONNECTIONS = 16
/** The longest text that may be said, with every second character escaped, and what is around it. */
const MAX_BODY_BYTES = 160 * 1024

const ROUTES =
  'GET /who, /rooms, /stats, /top, /bans, /log-level, /history; POST /kick, /ban, /unban, /say, /reload, /drain, /log-level'

export class AdminServer {
  readonly path: string
  readonly #server: Server
  readonly #file: SocketFile
  readonly #progress: DrainProgress

  private constructor(path: string, server: Server, file: SocketFile, progress: DrainProgress) {
    this.path = path
    this.#server = server
    this.#file = file
    this.#progress = progress
  }

  /** @throws as `SocketFile.listen` */
  static open(path: string, sources: AdminSources): Promise<AdminServer> {
    const progress = new DrainProgress(sources.draining)
    return AdminServer.serve(path, adminRoutes(sources, progress), progress)
  }

  /** @param app what answers @throws as `SocketFile.listen` */
  static async serve(path: string, app: Hono, progress: DrainProgress): Promise<AdminServer> {
    const answer = getRequestListener(app.fetch)
    const server = createServer(
      HTTP_LIMITS,
      new OneAtATime().answering((request, response) => void answer(request, response)),
    )
    limit(server)
    server.maxConnections = MAX_CONNECTIONS
    const file = await SocketFile.listen(server, path)
    return new AdminServer(path, server, file, progress)
  }

  /** Whoever waits for the end of the relay is told that it has come. */
  async close(): Promise<void> {
    this.#progress.end()
    this.#file.remove()
    await new Promise<void>((resolve) => {
      const deadline = setTimeout(() => this.#server.closeAllConnections(), LAST_ANSWERS_MS)
      this.#server.close(() => {
        clearTimeout(deadline)
        resolve()
      })
    })
  }
}

/** Answers what a `Refusal` says, and to nobody more than `MAX_BODY_BYTES`. @param failed see `AdminSources` */
export function operatorsApp(failed: (error: unknown) => void): Hono {
  const app = new Hono()
  const tooLong = () => {
    throw new Refusal(413, `expected a body of at most ${MAX_BODY_BYTES} bytes`)
  }
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLong }))
  app.onError((error, context) => {
    if (!(error instanceof Refusal)) {
      if (isTorn(context)) return context.json({ error: 'the request did not come to its end' }, 400)
      failed(error)
      return context.json({ error: 'something went wrong in the relay: its log says what' }, 500)
    }
    const { status, message, nearest } = error
    return context.json(nearest === null ? { error: message } : { error: message, nearest }, status)
  })
  return app
}

/** Whether its client has gone, or run out of time, before the request was all there: reading it then fails. */
function isTorn({ env }: Context): boolean {
  return (env as Partial<HttpBindings> | undefined)?.incoming?.complete === false
}

export function adminRoutes(sources: AdminSources, progress: DrainProgress): Hono {
  const { looks, busiest, actions, banning, history, failed } = sources
  const app = operatorsApp(failed)

  app.get('/who', (context) => {
    const { room, ...page } = valuesOf(QUERIES.who, context.req.query())
    return context.json(looks.people(page, room))
  })
  app.get('/rooms', (context) => context.json(looks.rooms(valuesOf(QUERIES.rooms, context.req.query()))))
  app.get('/stats', (context) => {
    valuesOf(QUERIES.nothing, context.req.query())
    return context.json(looks.stats())
  })
  app.get('/top', (context) => {
    const { rooms, readers, roomsBy, readersBy } = valuesOf(QUERIES.top, context.req.query())
    return context.json({
      stats: looks.stats(),
      rooms: busiest.rooms(roomsBy, rooms),
      readers: busiest.readers(readersBy, readers),
    })
  })
  app.get('/bans', (context) => context.json(banning.list()))
  app.get('/log-level', (context) => context.json(actions.logLevel()))
  app.get('/history', async (context) => {
    if (history === null) throw new Refusal(404, 'rooms keep no history here: the setting history is 0')
    const { since, until, room, ...page } = valuesOf(QUERIES.history, context.req.query())
    const rooms = room === null ? null : [room]
    return context.json(await history.search({ ...page, sinceMs: since, untilMs: until, rooms }))
  })

  app.post('/kick', async (context) =>
    context.json(await actions.kick(valuesOf(BODIES.kick, await body(context)))),
  )
  app.post('/say', async (context) =>
    context.json(await actions.say(valuesOf(BODIES.say, await body(context)))),
  )
  app.post('/log-level', async (context) =>
    context.json(
      actions.setLogLevel(valuesOf(BODIES.logLevel(actions.logLevel().levels), await body(context))),
    ),
  )
  app.post('/ban', async (context) =>
    context.json(await banning.ban(valuesOf(BODIES.ban, await body(context)))),
  )
  app.post('/unban', async (context) =>
    context.json(banning.unban(valuesOf(BODIES.unban, await body(context)))),
  )
  app.post('/reload', async (context) =>
    context.json(await actions.reload(valuesOf(BODIES.plain, await body(context)).by)),
  )
  app.post('/drain', async (context) => {
    const { by } = valuesOf(BODIES.plain, await body(context))
    return watchedEnd(context, progress, () => actions.drain(by))
  })

  app.notFound((context) => {
    const asked = oneLine(`${context.req.method} ${context.req.path.slice(0, 100)}`)
    return context.json({ error: `${asked}: expected one of ${ROUTES}` }, 404)
  })
  return app
}

/** Answers with how the end goes on that `begin` begins. @throws Refusal where too many watch it already */
export function watchedEnd(context: Context, progress: DrainProgress, begin: () => void): Response {
  if (progress.isFull) throw new Refusal(409, `${MOST_WATCHERS} are watching the end of the relay already`)
  const steps = progress.watch()
  begin()
  return context.body(steps, 202, { 'content-type': 'application/x-ndjson' })
}

/** @throws Refusal where it is no JSON; none at all is an empty object */
export async function body(context: Context): Promise<unknown> {
  const text = await context.req.text()
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'expected a body of JSON')
  }
}
