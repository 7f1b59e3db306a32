/** The proxy that the other tests here send clients through: it does what its policies say and nothing else, to no byte. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FaultProxy, type Link, type Target } from '../fixtures/fault-proxy.js'
import { delayed, endAfter, resetAfter, split, stalled, trickle } from '../fixtures/link-policies.js'
import { seeded } from '../fixtures/random.js'
import { reset } from '../fixtures/reset.js'
import { until } from '../fixtures/until.js'

/** One end: what has come, in which pieces, and how it ended. */
class End {
  readonly pieces: Buffer[] = []
  ended: string | null = null

  constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => this.pieces.push(bytes))
    socket.on('end', () => {
      this.ended ??= 'end'
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.ended ??= String(error.code)
    })
    socket.on('close', () => {
      this.ended ??= 'close'
    })
  }

  get came(): Buffer {
    return Buffer.concat(this.pieces)
  }

  async has(bytes: number): Promise<void> {
    await until(() => this.came.length >= bytes)
  }
}

interface Pair {
  readonly proxy: FaultProxy
  readonly link: Link
  readonly client: End
  readonly relay: End
}

/** A client and a server with the proxy between them. @param prepare before the client connects */
async function linked(t: TestContext, prepare = (_: FaultProxy) => {}, path?: string): Promise<Pair> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(
    path ?? { port: 0, host: '127.0.0.1' },
  )
  await once(server, 'listening')
  t.after(() => server.close())
  const target: Target = path === undefined ? { port: (server.address() as AddressInfo).port } : { path }
  const proxy = await FaultProxy.open(t, target)
  prepare(proxy)
  const accepted = once(server, 'connection')
  const client = new End(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }))
  const [socket] = (await accepted) as [Socket]
  const relay = new End(socket)
  t.after(() => {
    client.socket.destroy()
    socket.destroy()
  })
  return { proxy, link: await proxy.nextLink(), client, relay }
}

function someBytes(t: TestContext, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  seeded(t).fill(bytes)
  return bytes
}

/** Something said the other way arrives: whatever was to go meanwhile has had its time. */
async function goesOn(from: End, to: End): Promise<void> {
  const before = to.came.length
  from.socket.write('!')
  await to.has(before + 1)
}

test('without a policy every byte arrives as it was sent, both ways, and so does each end', async (t) => {
  const { client, relay } = await linked(t)
  const bytes = someBytes(t, 3_000_000)
  client.socket.end(bytes)
  relay.socket.write(bytes)
  await Promise.all([client.has(bytes.length), relay.has(bytes.length)])
  await until(() => relay.ended === 'end')
  assert.equal(client.ended, null)
  relay.socket.end('and more')
  await until(() => client.ended === 'end')
  assert.ok(relay.came.equals(bytes))
  assert.ok(client.came.equals(Buffer.concat([bytes, Buffer.from('and more')])))
})

test('in front of a Unix socket it is the same', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-proxy-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const { client, relay } = await linked(t, () => {}, join(dir, 'socket'))
  client.socket.write('there')
  relay.socket.write('and back')
  await Promise.all([client.has(8), relay.has(5)])
  assert.deepEqual([`${relay.came}`, `${client.came}`], ['there', 'and back'])
})

test('split: each byte is written by itself, in order', async (t) => {
  const { client, relay, link } = await linked(t, (proxy) => proxy.use('toRelay', split()))
  const bytes = someBytes(t, 2000)
  client.socket.write(bytes)
  await relay.has(bytes.length)
  assert.ok(relay.came.equals(bytes))
  assert.equal(link.toRelay.writes, bytes.length)
  assert.ok(relay.pieces.length > bytes.length / 4, `${relay.pieces.length} reads`)
})

test('stalled: nothing goes, the other direction does, and what has come is bounded; afterwards all of it goes', async (t) => {
  const { client, relay, link, proxy } = await linked(t)
  await goesOn(client, relay)
  proxy.use('toRelay', stalled)
  const bytes = someBytes(t, 20_000_000)
  client.socket.end(bytes)
  await until(() => link.toRelay.waitingBytes > 0)
  await goesOn(relay, client)
  assert.equal(relay.came.length, 1)
  assert.ok(link.toRelay.waitingBytes < 300_000, `${link.toRelay.waitingBytes} bytes wait`)
  assert.ok(client.socket.writableLength > 0, 'the client is held up')
  assert.equal(relay.ended, null)
  proxy.use('toRelay')
  await until(() => relay.ended === 'end')
  assert.ok(relay.came.subarray(1).equals(bytes))
  assert.equal(link.toRelay.lost, 0)
})

test('trickle: so many bytes a second and no more, changed while it runs', async (t) => {
  const { client, relay, proxy } = await linked(t, (one) => one.use('toRelay', trickle(500)))
  const bytes = someBytes(t, 10_000)
  const begun = performance.now()
  client.socket.write(bytes)
  await relay.has(150)
  const seconds = (performance.now() - begun) / 1000
  assert.ok(relay.came.length <= 500 * seconds + 10, `${relay.came.length} bytes in ${seconds} s`)
  proxy.use('toRelay', trickle(100_000))
  await relay.has(bytes.length)
  assert.ok(relay.came.equals(bytes))
})

test('delayed: everything comes so much later, and nothing overtakes', async (t) => {
  const { client, relay } = await linked(t, (proxy) => proxy.use('toClient', delayed(80)))
  for (let round = 1; round <= 3; round++) {
    const begun = performance.now()
    relay.socket.write(`${round}`)
    await client.has(round)
    assert.ok(performance.now() - begun >= 79)
    await goesOn(client, relay)
  }
  assert.equal(`${client.came}`, '123')
})

test('reset: both sides get one when so many bytes have gone, and no byte more has', async (t) => {
  const { client, relay, link } = await linked(t, (proxy) => proxy.use('toRelay', resetAfter(7)))
  client.socket.write('12345')
  await relay.has(5)
  assert.equal(relay.ended, null)
  client.socket.write('67890')
  await until(() => relay.ended !== null && client.ended !== null)
  assert.equal(client.ended, 'ECONNRESET')
  // Where it is read together with the last bytes, libuv says that it is the end.
  assert.match(String(relay.ended), /^(ECONNRESET|end)$/)
  assert.ok('1234567'.startsWith(`${relay.came}`))
  assert.equal(link.toRelay.passed, 7)
})

test('a reset or an end of one side is one of the other', async (t) => {
  const first = await linked(t)
  reset(first.relay.socket)
  await until(() => first.client.ended === 'ECONNRESET')
  const second = await linked(t)
  reset(second.client.socket)
  await until(() => second.relay.ended === 'ECONNRESET')
})

test('end: one direction is over behind so many bytes, what follows is counted as lost, the other goes on', async (t) => {
  const { client, relay, link } = await linked(t, (proxy) => proxy.use('toRelay', endAfter(4)))
  client.socket.write('123456')
  await until(() => relay.ended === 'end')
  assert.equal(`${relay.came}`, '1234')
  client.socket.write('789')
  await until(() => link.toRelay.lost === 5)
  await goesOn(relay, client)
  assert.equal(client.ended, null)
})

test('several policies at once are all obeyed', async (t) => {
  const faults = [split(3), delayed(30), trickle(2000), endAfter(100)]
  const { client, relay, link } = await linked(t, (proxy) => proxy.use('toRelay', ...faults))
  const bytes = someBytes(t, 150)
  const begun = performance.now()
  client.socket.write(bytes)
  await until(() => relay.ended === 'end')
  assert.ok(performance.now() - begun >= 30 + 40)
  assert.ok(relay.came.equals(bytes.subarray(0, 100)))
  assert.ok(link.toRelay.writes >= 34)
})
