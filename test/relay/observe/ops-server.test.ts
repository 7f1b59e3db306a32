/** That operators get metrics, life and readiness over HTTP, and that a second endpoint on one port is an error. */

import assert from 'node:assert/strict'
import { Agent, get as httpGet } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type OpsOptions, OpsServer } from '../../../src/relay/observe/ops-server.js'

async function openOps(t: TestContext, overrides: Partial<OpsOptions> = {}) {
  const ops = await OpsServer.open({
    host: '127.0.0.1',
    port: 0,
    metrics: { text: async () => 'some_metric 1\n', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
    readiness: () => ({ word: 'ready', isReady: true }),
    refused: () => {},
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
  const again = performance.now() + 10_000
  while ((await get('/metrics')).text === 'scrapes 1\n') assert.ok(performance.now() < again)
  assert.equal(scrapes, 2)
})

test('metrics are made once a second, however often and in whatever way they are asked for', async (t) => {
  t.mock.method(performance, 'now', () => 5000)
  let scrapes = 0
  const { get, ops } = await openOps(t, {
    metrics: { text: async () => `scrapes ${++scrapes}\n`, contentType: 'text/plain' },
  })
  for (let round = 0; round < 20; round++) {
    await get('/metrics')
    const head = await fetch(`http://127.0.0.1:${ops.port}/metrics`, { method: 'HEAD' })
    assert.equal(head.status, 200)
  }
  assert.equal(scrapes, 1)
})

/** Sends `text` and gives what comes back until the end of the connection. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (data: string) => {
    answer += data
  })
  socket.on('error', () => {})
  socket.write(text)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}

test('5,000 requests in one go get one answer and the end of the connection', async (t) => {
  const large = `${'some_metric 1\n'.repeat(4000)}`
  const { ops, get } = await openOps(t, { metrics: { text: async () => large, contentType: 'text/plain' } })
  const request = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'
  const answer = await exchange(ops.port, request.repeat(5000))
  assert.equal(answer.split('HTTP/1.1 200').length - 1, 1)
  assert.ok(answer.endsWith('some_metric 1\n'), 'that one is whole')
  assert.equal((await get('/metrics')).status, 200)
})

test('one request after the other goes over one connection', async (t) => {
  const { ops } = await openOps(t)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ports = new Set<number | undefined>()
  for (let round = 0; round < 5; round++) {
    await new Promise<void>((resolve, reject) => {
      const request = httpGet({ port: ops.port, path: '/metrics', agent }, (response) => {
        ports.add(response.socket.localPort)
        response.resume().once('end', resolve)
      })
      request.once('error', reject)
    })
  }
  assert.equal(ports.size, 1)
})

test('beyond 32 connections they are closed without a word and counted, and idle ones make room by themselves', async (t) => {
  let refused = 0
  const { ops, get } = await openOps(t, { refused: () => refused++ })
  const ended: number[] = []
  const idle = Array.from({ length: 40 }, (_, index) => {
    const socket = connect(ops.port, '127.0.0.1')
    socket
      .on('error', () => {})
      .resume()
      .once('close', () => ended.push(index))
    return socket
  })
  t.after(() => {
    for (const socket of idle) socket.destroy()
  })
  const deadline = performance.now() + 60_000
  const until = async (reached: () => boolean) => {
    while (!reached()) {
      assert.ok(performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await until(() => refused === 8 && ended.length >= 8)
  // Those that never send the head of a request have had their time.
  await until(() => ended.length === 40)
  assert.equal((await get('/healthz')).status, 200)
})

test('readiness follows the relay and says in a word why not; life does not', async (t) => {
  let readiness = 'starting'
  const { get } = await openOps(t, { readiness: () => ({ word: readiness, isReady: readiness === 'ready' }) })
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
