/** That operators get metrics, life and readiness over HTTP, and that a second endpoint on one port is an error. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type OpsOptions, OpsServer } from '../../src/observe/ops-server.js'

async function openOps(t: TestContext, overrides: Partial<OpsOptions> = {}) {
  const ops = await OpsServer.open({
    host: '127.0.0.1',
    port: 0,
    metrics: { text: async () => 'some_metric 1\n', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
    refused: () => {},
    readiness: () => 'ready',
    ...overrides,
  })
  t.after(() => ops.close())
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${ops.port}${path}`)
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    }
  }
  return { ops, get }
}

test('metrics are served as Prometheus reads them, and made at most once a second', async (t) => {
  let scrapes = 0
  const contentType = 'text/plain; version=0.0.4; charset=utf-8'
  const { get } = await openOps(t, { metrics: { text: async () => `scrapes ${++scrapes}\n`, contentType } })
  const first = { status: 200, type: contentType, text: 'scrapes 1\n' }
  for (const answer of await Promise.all([get('/metrics'), get('/metrics'), get('/metrics')])) {
    assert.deepEqual(answer, first)
  }
  while ((await get('/metrics')).text === 'scrapes 1\n') await delay(50)
  assert.equal(scrapes, 2)
})

test('connections are as few as the relay keeps descriptors for, and idle ones end by themselves', async (t) => {
  let refused = 0
  const { ops, get } = await openOps(t, { refused: () => refused++ })
  const idle = Array.from({ length: 60 }, () => connect(ops.port, '127.0.0.1'))
  const ended = idle.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve)))
  t.after(() => {
    for (const socket of idle) socket.destroy()
  })
  while (refused < 28) await delay(20)
  assert.equal(refused, 28)
  await Promise.all(ended)
  assert.equal((await get('/healthz')).status, 200)
})

test('thousands of requests in one write get the end, and stop nobody', async (t) => {
  const text = 'x'.repeat(20_000)
  const contentType = 'text/plain'
  const { ops, get } = await openOps(t, { metrics: { text: async () => text, contentType } })
  const socket = connect(ops.port, '127.0.0.1')
  const request = 'GET /metrics HTTP/1.1\r\nhost: here\r\n\r\n'
  let received = 0
  socket.on('data', (bytes) => {
    received += bytes.length
  })
  const closed = new Promise((resolve) => socket.once('close', resolve).on('error', () => {}))
  socket.write(request.repeat(5000))
  assert.equal((await get('/healthz')).status, 200)
  await closed
  assert.ok(received <= 101 * (text.length + 1000), `${received} bytes`)
})

test('readiness follows the relay and says in a word why not; life does not', async (t) => {
  let readiness = 'starting'
  const { get } = await openOps(t, { refused: () => {}, readiness: () => readiness })
  const statuses = async () =>
    [await get('/healthz'), await get('/readyz')].map(({ status, text }) => [status, text])
  assert.deepEqual(await statuses(), [
    [200, 'ok\n'],
    [503, 'starting\n'],
  ])
  readiness = 'ready'
  assert.deepEqual(await statuses(), [
    [200, 'ok\n'],
    [200, 'ready\n'],
  ])
  readiness = 'shutting down'
  assert.deepEqual(await statuses(), [
    [200, 'ok\n'],
    [503, 'shutting down\n'],
  ])
})

test('anything else is not there, and metrics that fail do not end the endpoint', async (t) => {
  let fails = true
  const text = async () => {
    if (fails) throw new Error('cannot be read')
    return 'fine 1\n'
  }
  t.mock.method(console, 'error', () => {})
  const { get } = await openOps(t, { metrics: { text, contentType: 'text/plain' } })
  for (const path of ['/', '/metrics/', '/admin', '/../etc/passwd'])
    assert.equal((await get(path)).status, 404, path)
  assert.equal((await get('/metrics')).status, 500)
  fails = false
  assert.equal((await get('/metrics')).status, 200)
})

test('a port that is taken is the system’s error', async (t) => {
  const { ops } = await openOps(t)
  await assert.rejects(openOps(t, { port: ops.port }), { code: 'EADDRINUSE' })
})

test('closing does not wait for a client that stays', async (t) => {
  const { ops } = await openOps(t)
  const { port } = ops
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n')
  await ops.close()
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`))
  socket.destroy()
})
