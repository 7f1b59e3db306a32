/** connections.log and chat.log: what is recorded of whom, in which fields. The framed page's "Log files"; M1, M3. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import {
  direct,
  error,
  header,
  INVALID,
  join,
  leave,
  leaving,
  MESSAGE,
  message,
  TAKEN,
} from '../fixtures/framed-bytes.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { LogDir, type LogRecord } from '../fixtures/log-dir.js'
import { startRelay, type TestRelay } from '../fixtures/start-relay.js'

async function logged(t: TestContext, settings = {}): Promise<[TestRelay, LogDir]> {
  const logs = new LogDir()
  return [await startRelay(t, { settings: { logDir: logs.path, ...settings } }), logs]
}

/** A record without the fields that differ from run to run, which are checked here. */
function plain({ time, port, id, ...rest }: LogRecord, peer?: FramedPeer) {
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  if (peer !== undefined) assert.equal(port, peer.socket.localPort)
  if (rest.event === 'message' || rest.event === 'direct') assert.equal(typeof id, 'string')
  else assert.equal(id, undefined)
  return rest
}

const of = (peer: FramedPeer) => {
  const port = peer.socket.localPort
  return (record: LogRecord) => record.port === port
}

test('connections.log has each connection, the name asked for and its disposition', async (t) => {
  const [relay, logs] = await logged(t)
  const amy = await relay.join('Amy')
  const bob = await relay.connect()
  await bob.frame()
  bob.send(join('Amy'), join('no name'), join('Bob'))
  await bob.expect(TAKEN, INVALID)
  bob.send(leave())
  await bob.ended()
  const amyPort = amy.socket.localPort
  const bobPort = bob.socket.localPort
  await relay.relay.stop()
  const records = logs.records('connections')
  const who = { ip: '127.0.0.1', dialect: 'framed' }
  assert.deepEqual(
    records.filter((record) => record.port === bobPort).map((record) => plain(record)),
    [
      { event: 'connected', ...who },
      { event: 'rejected', ...who, name: 'Amy', reason: 'taken' },
      { event: 'rejected', ...who, name: 'no name', reason: 'invalid' },
      { event: 'accepted', ...who, name: 'Bob' },
      { event: 'closed', ...who, name: 'Bob', reason: 'left' },
    ],
  )
  assert.deepEqual(
    records.filter((record) => record.port === amyPort).map((record) => plain(record)),
    [
      { event: 'connected', ...who },
      { event: 'accepted', ...who, name: 'Amy' },
      { event: 'closed', ...who, name: 'Amy', reason: 'shutdown' },
    ],
  )
  assert.equal(records.length, 8)
})

test('connections.log has one close with one reason for every way to end', async (t) => {
  const [relay, logs] = await logged(t, {
    loginDeadlineMs: '400',
    frameDeadlineMs: '200',
    maxConnections: '20',
  })
  const ways: [string, string | undefined, (peer: FramedPeer) => void][] = [
    ['left', 'A', (peer) => peer.send(leave())],
    ['ended', 'B', (peer) => peer.socket.end()],
    ['reset', 'C', (peer) => peer.reset()],
    ['frame-deadline', 'D', (peer) => peer.send(Buffer.of(2))],
    ['left', undefined, (peer) => peer.send(leave())],
    ['ended', undefined, (peer) => peer.socket.end()],
    ['reset', undefined, (peer) => peer.reset()],
    ['frame-deadline', undefined, (peer) => peer.send(Buffer.of(2))],
    ['oversize', undefined, (peer) => peer.send(header(0, 2000))],
    ['login-deadline', undefined, () => {}],
  ]
  for (const [reason, name, end] of ways) {
    const peer = name === undefined ? await relay.connect() : await relay.join(name)
    const mine = of(peer)
    end(peer)
    await peer.ended()
    const records = await logs.until('connections', (record) => mine(record) && record.event === 'closed')
    const [closed, ...more] = records.filter((record) => mine(record) && record.event === 'closed')
    assert.deepEqual([closed?.reason, closed?.name, more], [reason, name, []])
  }
})

test('chat.log has joins, leaves and room messages with time, room and id', async (t) => {
  const [relay, logs] = await logged(t, { room: 'lobby' })
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  bob.send(message('Hi "all" \\ {}\ttab\n'), message(''), message('\x1b'))
  await amy.frame()
  await amy.frame()
  bob.reset()
  await amy.expect(leaving('Bob'))
  await relay.relay.stop()
  const where = { room: 'lobby', dialect: 'framed' }
  assert.deepEqual(
    logs.records('chat').map((record) => plain(record)),
    [
      { event: 'joined', name: 'Amy', ...where },
      { event: 'joined', name: 'Bob', ...where },
      { event: 'message', name: 'Bob', ...where, text: 'Hi "all" \\ {}\ttab' },
      { event: 'left', name: 'Bob', ...where, reason: 'reset' },
      { event: 'left', name: 'Amy', ...where, reason: 'shutdown' },
    ],
  )
})

test('M1 ids in chat.log are unique and sort in the order in which messages were taken', async (t) => {
  const [relay, logs] = await logged(t)
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  for (let round = 0; round < 500; round++) bob.send(message(`${round}`), direct(`Amy ${round}`))
  await amy.skipTo(direct('[Bob] 499'))
  await relay.relay.stop()
  const said = logs.records('chat').filter(({ event }) => event === 'message' || event === 'direct')
  const ids = said.map(({ id }) => String(id))
  assert.equal(new Set(ids).size, 1000)
  assert.deepEqual([...ids].sort(), ids)
  const texts = said.filter(({ event }) => event === 'message').map(({ text }) => text)
  assert.deepEqual(
    texts,
    Array.from({ length: 500 }, (_, round) => `${round}`),
  )
})

for (const [setting, text] of [
  ['fact', undefined],
  ['text', 'psst secret'],
] as const) {
  test(`a direct message is logged ${text === undefined ? 'without' : 'with'} its text when logDirect=${setting}`, async (t) => {
    const [relay, logs] = await logged(t, { logDirect: setting })
    const amy = await relay.join('Amy')
    const bob = await relay.join('Bob')
    await amy.frame()
    bob.send(direct('Amy psst secret'), direct('nobody psst secret'), direct('Amy'))
    await amy.expect(direct('[Bob] psst secret'))
    await bob.expect(error('No such user: nobody'))
    await relay.relay.stop()
    const directs = logs.records('chat').filter(({ event }) => event === 'direct')
    assert.equal(directs.length, 1)
    const record = directs[0] as LogRecord
    assert.deepEqual([record.name, record.to, record.text], ['Bob', 'Amy', text])
    // Who, to whom, when, how long.
    assert.equal(record.textBytes, 'psst secret'.length)
    if (text === undefined) assert.ok(!logs.text(logs.file('chat')).includes('secret'))
  })
}

test('nothing said is missing from chat.log after the relay has ended in the middle of it', async (t) => {
  const [relay, logs] = await logged(t)
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  await amy.frame()
  for (let round = 0; round < 2000; round++) bob.send(message(`${round} ${'x'.repeat(round % 500)}`))
  const heard: string[] = []
  while (heard.length < 700) heard.push((await amy.frame()).toString('latin1', 3))
  await relay.relay.stop()
  for (const one of await amy.rest()) if (one[0] === MESSAGE) heard.push(one.toString('latin1', 3))
  const said = logs
    .records('chat')
    .flatMap(({ event, text }) => (event === 'message' ? [`[Bob] ${text}`] : []))
  // Whoever goes first when the relay ends does not hear what the others still say.
  assert.deepEqual(said.slice(0, heard.length), heard)
})
