/** What the logs say of json-irc: every close once, with its reason, and nothing that M3 refuses. Rules J7, M3. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { type JsonIrcPeer, sent, startJsonIrc } from '../fixtures/json-irc-peer.js'
import { LogDir } from '../fixtures/log-dir.js'

test('J7 every way to end is one close with one reason, and a leave of each room', async (t) => {
  const logs = new LogDir()
  const { connect, named } = await startJsonIrc(t, '', {
    settings: { logDir: logs.path, loginDeadlineMs: '400', frameDeadlineMs: '200' },
  })
  const ways: [reason: string, name: string | undefined, end: (peer: JsonIrcPeer) => void][] = [
    ['left', 'a', (peer) => peer.send(sent('/close'))],
    ['ended', 'b', (peer) => peer.wire.socket.end()],
    ['reset', 'c', (peer) => peer.wire.reset()],
    ['malformed', 'd', (peer) => peer.send('(dp0\n')],
    ['malformed', 'e', (peer) => peer.send('{"command":5}')],
    ['malformed', 'f', (peer) => peer.send('{"command":{}}')],
    ['oversize', 'g', (peer) => peer.send(`{"message":"${'x'.repeat(65_536)}"}`)],
    ['frame-deadline', 'h', (peer) => peer.send('{')],
    ['left', undefined, (peer) => peer.send(sent('/close'))],
    ['malformed', undefined, (peer) => peer.send('hello')],
    ['oversize', undefined, (peer) => peer.send(`{"${'x'.repeat(70_000)}`)],
    ['login-deadline', undefined, () => {}],
  ]
  for (const [reason, name, end] of ways) {
    const peer = name === undefined ? await connect() : await named(name, 'tea', 'milk')
    const port = peer.wire.socket.localPort
    end(peer)
    await peer.wire.ended()
    const isMine = (record: { event?: unknown; port?: unknown }) =>
      record.event === 'closed' && record.port === port
    const closed = (await logs.until('connections', isMine)).filter(isMine)
    assert.deepEqual(
      closed.map((record) => [record.reason, record.name, record.dialect]),
      [[reason, name, 'json-irc']],
    )
    if (name === undefined) continue
    const isLeave = (record: { event?: unknown; name?: unknown }) =>
      record.event === 'left' && record.name === name
    const left = (await logs.until('chat', (record) => isLeave(record) && record.room === 'milk')).filter(
      isLeave,
    )
    assert.deepEqual(
      left.map(({ room, reason: why }) => [room, why]),
      [
        ['tea', reason],
        ['milk', reason],
      ],
    )
  }
})

test('M3 a nickname that was refused is in the log in printable ASCII, and not all of it when it is long', async (t) => {
  const logs = new LogDir()
  const { connect } = await startJsonIrc(t, '', { settings: { logDir: logs.path } })
  const peer = await connect()
  for (const nickname of [
    '\x1b[2J',
    'a\x7f\x9b',
    '\u202eevil',
    'x\n{"event":"accepted"}',
    'y'.repeat(60_000),
  ]) {
    peer.send(sent('/nick', { nickname }))
    await peer.line()
  }
  peer.send(sent('/close'))
  await peer.expectEnd()
  const records = await logs.until('connections', ({ event }) => event === 'closed')
  const names = records.filter(({ event }) => event === 'rejected').map(({ name }) => String(name))
  assert.deepEqual(names, [
    '\\u001b[2J',
    'a\\u007f\\u009b',
    '\\u202eevil',
    'x\\u000a{"event":"accepted"}',
    'y'.repeat(64),
  ])
  assert.match(logs.text(logs.file('connections')), /^[\n -~]+$/)
})
