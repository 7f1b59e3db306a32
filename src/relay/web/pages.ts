/**
 * The pages for browsers, as a listener for the requests of an HTTP server that belongs to somebody else: the chat at
 * `/`, the live view at `/live`, and what they are made of under `/assets/`. Owns which request gets which file, and the headers;
 * connections, their limits and WebSockets are the gateway's.
 */

import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { secureHeaders } from 'hono/secure-headers'
import { type PageEncoding, type PageFile, readPageFiles, telling } from './page-files.js'

/** What the live view shows, where there is one. */
export interface LiveSource {
  /** Answers `GET /live/feed`. */
  feed(context: Context): Response | Promise<Response>
}

export interface PagesOptions {
  /** Whether there is the chat at `/`. */
  readonly page: boolean
  /** What the relay calls the room that everybody comes into. */
  readonly room: string
  /** Whether names need a password: `off`, `reserved` or `closed`. It may change. */
  readonly access: () => string
  /** `null`: there is no `/live`. */
  readonly live: LiveSource | null
  /** Where the built files are; without it, where the build puts them. @internal */
  readonly folder?: string
}

/** A file whose name has the hash of its contents. */
const FOR_GOOD = 'public, max-age=31536000, immutable'
/** Everything else is asked for each time, and is mostly answered with 304. */
const ASK_AGAIN = 'no-cache'

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    requireTrustedTypesFor: ["'script'"],
  },
  crossOriginOpenerPolicy: 'same-origin',
  crossOriginResourcePolicy: 'same-origin',
  referrerPolicy: 'no-referrer',
  xFrameOptions: 'DENY',
  permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
  // It would hold for every port of this host, and that is not ours to say.
  strictTransportSecurity: false,
})

/** @returns answers every request that is no upgrade; it never throws and never leaves one unanswered */
export function createPages({ page, room, access, live, folder }: PagesOptions): RequestListener {
  const files = readPageFiles(folder)
  const app = new Hono()
  app.use(headers)
  const chat = files.get('chat.html')
  const told = new Map<string, PageFile>()
  const chatPage = () => {
    const mode = access()
    if (chat !== undefined && !told.has(mode)) told.set(mode, telling(chat, { room, access: mode }))
    return told.get(mode)
  }
  if (page) serve(app, '/', chatPage)
  if (live !== null) {
    serve(app, '/live', () => files.get('live.html'))
    app.get('/live/feed', (context) => live.feed(context))
    onlyGet(app, '/live/feed')
  }
  for (const [name, file] of files)
    if (name.startsWith('assets/')) {
      app.get(`/${name}`, (context) => send(context, file, FOR_GOOD))
      onlyGet(app, `/${name}`)
    }
  app.notFound((context) => context.text('There is nothing at this address.\n', 404))
  app.onError((_, context) => context.text('This did not work.\n', 500))
  const answer = getRequestListener(app.fetch)
  return (request, response) => void answer(request, response)
}

function serve(app: Hono, path: string, page: () => PageFile | undefined): void {
  app.get(path, (context) => {
    const file = page()
    return file === undefined
      ? context.text('The page is not built: run npm run build.\n', 404)
      : send(context, file, ASK_AGAIN)
  })
  onlyGet(app, path)
}

/** HEAD is answered as GET is, without the body. */
function onlyGet(app: Hono, path: string): void {
  app.all(path, (context) => context.text('Only GET and HEAD work here.\n', 405, { Allow: 'GET, HEAD' }))
}

function send(context: Context, file: PageFile, cacheControl: string): Response {
  const encoding = encodingFor(context, file)
  const etag = file.etag(encoding)
  const told = { 'Cache-Control': cacheControl, ETag: etag, Vary: 'Accept-Encoding' }
  const known = context.req.header('if-none-match')?.split(',') ?? []
  if (known.some((one) => one.trim().replace(/^W\//, '') === etag)) return context.body(null, 304, told)
  const bytes = (encoding === null ? undefined : file.compressed.get(encoding)) ?? file.plain
  return context.body(bytes, 200, {
    ...told,
    'Content-Type': file.type,
    'Content-Length': `${bytes.length}`,
    ...(encoding === null ? {} : { 'Content-Encoding': encoding }),
  })
}

function encodingFor(context: Context, file: PageFile): PageEncoding | null {
  const supports = [...file.compressed.keys()]
  const chosen = accepts(context, {
    header: 'Accept-Encoding',
    supports,
    default: 'identity',
    // A quality of 0 is a refusal, and what the client lists first says nothing about what is best.
    match: (accepted, config) =>
      config.supports.find((one) => accepted.some(({ type, q }) => type === one && q > 0)) ?? config.default,
  })
  return supports.find((one) => one === chosen) ?? null
}
