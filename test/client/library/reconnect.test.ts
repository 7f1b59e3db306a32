/** The client library when the relay goes and comes back: who we were, where we were, and what was said of ourselves. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  ClosedError,
  ConnectionLostError,
  connect,
  NameTakenError,
} from '../../../src/client/library/node.js'
import { freePort } from '../../fixtures/relay-process.js'
import { DIALECTS, Listener, Ways } from './ways.js'

const SOON = { minDelayMs: 20, maxDelayMs: 200 }

for (const [dialect, carrier] of [
  ...DIALECTS.map((one) => [one, 'tcp'] as const),
  ['chatroom', 'ws'] as const,
]) {
  test(`${dialect} over ${carrier}: after a restart of the relay one is back, in the room, as one was`, async (t) => {
    const port = await freePort()
    const listen = [`${carrier === 'ws' ? 'ws' : dialect}://127.0.0.1:${port}`]
    let ways = await Ways.start(listen, { closeSpreadMs: '0' })
    t.after(() => ways.relay.stop())
    const amy = await ways.join(t, dialect, carrier, 'Amy', { reconnect: SOON })
    const bob = await ways.join(t, dialect, carrier, 'Bob', { reconnect: SOON })
    const room = amy.chat.can('join') ? 'den' : 'general'
    for (const { chat } of [amy, bob]) if (chat.can('join')) await chat.join('den')
    if (amy.chat.can('setStatus')) await amy.chat.setStatus('OFFLINE')
    if (amy.chat.can('block')) await amy.chat.block('Bob')
    await ways.relay.stop()
    const { cause } = await amy.heard('state', { state: 'reconnecting' })
    assert.ok(cause instanceof ConnectionLostError)
    await bob.heard('state', { state: 'reconnecting' })
    // What is asked meanwhile waits.
    const asked = bob.chat.list()
    ways = await Ways.start(listen)
    for (const one of [amy, bob]) await one.heard('state', { state: 'online', cause: null })
    await asked
    assert.deepEqual([amy.chat.room, bob.chat.room, amy.chat.state], [room, room, 'online'])
    const people = await bob.chat.list()
    assert.deepEqual(people, [
      { name: 'Amy', status: amy.chat.can('setStatus') ? 'OFFLINE' : 'ONLINE' },
      { name: 'Bob', status: 'ONLINE' },
    ])
    await amy.chat.say('back')
    await bob.heard('message', { text: 'back', room })
  })
}

test('chatroom: a block holds after a restart, when who is blocked was there first', async (t) => {
  const listen = [`chatroom://127.0.0.1:${await freePort()}`]
  let ways = await Ways.start(listen, { closeSpreadMs: '0' })
  t.after(() => ways.relay.stop())
  const bob = await ways.join(t, 'chatroom', 'tcp', 'Bob', { reconnect: { minDelayMs: 1, maxDelayMs: 5 } })
  const amy = await ways.join(t, 'chatroom', 'tcp', 'Amy', {
    reconnect: { minDelayMs: 600, maxDelayMs: 600 },
  })
  await amy.chat.block('Bob')
  await bob.heard('blocked', { name: 'Amy' })
  t.mock.method(Math, 'random', () => 0.99)
  await ways.relay.stop()
  ways = await Ways.start(listen)
  await bob.heard('state', { state: 'online' })
  await bob.heard('blocked', { name: 'Amy' })
})

test('a name that is still held by our own former connection is asked for until it is free', async (t) => {
  const listen = [`chatroom://127.0.0.1:${await freePort()}`]
  let ways = await Ways.start(listen, { closeSpreadMs: '0' })
  t.after(() => ways.relay.stop())
  const amy = await ways.join(t, 'chatroom', 'tcp', 'Amy', { reconnect: SOON })
  await ways.relay.stop()
  await amy.heard('state', { state: 'reconnecting' })
  t.mock.method(Math, 'random', () => 0.99)
  ways = await Ways.start(listen)
  const ghost = await connect(ways.url('chatroom', 'tcp'), { name: 'Amy', reconnect: false }).catch(
    () => null,
  )
  if (ghost === null) return
  const { cause } = await amy.heard('state', { state: 'reconnecting' })
  assert.ok(cause instanceof NameTakenError, String(cause))
  await delay(300)
  assert.equal(amy.chat.state, 'reconnecting')
  await ghost.close()
  await amy.heard('state', { state: 'online' })
})

test('without reconnecting, and when the attempts are used up, the loop and all calls end with the loss', async () => {
  for (const reconnect of [false, { minDelayMs: 1, maxDelayMs: 10, attempts: 3 }] as const) {
    const ways = await Ways.start(['chatroom://127.0.0.1:0'], { closeSpreadMs: '0' })
    const amy = new Listener(await connect(ways.url('chatroom', 'tcp'), { name: 'Amy', reconnect }))
    const asked = amy.chat.say('x')
    await asked
    await ways.relay.stop()
    const error = await amy.over
    assert.ok(error instanceof ConnectionLostError, String(error))
    assert.equal(amy.chat.state, 'closed')
    await assert.rejects(amy.chat.say('x'), ConnectionLostError)
    const states = amy.events.flatMap((event) => (event.kind === 'state' ? [event.state] : []))
    // Told of the loss, and not of each attempt that failed in the same way.
    const told = reconnect === false ? ['closed'] : ['reconnecting', 'closed']
    assert.deepEqual(states, told)
    await amy.chat.close()
  }
})

test('closing while it is being connected anew ends that, and who waits hears of it', async () => {
  const ways = await Ways.start(['chatroom://127.0.0.1:0'], { closeSpreadMs: '0' })
  const reconnect = { minDelayMs: 60_000, maxDelayMs: 60_000 }
  const amy = new Listener(
    await connect(ways.url('chatroom', 'tcp'), { name: 'Amy', reconnect, answerTimeoutMs: 100 }),
  )
  await ways.relay.stop()
  await amy.heard('state', { state: 'reconnecting' })
  await assert.rejects(amy.chat.say('x'), /not connected again within 100 ms/)
  await assert.rejects(amy.chat.say('x', { signal: AbortSignal.timeout(10) }), { name: 'TimeoutError' })
  const waiting = amy.chat.say('x')
  const rejected = assert.rejects(waiting, ClosedError)
  await amy.chat.close()
  await rejected
  assert.equal(await amy.over, undefined)
  await amy.heard('state', { state: 'closed', cause: null })
})
