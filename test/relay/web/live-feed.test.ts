/** The live view's feed over HTTP: first all samples, then each; so many viewers, and none who does not read. On a relay: numbers alone. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { LIVE_FIELDS, type LiveSample, type LiveSamples } from '../../../src/relay/observe/live-samples.js'
import { LiveFeed } from '../../../src/relay/web/live-feed.js'
import { direct, message } from '../../fixtures/framed-bytes.js'
import { startRelay } from '../../fixtures/start-relay.js'

/** Samples that the test takes itself. */
class Samples {
  readonly samples: LiveSample[] = []
  #listener: ((sample: LiveSample) => void) | null = null

  onSample(listener: (sample: LiveSample) => void): () => void {
    this.#listener = listener
    return () => {
      this.#listener = null
    }
  }

  isRunning = false

  start(): void {
    this.isRunning = true
  }

  stop(): void {
    this.isRunning = false
  }

  get isHeard(): boolean {
    return this.#listener !== null
  }

  take(...values: number[]): void {
    this.samples.push(values)
    this.#listener?.(values)
  }
}

async function world(t: TestContext) {
  const samples = new Samples()
  const feed = new LiveFeed(samples as unknown as LiveSamples)
  const app = new Hono()
  app.get('/live/feed', (context) => feed.feed(context))
  const answer = getRequestListener(app.fetch)
  const server = createServer((incoming, response) => void answer(incoming, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/live/feed`
  const view = async (): Promise<IncomingMessage> => {
    const [response] = (await once(get(url), 'response')) as [IncomingMessage]
    return response.setEncoding('utf8').on('error', () => {})
  }
  return { samples, feed, url, view }
}

/** Events of a feed, one after the other. */
async function* eventsOf(response: IncomingMessage): AsyncGenerator<{ event: string; data: unknown }> {
  let text = ''
  for await (const chunk of response) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
      text = text.slice(end + 2)
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) }
    }
  }
}

test('first come all samples that there are, then each as it is taken', async (t) => {
  const { samples, view } = await world(t)
  samples.take(1, 10)
  samples.take(2, 20)
  const response = await view()
  assert.ok(samples.isRunning)
  assert.equal(response.statusCode, 200)
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8')
  assert.equal(response.headers['cache-control'], 'no-store')
  const events = eventsOf(response)
  assert.deepEqual((await events.next()).value, {
    event: 'samples',
    data: {
      fields: [...LIVE_FIELDS],
      samples: [
        [1, 10],
        [2, 20],
      ],
    },
  })
  samples.take(3, 30)
  assert.deepEqual((await events.next()).value, { event: 'sample', data: [3, 30] })
  await events.return(undefined)
})

test('a viewer who goes is forgotten', async (t) => {
  const { feed, view } = await world(t)
  const response = await view()
  await eventsOf(response).next()
  response.destroy()
  const deadline = Date.now() + 5000
  while (feed.viewerCount > 0 && Date.now() < deadline) await new Promise(setImmediate)
  assert.equal(feed.viewerCount, 0)
})

test('the 33rd viewer is told to come later, and may once another has gone', async (t) => {
  const { feed, view } = await world(t)
  const responses: IncomingMessage[] = []
  for (let count = 0; count < 32; count++) responses.push(await view())
  const refused = await view()
  assert.equal(refused.statusCode, 503)
  assert.equal(refused.headers['retry-after'], '10')
  responses[0]?.destroy()
  const deadline = Date.now() + 5000
  while (feed.viewerCount === 32 && Date.now() < deadline) await new Promise(setImmediate)
  assert.equal((await view()).statusCode, 200)
  for (const response of responses) response.destroy()
})

test('a viewer who does not read is let go, and the others see nothing of it', async (t) => {
  const { samples, feed, view } = await world(t)
  const app = new Hono()
  app.get('/', (context) => feed.feed(context))
  // Nobody reads this one's body, so that nothing but the feed's own bound holds it.
  const idle = (await app.request('/')) as Response
  const events = eventsOf(await view())
  await events.next()
  assert.equal(feed.viewerCount, 2)
  const long = Array.from({ length: 1000 }, (_, index) => index)
  for (let count = 0; feed.viewerCount > 1; count++) {
    assert.ok(count < 100, 'let go within 64 KiB')
    samples.take(...long)
    assert.equal(((await events.next()).value as { event: string }).event, 'sample')
  }
  await assert.rejects(idle.text(), /does not read/)
  await events.return(undefined)
})

test('HEAD is answered, and is no viewer', async (t) => {
  const { feed, url } = await world(t)
  const asked = request(url, { method: 'HEAD' }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  assert.equal(response.statusCode, 200)
  assert.equal(feed.viewerCount, 0)
})

test('at its end all are told so, and nobody is served any more', async (t) => {
  const { samples, feed, view } = await world(t)
  const events = eventsOf(await view())
  await events.next()
  await feed.close()
  assert.deepEqual((await events.next()).value, { event: 'end', data: {} })
  assert.equal((await events.next()).done, true)
  assert.equal((await view()).statusCode, 503)
  assert.equal(samples.isHeard, false)
  assert.equal(samples.isRunning, false)
})

test('a relay sends what it counts, and no name, text, room or address of anybody', async (t) => {
  const room = 'Quietroom'
  const listen = 'framed://127.0.0.1:0 ws://127.0.0.1:0'
  const relay = await startRelay(t, { settings: { listen, room } })
  const [response] = (await once(get(`http://127.0.0.1:${relay.ports[1]}/live/feed`), 'response')) as [
    IncomingMessage,
  ]
  let text = ''
  response.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  const amy = await relay.join('Amaryllis')
  const bob = await relay.join('Bartholomew')
  amy.send(message('Forsythia'))
  bob.send(direct('Amaryllis Gladiolus'))
  const rates = () =>
    [...text.matchAll(/^data: (\[.*\])$/gm)].map(([, data = '']) => JSON.parse(data) as number[])
  const at = LIVE_FIELDS.indexOf('messagesPerSecond')
  const deadline = Date.now() + 10_000
  while (!rates().some((sample) => (sample[at] as number) > 0) && Date.now() < deadline)
    await once(response, 'data')
  const last = rates().at(-1) as number[]
  assert.equal(last[LIVE_FIELDS.indexOf('connections')], 2)
  assert.equal(last[LIVE_FIELDS.indexOf('sessions')], 2)
  for (const word of ['Amaryllis', 'Bartholomew', 'Forsythia', 'Gladiolus', room, '127.0.0.1'])
    assert.ok(!text.includes(word), word)
  // Nothing but the names of the numbers, and numbers.
  const words = new Set(text.match(/[A-Za-z]+[A-Za-z0-9]*/g))
  for (const field of LIVE_FIELDS) words.delete(field)
  for (const word of ['retry', 'event', 'data', 'samples', 'sample', 'fields', 'null']) words.delete(word)
  assert.deepEqual([...words], [])
  const ended = once(response, 'end')
  await relay.relay.stop()
  await ended
  assert.match(text, /event: end\ndata: \{\}\n\n$/)
})

test('live=off: there is neither the view nor its feed', async (t) => {
  const relay = await startRelay(t, { settings: { listen: 'ws://127.0.0.1:0?live=off ws://127.0.0.1:0' } })
  for (const path of ['/live', '/live/feed']) {
    const off = await fetch(`http://127.0.0.1:${relay.ports[0]}${path}`)
    assert.equal(off.status, 404, path)
    await off.text()
    const head = await fetch(`http://127.0.0.1:${relay.ports[1]}${path}`, { method: 'HEAD' })
    assert.equal(head.status, 200, path)
    const post = await fetch(`http://127.0.0.1:${relay.ports[1]}${path}`, { method: 'POST' })
    assert.equal(post.status, 405, path)
    await post.text()
  }
})
