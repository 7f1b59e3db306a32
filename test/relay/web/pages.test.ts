/** What browsers are sent over HTTP: the built files, their headers and encodings, and what is refused. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { readPageFiles } from '../../../src/relay/web/page-files.js'
import { createPages } from '../../../src/relay/web/pages.js'

const BUNDLE_BYTES = 150_000
/** Whether names need a password. */
let mode = 'off'
const server = createServer(createPages({ page: true, room: '"den"&<i>', access: () => mode, live: null }))

before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
after(() => server.close())

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  const request = httpRequest({ port, host: '127.0.0.1', path, headers, method, agent: false }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
}

/** What the page refers to. */
async function assets(): Promise<string[]> {
  const { body } = await ask('/')
  return [...body.toString().matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string)
}

test('the page is at / with a strict policy, and refers to nothing elsewhere and nothing inline', async () => {
  const { status, headers, body } = await ask('/')
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(headers['cache-control'], 'no-cache')
  const policy = (headers['content-security-policy'] as string).split('; ')
  assert.deepEqual(policy, [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ])
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['referrer-policy'], 'no-referrer')
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
  assert.equal(headers['x-frame-options'], 'DENY')
  assert.equal(headers['strict-transport-security'], undefined)
  assert.doesNotMatch(body.toString(), /<script>|<style|\son\w+=|https?:|\sstyle=/)
  assert.ok((await assets()).every((path) => /^\/assets\/\w+-\w{8}\.(js|css|svg)$/.test(path)))
})

test('the page is told the name of the room, escaped', async () => {
  const { body } = await ask('/')
  assert.match(body.toString(), /<meta name="room" content="&#34;den&#34;&#38;&#60;i&#62;">/)
  const compressed = await ask('/', { 'accept-encoding': 'br' })
  assert.deepEqual(brotliDecompressSync(compressed.body), body)
})

test('the page is told whether names need a password, also when that has changed', async (t) => {
  t.after(() => {
    mode = 'off'
  })
  const before = await ask('/')
  assert.match(before.body.toString(), /<meta name="access" content="off">/)
  mode = 'closed'
  const after = await ask('/', { 'if-none-match': before.headers.etag as string })
  assert.equal(after.status, 200)
  assert.match(after.body.toString(), /<meta name="access" content="closed">/)
})

test('without a page there is nothing at /', async (t) => {
  const other = createServer(createPages({ page: false, room: 'general', access: () => 'off', live: null }))
  await once(other.listen(0, '127.0.0.1'), 'listening')
  t.after(() => other.close())
  const response = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)
  assert.equal(response.status, 404)
  await response.text()
})

test('what it is made of may be kept for good, and has its type', async () => {
  const paths = await assets()
  assert.deepEqual(paths.map((path) => path.replace(/.*\./, '')).sort(), ['css', 'js', 'svg'])
  for (const path of paths) {
    const { status, headers } = await ask(path)
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    const type = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' }[path.replace(/.*\./, '')]
    assert.equal(headers['content-type']?.replace(/;.*/, ''), type)
  }
})

test('it is sent compressed to whoever takes that, with another tag for each form', async () => {
  const [script = ''] = (await assets()).filter((path) => path.endsWith('.js'))
  const plain = await ask(script)
  const br = await ask(script, { 'accept-encoding': 'gzip, deflate, br' })
  const gzip = await ask(script, { 'accept-encoding': 'gzip;q=0.5, br;q=0' })
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.equal(br.headers['content-encoding'], 'br')
  assert.equal(gzip.headers['content-encoding'], 'gzip')
  assert.deepEqual(brotliDecompressSync(br.body), plain.body)
  assert.deepEqual(gunzipSync(gzip.body), plain.body)
  for (const { headers, body } of [plain, br, gzip]) {
    assert.equal(headers.vary, 'Accept-Encoding')
    assert.equal(headers['content-length'], `${body.length}`)
  }
  assert.equal(new Set([plain, br, gzip].map(({ headers }) => headers.etag)).size, 3)
})

test('whoever has it already is told so', async () => {
  const { headers } = await ask('/')
  const again = await ask('/', { 'if-none-match': `"other", W/${headers.etag}` })
  assert.equal(again.status, 304)
  assert.equal(again.body.length, 0)
  assert.equal(again.headers.etag, headers.etag)
  assert.equal((await ask('/', { 'if-none-match': '"other"' })).status, 200)
})

test('HEAD is answered as GET is, without a body', async () => {
  const get = await ask('/')
  const head = await ask('/', {}, 'HEAD')
  assert.equal(head.status, 200)
  assert.equal(head.body.length, 0)
  for (const name of ['etag', 'content-type', 'content-length', 'content-security-policy'])
    assert.equal(head.headers[name], get.headers[name], name)
})

test('other methods are 405, other paths 404, and none reaches a file', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await ask('/', {}, method)
    assert.equal(status, 405, method)
    assert.equal(headers.allow, 'GET, HEAD')
  }
  for (const path of [
    '/live',
    '/live/feed',
    '/chat.html',
    '/assets',
    '/assets/',
    '/assets/../chat.html',
    '/..%2fpackage.json',
    '/%',
    '//',
  ]) {
    const { status, headers } = await ask(path)
    assert.equal(status, 404, path)
    assert.match(headers['content-security-policy'] as string, /default-src 'none'/)
  }
})

test('all of the page together has less than 150 KB, compressed with gzip', () => {
  const files = [...readPageFiles()].filter(([name]) => /^(chat\.html|assets\/(chat|icon)-.*)$/.test(name))
  assert.equal(files.length, 4)
  const bytes = files.reduce(
    (sum, [, { compressed }]) => sum + (compressed.get('gzip')?.length ?? Infinity),
    0,
  )
  assert.ok(bytes < BUNDLE_BYTES, `${bytes} bytes`)
})

test('where nothing is built, that is said', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'parlance-pages-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  assert.equal(readPageFiles(join(folder, 'missing')).size, 0)
  writeFileSync(join(folder, 'other.txt'), 'Hi')
  const empty = createServer(
    createPages({ page: true, room: 'general', access: () => 'off', live: null, folder }),
  )
  await once(empty.listen(0, '127.0.0.1'), 'listening')
  t.after(() => empty.close())
  const response = await fetch(`http://127.0.0.1:${(empty.address() as AddressInfo).port}/`)
  assert.equal(response.status, 404)
  assert.equal(await response.text(), 'The page is not built: run npm run build.\n')
})
