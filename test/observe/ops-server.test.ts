/** That operators get metrics, life and readiness over HTTP, and that a second endpoint on one port is an error. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
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

test('metrics are served as Prometheus reads them', async (t) => {
  let scrapes = 0
  const contentType = 'text/plain; version=0.0.4; charset=utf-8'
  const { get } = await openOps(t, { metrics: { text: async () => `scrapes ${++scrapes}\n`, contentType } })
  assert.deepEqual(await get('/metrics'), { status: 200, type: contentType, text: 'scrapes 1\n' })
  assert.equal((await get('/metrics')).text, 'scrapes 2\n')
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
