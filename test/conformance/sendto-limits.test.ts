/** Clients that do not read, that break off, that are logged; and the end of the relay. Rules F15–F17, M3, M6, N3. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { LogDir } from '../fixtures/log-dir.js'
import { FAILURE, list, login, logout, MALFORMED, OK, sendto } from '../fixtures/sendto-bytes.js'
import { onEachTransport, startSendtoRelay } from '../fixtures/sendto-relay.js'

const SMALL = { softLimitBytes: '32768', hardLimitBytes: '65536', graceMs: '500' }

onEachTransport((start) => {
  for (const [what, request] of [
    ['messages', list()],
    ['lines', Buffer.from('list\n')],
  ] as const) {
    test(`F16 who asks without end, in ${what}, and never reads is paused and then cut off`, async (t) => {
      const logs = new LogDir()
      const relay = await start(t, { settings: { ...SMALL, logDir: logs.path } })
      const pair = await HealthyPair.start(relay)
      t.after(() => pair.abandon())
      // Many names, so that answers are longer than questions.
      for (let n = 0; n < 50; n++) await relay.login(`${n}-${'n'.repeat(17)}`.slice(0, 20))
      const flood = await relay.connect()
      flood.socket.pause()
      const port = flood.socket.localPort
      const requests = Buffer.concat(Array.from({ length: 20_000 }, () => request))
      const talking = setInterval(() => {
        if (!flood.socket.writableNeedDrain) flood.send(requests)
      }, 5)
      const records = await logs.until('connections', (one) => one.event === 'closed' && one.port === port)
      clearInterval(talking)
      assert.equal(records.find((one) => one.event === 'closed' && one.port === port)?.reason, 'slow')
      flood.destroy()
      await pair.stop()
    })
  }

  test('M6 who is sent more than they read is cut off, and the sender told the truth', async (t) => {
    const relay = await start(t, { settings: SMALL })
    const [amy, slow] = [await relay.login('Amy'), await relay.login('Slow')]
    slow.socket.pause()
    const text = 'x'.repeat(60_000)
    let taken = 0
    for (;;) {
      amy.send(sendto('Slow', text))
      const answer = await amy.packet()
      if (answer.equals(FAILURE)) break
      assert.ok(answer.equals(OK))
      assert.ok(++taken < 5000, 'it was never cut off')
    }
    amy.send(list())
    await amy.expect(list('Amy'))
  })

  test('N3 a reset in the middle of anything frees the name at once', async (t) => {
    const relay = await start(t)
    for (let n = 0; n < 200; n++) {
      const bob = await relay.connect()
      const bytes =
        n % 2 === 0 ? Buffer.concat([login('Bob'), sendto('Bob', 'Hi')]) : Buffer.from('login Bob\nlist\n')
      bob.send(bytes.subarray(0, 1 + (n % bytes.length)))
      await delay(1)
      bob.socket.resetAndDestroy()
    }
    const watcher = await relay.connect()
    const deadline = Date.now() + 5000
    for (;;) {
      watcher.send(list())
      if ((await watcher.packet()).equals(list())) break
      assert.ok(Date.now() < deadline)
    }
  })
})

test('M3 what is asked for is logged, and harmlessly', async (t) => {
  const logs = new LogDir()
  const relay = await startSendtoRelay(t, { settings: { logDir: logs.path } })
  const amy = await relay.login('Amy')
  const bob = await relay.connect()
  const port = bob.socket.localPort
  bob.send(
    login('Amy'),
    login('\x1b[2J\n'),
    login('x'.repeat(255)),
    login('Bob'),
    sendto('Amy', 'Hi'),
    logout(),
  )
  await bob.expect(FAILURE, MALFORMED, MALFORMED, OK, OK, OK)
  bob.send(login('Rob'))
  await bob.expect(OK)
  bob.socket.end()
  const records = await logs.until('connections', (one) => one.event === 'closed' && one.port === port)
  const who = { ip: '127.0.0.1', dialect: 'sendto' }
  assert.deepEqual(
    records.filter((one) => one.port === port).map(({ time, port: _, ...rest }) => rest),
    [
      { event: 'connected', ...who },
      { event: 'rejected', ...who, name: 'Amy', reason: 'taken' },
      { event: 'rejected', ...who, name: '\\u001b[2J', reason: 'invalid' },
      { event: 'rejected', ...who, name: 'x'.repeat(64), reason: 'invalid' },
      { event: 'accepted', ...who, name: 'Bob' },
      { event: 'accepted', ...who, name: 'Rob' },
      { event: 'closed', ...who, name: 'Rob', reason: 'ended' },
    ],
  )
  await amy.expect(sendto('Bob', 'Hi'))
})

test('F17 the end of the relay ends the connection, after what was queued and without a word', async (t) => {
  const relay = await startSendtoRelay(t)
  const [amy, john] = [await relay.login('Amy'), await relay.loginLines('John')]
  amy.send(sendto('John', 'last'))
  await amy.expect(OK)
  const stopped = relay.stop()
  assert.equal((await amy.rest()).length, 0)
  assert.equal((await john.rest()).toString(), 'Amy: last\n')
  for (const peer of [amy, john]) peer.destroy()
  await stopped
})
