/** That the records are one JSON object a line, with a time and exactly the fields that they should have. */

import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { CLOSE_REASONS } from '../../../src/relay/hub/close-reason.js'
import { Journal, type Peer } from '../../../src/relay/observe/journal.js'
import { LogDir } from './log-dir.js'

const PEER: Peer = { remoteAddress: '192.0.2.1', remotePort: 5000, dialect: 'framed', name: null }
const AT = { at: 1, dialect: 'framed' } as const

async function recordsOf(t: TestContext, logsText: boolean, write: (journal: Journal) => void) {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const connections = dir.open({ name: 'connections' })
  const chat = dir.open()
  write(new Journal({ connections, chat }, logsText))
  await Promise.all([connections.close(), chat.close()])
  const parsed = (name: string) => {
    const text = dir.read(name)
    assert.ok(text === '' || text.endsWith('\n'))
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const { time, ...rest } = JSON.parse(line) as { time: string }
        assert.ok(line.startsWith('{"time":"'), line)
        assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000)
        return rest
      })
  }
  return { connections: parsed('connections.log'), chat: parsed('chat.log') }
}

test('a connection is recorded from coming to going', async (t) => {
  const { connections, chat } = await recordsOf(t, false, (journal) => {
    journal.connected(PEER)
    journal.nameRequested(PEER, 'a b', 'invalid')
    journal.nameRequested(PEER, 'Amy', 'taken')
    journal.nameRequested(PEER, 'Bob', 'accepted')
    journal.closed({ ...PEER, name: 'Bob' }, CLOSE_REASONS.left)
    journal.closed(PEER, CLOSE_REASONS.loginDeadline)
  })
  const peer = { ip: '192.0.2.1', port: 5000, dialect: 'framed' }
  assert.deepEqual(connections, [
    { event: 'connected', ...peer },
    { event: 'rejected', ...peer, name: 'a b', reason: 'invalid' },
    { event: 'rejected', ...peer, name: 'Amy', reason: 'taken' },
    { event: 'accepted', ...peer, name: 'Bob' },
    { event: 'closed', ...peer, name: 'Bob', reason: 'left' },
    { event: 'closed', ...peer, reason: 'login-deadline' },
  ])
  assert.deepEqual(chat, [])
})

test('what happens in rooms is recorded with what was said', async (t) => {
  const room = { name: 'Bob', room: 'general' }
  const { chat } = await recordsOf(t, false, (journal) => {
    journal.observe({ kind: 'joined', ...AT, ...room })
    journal.observe({ kind: 'message', ...AT, ...room, id: 'id1', text: 'Hi', saidAt: null })
    journal.observe({ kind: 'left', ...AT, ...room, reason: 'reset' })
  })
  assert.deepEqual(chat, [
    { event: 'joined', dialect: 'framed', ...room },
    { event: 'message', dialect: 'framed', ...room, id: 'id1', text: 'Hi' },
    { event: 'left', dialect: 'framed', ...room, reason: 'reset' },
  ])
})

test('a direct message is recorded as having happened and how long it was, and what it said only if wanted', async (t) => {
  const fact = { name: 'Bob', to: 'Amy', id: 'id2' }
  for (const logsText of [false, true]) {
    const { chat } = await recordsOf(t, logsText, (journal) =>
      journal.observe({ kind: 'direct', ...AT, ...fact, text: 'psst, Zoë', saidAt: null }),
    )
    const text = logsText ? { text: 'psst, Zoë' } : {}
    assert.deepEqual(chat, [{ event: 'direct', dialect: 'framed', ...fact, ...text, textBytes: 10 }])
  }
})

test('a text that looks like a record, ends lines or is long stays inside its own', async (t) => {
  const texts = [
    '"}\n{"time":"',
    '\\',
    '\u2028',
    'x'.repeat(65_535),
    '{"event":"left"}',
    '\t',
    '"'.repeat(5000),
  ]
  const { chat } = await recordsOf(t, false, (journal) => {
    for (const text of texts)
      journal.observe({ kind: 'message', ...AT, name: '__proto__', room: 'r', id: '', text, saidAt: null })
  })
  assert.deepEqual(
    chat.map((record) => (record as { text?: string }).text),
    texts,
  )
})

test('what does not show itself is escaped in the line, and reads the same', async (t) => {
  const dir = new LogDir(t)
  mkdirSync(dir.path)
  const [connections, chat] = [dir.open({ name: 'connections' }), dir.open()]
  const text = 'Zoë \u202Eerased\u2028\u200B\x7f\x9b'
  const journal = new Journal({ connections, chat }, false)
  journal.nameRequested(PEER, text, 'invalid')
  journal.observe({ kind: 'message', ...AT, name: text, room: text, id: '', text, saidAt: null })
  await Promise.all([connections.close(), chat.close()])
  for (const name of ['connections.log', 'chat.log']) {
    const line = dir.read(name)
    assert.match(line, /^[ -~ë]*\n$/)
    assert.equal((JSON.parse(line) as { name: string }).name, text)
  }
})

test('C8 an edit is recorded beside the original, that of a direct message like one, and a receipt not at all', async (t) => {
  const edit = { name: 'Bob', id: 'id3' }
  const { chat } = await recordsOf(t, false, (journal) => {
    journal.observe({ kind: 'edited', ...AT, ...edit, room: 'general', text: 'Hello' })
    journal.observe({ kind: 'edited', ...AT, ...edit, room: null, text: 'psst' })
    journal.observe({ kind: 'receipt', ...AT, ...edit, room: 'general' })
  })
  assert.deepEqual(chat, [
    { event: 'edited', dialect: 'framed', ...edit, room: 'general', text: 'Hello' },
    { event: 'edited', dialect: 'framed', ...edit, textBytes: 4 },
  ])
})
