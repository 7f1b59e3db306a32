/** That the kit knows a server by what it says first, whichever dialect it was said to speak. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import type { Suite } from '../../src/conform/check.js'
import { framedSuite } from '../../src/conform/framed/suite.js'
import { type Identity, identify } from '../../src/conform/identify.js'
import { freshNames } from '../../src/conform/run-check.js'
import { SUITES } from '../../src/conform/suites.js'
import { startRelay } from '../fixtures/start-relay.js'

const TIMES = { timeoutMs: 5000, quietMs: 30 }

function ask(suite: Suite, port: number, timeoutMs = TIMES.timeoutMs): Promise<Identity> {
  const server = { ...TIMES, timeoutMs, host: '127.0.0.1', port, freshName: freshNames() }
  return identify(suite, SUITES.values(), server)
}

async function serverThat(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Every way in which the first words of a listener may look. */
const LISTENERS = [
  'framed',
  'framed?greeting=off',
  'framed?join-reply=byte&greeting=off',
  'framed?join-reply=byte&greeting=join&bare=on',
  'chatroom',
  'chatroom?push=bare',
  'json-irc',
  'json-irc?list-reply=joinSuccess&members-reply=roomMembers',
  'chatmaster',
  'chatmaster?compression=always',
  'chatmaster?status=boolean&notifications=nested&compression=off',
  'sendto',
]

test('each listener of the relay is known for what it is, whatever was expected there', async (t) => {
  const urls = LISTENERS.map((one) => one.replace(/\?|$/, '://127.0.0.1:0$&'))
  const { ports } = await startRelay(t, { settings: { listen: urls.join(' ') } })
  // Not all at once: what they wait for is a silence of some length, and a busy machine is silent, too.
  for (const [index, listener] of LISTENERS.entries()) {
    const asked = [...SUITES.values()].map(async (suite) => {
      const identity = await ask(suite, ports[index] as number)
      const dialect = listener.replace(/\?.*/, '')
      assert.deepEqual(identity, { kind: 'speaks', dialect }, `${listener}, asked in ${suite.dialect}`)
    })
    await Promise.all(asked)
  }
})

test('a server that says what nobody knows is the one that it was said to be', async (t) => {
  const port = await serverThat(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  assert.deepEqual(await ask(framedSuite, port), { kind: 'speaks', dialect: 'framed' })
})

test('a server that is slow, but answers in time, is no other', async (t) => {
  const port = await serverThat(t, (socket) => {
    socket.resume()
    setTimeout(() => socket.write('\0\0\x01\0'), 1800)
  })
  assert.deepEqual(await ask(framedSuite, port), { kind: 'speaks', dialect: 'framed' })
})

test('a server that says nothing is none', async (t) => {
  const silent = await serverThat(t, (socket) => socket.resume())
  const closing = await serverThat(t, (socket) => socket.end())
  const [one, other] = await Promise.all([ask(framedSuite, silent, 200), ask(framedSuite, closing, 200)])
  assert.deepEqual(one, { kind: 'silent', ended: false })
  assert.deepEqual(other, { kind: 'silent', ended: true })
})
