/**
 * What is asked at the admin socket of a relay of several workers: passed on to all of them or to the one whose it is, and
 * answered as one relay would. What concerns the whole of it (its configuration, its log, its end) is the supervisor's.
 */

import type { Context, Hono } from 'hono'
import { body, operatorsApp, watchedEnd } from '../relay/admin/admin-server.js'
import type { DrainProgress } from '../relay/admin/drain-progress.js'
import type { Page } from '../relay/admin/pages.js'
import type { PersonRow } from '../relay/admin/people.js'
import type { Program } from '../relay/admin/program.js'
import { BODIES, QUERIES, Refusal, valuesOf } from '../relay/admin/requests.js'
import type { Stats } from '../relay/admin/stats.js'
import type { About } from '../relay/observe/operational-events.js'
import type { RelayLog } from '../relay/observe/relay-log.js'
import { say } from '../relay/observe/say.js'
import type { Tally } from '../relay/observe/tally.js'
import type { Crew } from './crew.js'
import {
  mergedPeople,
  mergedRooms,
  mergedStats,
  mergedTop,
  type TopAnswer,
  workerStats,
} from './merged-answers.js'
import type { OperatorAnswer, OperatorRequest } from './messages.js'
import type { WorkerLink } from './worker-link.js'

export interface OperatorParts {
  readonly crew: Crew
  readonly program: Program & Required<Pick<Program, 'drain'>>
  readonly progress: DrainProgress
  readonly tally: Tally
  readonly log: RelayLog
  readonly state: () => string
}

/** What one of them has answered. */
interface Answered {
  readonly link: WorkerLink
  readonly answer: OperatorAnswer
}

const NOT_FOUND = 404

export function operatorsOfAll(parts: OperatorParts): Hono {
  const { crew, program, progress, tally, log, state } = parts
  const app = operatorsApp((error) => {
    tally.faults++
    say(log, 'admin.failed', { err: error }, 'a fault of the relay cost an answer to an operator')
  })
  const did = (event: 'admin.reload' | 'admin.drain', by: string | null, words: string) => {
    tally.adminDid(event === 'admin.reload' ? 'reload' : 'drain')
    const about: About<'admin.drain'> = { by: by ?? undefined }
    say(log, event, about, words)
  }
  const statsOf = (all: readonly { readonly link: WorkerLink; readonly stats: Stats }[]) => ({
    ...mergedStats(
      all.map(({ stats }) => stats),
      {
        pid: process.pid,
        state: state(),
        atMs: Date.now(),
        monotonicMs: performance.now(),
        uptimeSeconds: Math.floor(process.uptime()),
      },
    ),
    workers: all.map(({ link, stats }) => workerStats(link.number, stats)),
  })

  app.get('/who', async (context) => {
    const { limit } = valuesOf(QUERIES.who, context.req.query())
    const answers = await askAll(crew, context)
    // Where a worker has nobody in a room, it may know of no such room yet.
    return merge(context, answers, NOT_FOUND, (pages) => mergedPeople(pages as never, limit))
  })
  app.get('/rooms', async (context) => {
    const { limit } = valuesOf(QUERIES.rooms, context.req.query())
    return merge(context, await askAll(crew, context), null, (pages) => mergedRooms(pages as never, limit))
  })
  app.get('/stats', async (context) =>
    merge(context, await askAll(crew, context), null, (all, links) =>
      statsOf(links.map((link, index) => ({ link, stats: all[index] as Stats }))),
    ),
  )
  app.get('/top', async (context) => {
    const wanted = valuesOf(QUERIES.top, context.req.query())
    return merge(context, await askAll(crew, context), null, (all, links) => {
      const answers = all as readonly TopAnswer[]
      const stats = statsOf(
        links.map((link, index) => ({ link, stats: (answers[index] as TopAnswer).stats })),
      )
      return mergedTop(answers, stats, wanted)
    })
  })

  app.post('/kick', async (context) => {
    const asked = await requestOf(context)
    const { name } = valuesOf(BODIES.kick, await body(context))
    return answerWith(context, await ask((await whoHas(crew, name)) ?? anybody(crew), asked))
  })
  app.post('/log-level', async (context) => {
    const { logLevel } = program
    if (logLevel === undefined) throw new Refusal(501, 'this relay has no log of its own')
    const { level } = valuesOf(BODIES.logLevel(logLevel.levels), await body(context))
    const before = logLevel.level
    const answers = await askAll(crew, context)
    logLevel.level = level
    return merge(context, answers, null, () => ({ level, before }))
  })
  app.post('/reload', async (context) => {
    const { by } = valuesOf(BODIES.plain, await body(context))
    const reloading = program.reload?.() ?? null
    if (reloading === null) throw new Refusal(501, 'this relay has no configuration to read again')
    did('admin.reload', by, 'an operator has the configuration read again')
    return context.json(await reloading)
  })
  app.post('/drain', async (context) => {
    const { by } = valuesOf(BODIES.plain, await body(context))
    return watchedEnd(context, progress, () => {
      did('admin.drain', by, 'an operator ends the relay')
      program.drain()
    })
  })
  // Whatever any of them can answer.
  app.all('*', async (context) => answerWith(context, await ask(anybody(crew), await requestOf(context))))
  return app
}

/** @returns what those answer that do @throws Refusal where none does */
function askAll(crew: Crew, context: Context): Promise<Answered[]> {
  return requestOf(context).then((asked) => answersOf(crew, asked))
}

async function answersOf(crew: Crew, asked: OperatorRequest): Promise<Answered[]> {
  const answers: Answered[] = []
  const asking = crew.ready.map(async (link) => {
    try {
      answers.push({ link, answer: await ask(link, asked) })
    } catch {
      // It has just ended: whom it had are gone.
    }
  })
  await Promise.all(asking)
  if (answers.length === 0) throw nobody()
  return answers.sort((one, other) => one.link.number - other.link.number)
}

/** The worker that somebody with this name is connected to: its records have where they come from. */
async function whoHas(crew: Crew, name: string): Promise<WorkerLink | null> {
  const path = `/who?limit=1&prefix=${encodeURIComponent(name)}`
  const answers = await answersOf(crew, { method: 'GET', path, body: '' })
  const has = ({ answer: { status, text } }: Answered) => {
    const [row] = status === 200 ? (JSON.parse(text) as Page<PersonRow>).items : []
    return row?.name === name && row.node === null
  }
  return answers.find(has)?.link ?? null
}

/** One that can answer what all of them know, or have done everywhere. @throws Refusal where there is none */
function anybody(crew: Crew): WorkerLink {
  const [link] = crew.ready
  if (link === undefined) throw nobody()
  return link
}

function ask(link: WorkerLink, request: OperatorRequest): Promise<OperatorAnswer> {
  return link.ask('operator', request)
}

async function requestOf({ req }: Context): Promise<OperatorRequest> {
  const { pathname, search } = new URL(req.url)
  return { method: req.method, path: pathname + search, body: req.method === 'GET' ? '' : await req.text() }
}

/** @param ignored a status that some may answer as long as others do not */
function merge(
  context: Context,
  answers: readonly Answered[],
  ignored: number | null,
  merged: (all: readonly unknown[], links: readonly WorkerLink[]) => object,
): Response {
  const good = answers.filter(({ answer }) => answer.status === 200)
  const wrong = answers.find(
    ({ answer: { status } }) => status !== 200 && (status !== ignored || good.length === 0),
  )
  if (wrong !== undefined) return answerWith(context, wrong.answer)
  const all = good.map(({ answer }) => JSON.parse(answer.text) as unknown)
  return context.json(
    merged(
      all,
      good.map(({ link }) => link),
    ),
  )
}

function answerWith(context: Context, { status, text }: OperatorAnswer): Response {
  return context.body(text, status as 200, { 'content-type': 'application/json' })
}

function nobody(): Refusal {
  return new Refusal(409, 'no worker is ready: the log says why')
}
