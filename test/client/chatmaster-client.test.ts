/** The chatmaster client without its screen: against the relay, and against one that does what a test tells it. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { ChatmasterClient } from '../../src/client/chatmaster/chatmaster-client.js'
import type { Received } from '../../src/client/chatmaster/received.js'
import { CLIENTS } from '../../src/client/clients.js'
import { loadConfig } from '../../src/relay/config/load.js'
import { DIALECTS } from '../../src/relay/dialects/registry.js'
import { Relay } from '../../src/relay/relay.js'
import { freePort } from '../fixtures/relay-process.js'
import { ChatmasterRelay, welcoming } from './chatmaster-relay.js'

/** A client that keeps what it received until it is asked for. */
class Heard {
  readonly client: ChatmasterClient
  readonly #received: Received[] = []
  readonly closed: Promise<[Error | null]>

  constructor(t: TestContext, port: number, compressed = false) {
    this.client = new ChatmasterClient({ host: '127.0.0.1', port, compressed })
    this.client.on('received', (received) => this.#received.push(received))
    this.closed = once(this.client, 'close') as Promise<[Error | null]>
    t.after(() => this.client.close())
    this.client.connect()
  }

  async next(): Promise<Received> {
    const signal = AbortSignal.timeout(10_000)
    while (this.#received.length === 0) await once(this.client, 'received', { signal })
    return this.#received.shift() as Received
  }

  async nextIs(...expected: readonly object[]): Promise<void> {
    for (const one of expected) assert.deepEqual(await this.next(), one)
  }

  async joined(name: string): Promise<this> {
    await this.nextIs({ kind: 'login-request' })
    this.client.login(name)
    await this.nextIs(
      { kind: 'accepted', channels: ['general'] },
      { kind: 'joined', name, channel: 'general' },
    )
    return this
  }
}

/** The relay with one listener for each query. @returns the ports */
async function startRelay(t: TestContext, ...queries: readonly string[]): Promise<number[]> {
  const listen = queries.map((query) => `chatmaster://127.0.0.1:0${query}`)
  const config = loadConfig({ environment: {}, flags: { listen, ops: 'off', logDir: 'off' } })
  const relay = await Relay.start(config, pino({ level: 'silent' }))
  t.after(() => relay.stop())
  return relay.listeningAt.map(({ port }) => port)
}

test('a client knows where relays of its dialect listen', () => {
  for (const [name, client] of CLIENTS) assert.equal(client.defaultPort, DIALECTS.get(name)?.defaultPort)
})

test('X1-X14 two clients say everything that the protocol has, whatever the options of the listeners', async (t) => {
  const ports = await startRelay(t, '', '?status=boolean&notifications=nested', '?compression=always')
  for (const [index, port] of ports.entries()) {
    for (const compressed of index === 2 ? [true] : [false, true]) {
      await t.test(`listener ${index}, ${compressed ? 'compressed' : 'plain'}`, async (t) => {
        const amy = await new Heard(t, ports[0] as number).joined('Amy')
        const bob = await new Heard(t, port, compressed).joined('Bob')
        await amy.nextIs({ kind: 'joined', name: 'Bob', channel: 'general' })
        bob.client.say('Hi 日本', 'Bob')
        const hi = { kind: 'message', from: 'Bob', text: 'Hi 日本', isPrivate: false, isEdited: false }
        await amy.nextIs(hi)
        amy.client.direct('Bob', 'psst')
        await bob.nextIs({ kind: 'message', from: 'Amy', text: 'psst', isPrivate: true, isEdited: false })
        bob.client.direct('Nobody', 'psst')
        await bob.nextIs({ kind: 'error', about: 'direct', words: 'No such user.' })
        bob.client.rename('Rob')
        await bob.nextIs({ kind: 'renamed', from: 'Bob', to: 'Rob' })
        bob.client.join('den')
        await bob.nextIs({ kind: 'joined', name: 'Rob', channel: 'den' })
        bob.client.command('private')
        await bob.nextIs({ kind: 'visibility', isPrivate: true, channel: 'den' })
        bob.client.command('public')
        await bob.nextIs({ kind: 'visibility', isPrivate: false, channel: 'den' })
        bob.client.command('channels')
        await bob.nextIs({ kind: 'channels', channels: ['den', 'general'] })
        bob.client.command('leave')
        await bob.nextIs({ kind: 'joined', name: 'Rob', channel: 'general' })
        bob.client.command('leave')
        await bob.nextIs({ kind: 'error', about: 'leave', words: 'You are not in a channel.' })
        await bob.client.leave(5_000)
        assert.deepEqual(await bob.closed, [null])
        await amy.client.leave(5_000)
      })
    }
  }
})

test('X2 a name that is taken can be followed by another on the same connection', async (t) => {
  const [port = 0] = await startRelay(t, '')
  await new Heard(t, port).joined('Amy')
  const bob = new Heard(t, port)
  await bob.nextIs({ kind: 'login-request' })
  bob.client.login('Amy')
  await bob.nextIs({ kind: 'rejected', reason: 'Username is already taken.' })
  bob.client.login('two words')
  await bob.nextIs({ kind: 'rejected', reason: 'Username is not valid.' })
  bob.client.login('Bob')
  assert.equal((await bob.next()).kind, 'accepted')
})

test('X12 a relay that takes nothing compressed says so before it closes', async (t) => {
  const [port = 0] = await startRelay(t, '?compression=off')
  const bob = new Heard(t, port, true)
  await bob.nextIs({ kind: 'login-request' })
  bob.client.login('Bob')
  assert.equal((await bob.next()).kind, 'error')
  assert.deepEqual(await bob.closed, [null])
})

test('what is too long for a package is not sent', async (t) => {
  const relay = new ChatmasterRelay(welcoming())
  t.after(() => relay.close())
  const bob = await new Heard(t, await relay.listen()).joined('Bob')
  assert.equal(bob.client.say('x'.repeat(64 * 1024), 'Bob'), false)
  assert.equal(bob.client.say('x'.repeat(60 * 1024), 'Bob'), true)
  await bob.client.leave(5_000)
  assert.equal(relay.packages.length, 2)
})

test('a relay that sends something else is left, with what was wrong', async (t) => {
  const wrong: [string, string][] = [
    ['\x00\x00\x01\x00', 'the relay sent what is no package'],
    ['{"type":"message","data":{}}', 'the relay sent what is no package'],
    ['{"type":', 'the relay sent what is no JSON'],
  ]
  for (const [bytes, words] of wrong) {
    const relay = new ChatmasterRelay((_, { socket }) => socket.write(`${bytes}}`))
    const bob = new Heard(t, await relay.listen())
    await bob.nextIs({ kind: 'login-request' })
    bob.client.login('Bob')
    const [cause] = await bob.closed
    assert.equal(cause?.message, words, bytes)
    await relay.close()
  }
})

test('a port where nobody listens is told by the end', async (t) => {
  const bob = new Heard(t, await freePort())
  const [cause] = await bob.closed
  assert.equal((cause as NodeJS.ErrnoException).code, 'ECONNREFUSED')
  assert.equal(bob.client.wasConnected, false)
})
