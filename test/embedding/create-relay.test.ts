/** `createRelay`: options, starting and ending, several in one process, and what may be asked of a relay meanwhile. */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { test } from 'node:test'
import { ConfigError, createRelay, loadConfig, type RelayOptions, StartError } from '../../src/index.js'
import { ACCEPTED, join, joining, leave, leaving, message, TAKEN } from '../fixtures/framed-bytes.js'
import { openTcp, untilTcpIs } from '../fixtures/start-relay.js'
import { embedded } from './embedded.js'

const FRAMED = ['framed://127.0.0.1:0?greeting=off']

test('options are checked when the relay is made, and everything that is wrong is said at once', () => {
  const options = {
    listen: ['framed://:9000', 'telnet://:23'],
    room: 'two words',
    graceMs: '10',
    softLimitByte: 1024,
    voice: 'a b',
    hooks: { onMessage: 'refuse', onMesage: () => false, other: 1 },
  } as unknown as RelayOptions
  assert.throws(
    () => createRelay(options),
    (error: ConfigError) => {
      assert.ok(error instanceof ConfigError)
      const [listen, ...others] = error.problems
      assert.match(listen ?? '', /^listen: "telnet:\/\/:23": expected one of framed, .* before :\/\/$/)
      assert.deepEqual(others, [
        'room: "two words": expected 1 to 64 printable ASCII characters without a space',
        'graceMs: "10": expected a whole number from 100 to 86400000 (milliseconds)',
        'softLimitByte: 1024: expected a setting: did you mean softLimitBytes?',
        'voice: "a b": expected 1 to 32 printable ASCII characters without a space',
        'hooks.onMessage: "refuse": expected a function',
        'hooks.onMesage: expected one of onName, onJoin, onMessage, onLeave, onGone',
      ])
      return true
    },
  )
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  for (const room of [cyclic, 10n, () => 1, Symbol('room')]) {
    assert.throws(() => createRelay({ room } as unknown as RelayOptions), ConfigError)
  }
  assert.throws(() => createRelay({ hooks: 7 } as unknown as RelayOptions), /hooks: 7: expected an object/)
  const config = loadConfig({ environment: {}, flags: {} })
  assert.throws(
    () => createRelay({ config, room: 'lobby' }),
    /^ConfigError: room: expected no settings by key beside config$/,
  )
  assert.throws(
    () => createRelay({ workers: 2, nats: ['nats://127.0.0.1:4222'] }),
    /^ConfigError: workers: 2: expected 1 in a program that has the relay inside$/,
  )
  assert.equal(createRelay({ room: undefined }).state, 'created')
})

test('a relay says where it listens, is there until it is closed, and leaves nothing behind', async () => {
  const before = openTcp()
  const relay = createRelay({ listen: FRAMED })
  assert.deepEqual([relay.state, relay.listeningAt, relay.opsPort, relay.fanout], ['created', [], null, null])
  assert.deepEqual([relay.people(), relay.rooms(), relay.say('general', 'Hi')], [[], [], null])
  assert.equal(relay.disconnect('bob'), false)
  const starting = relay.listen()
  await assert.rejects(relay.listen(), {
    name: 'RelayError',
    code: 'ERR_STATE',
    message: /is about to listen/,
  })
  const at = await starting
  assert.equal(relay.state, 'listening')
  assert.equal(at, relay.listeningAt)
  assert.deepEqual(
    at.map(({ dialect, host, tls }) => ({ dialect, host, tls })),
    [{ dialect: 'framed', host: '127.0.0.1', tls: false }],
  )
  assert.match(relay.fanout?.name ?? '', /^(native|portable)$/)
  await assert.rejects(relay.listen(), {
    code: 'ERR_STATE',
    message: /is listening: expected one that was just/,
  })
  const closing = relay.close()
  assert.equal(relay.state, 'closing')
  assert.equal(relay.close(), closing)
  await closing
  assert.deepEqual([relay.state, relay.listeningAt, relay.people()], ['closed', [], []])
  await assert.rejects(relay.listen(), { code: 'ERR_STATE', message: /is closed/ })
  await untilTcpIs(before)
})

test('closed before or while it begins to listen, it ends all the same', async () => {
  const before = openTcp()
  const never = createRelay({ listen: FRAMED })
  await never.close()
  assert.equal(never.state, 'closed')

  const hasty = createRelay({ listen: FRAMED })
  const starting = hasty.listen()
  await hasty.close()
  await starting
  assert.equal(hasty.state, 'closed')
  await untilTcpIs(before)
})

test('where an address cannot be had, nothing is left open, and it may be tried again', async () => {
  const squatter = createServer()
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve))
  const { port } = squatter.address() as { port: number }
  const before = openTcp()
  const relay = createRelay({ listen: ['framed://127.0.0.1:0', `chatroom://127.0.0.1:${port}`] })
  await assert.rejects(relay.listen(), (error: StartError) => {
    assert.ok(error instanceof StartError)
    assert.deepEqual([error.code, error.key, error.isAddress], ['EADDRINUSE', 'listen', true])
    return true
  })
  assert.deepEqual([relay.state, relay.listeningAt], ['created', []])
  await untilTcpIs(before)
  await new Promise((resolve) => squatter.close(resolve))
  assert.equal((await relay.listen())[1]?.port, port)
  await relay.close()
})

test('several in one process know nothing of each other, and of the process nothing is touched', async (t) => {
  const directory = mkdtempSync(pathOf(tmpdir(), 'parlance-embedded-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const heardBefore = process.eventNames().map((name) => [name, process.listenerCount(name)])
  const wrote = t.mock.method(process.stdout, 'write')
  const first = await embedded(t, { listen: FRAMED, ops: '127.0.0.1:0', logDir: directory })
  const second = await embedded(t, { listen: FRAMED, ops: '127.0.0.1:0' })
  assert.notEqual(first.relay.opsPort, second.relay.opsPort)
  // N1 holds on each for itself.
  for (const { connect } of [first, second]) {
    await (await connect('framed')).send(join('bob')).expect(ACCEPTED, joining('bob'))
    await (await connect('framed')).send(join('bob')).expect(TAKEN)
  }
  const health = await fetch(`http://127.0.0.1:${second.relay.opsPort}/readyz`)
  assert.equal(health.status, 200)
  await first.relay.close()
  assert.equal((await fetch(`http://127.0.0.1:${second.relay.opsPort}/readyz`)).status, 200)
  assert.deepEqual(
    second.relay.people().map(({ name }) => name),
    ['bob'],
  )
  const log = readFileSync(pathOf(directory, 'chat.log'), 'utf8').trim().split('\n')
  assert.deepEqual(
    log.map((line) => JSON.parse(line)).map(({ event, name }) => [event, name]),
    [
      ['joined', 'bob'],
      ['left', 'bob'],
    ],
  )
  assert.deepEqual(
    process.eventNames().map((name) => [name, process.listenerCount(name)]),
    heardBefore,
  )
  assert.deepEqual(
    wrote.mock.calls.map(({ arguments: [text] }) => String(text)).filter((text) => text.includes('parlance')),
    [],
  )
  assert.ok(!existsSync('logs'))
})

test('an end is as gentle as that of SIGTERM: what was said is sent, everybody hears why', async (t) => {
  const { relay, connect } = await embedded(t, { listen: FRAMED, closeSpreadMs: 0 })
  const amy = await connect('framed')
  await amy.send(join('amy')).expect(ACCEPTED, joining('amy'))
  const bob = await connect('framed')
  await bob.send(join('bob')).expect(ACCEPTED, joining('bob'))
  await amy.expect(joining('bob'))
  assert.notEqual(relay.say('general', 'good night'), null)
  const closing = relay.close()
  for (const client of [amy, bob]) {
    await client.expect(message('[relay] good night'), leave('the relay is shutting down'))
    await client.peer.closed()
    client.peer.end()
  }
  await closing
})

test("what the relay says itself is everybody's to hear and nobody's name to have", async (t) => {
  const { relay, connect } = await embedded(t, { voice: 'helm' })
  const amy = await connect('framed')
  await amy.send(join('helm')).expect(TAKEN)
  await amy.send(join('amy')).expect(ACCEPTED, joining('amy'))
  const bob = await connect('chatroom')
  await bob.send('JOIN bob\n').expect('200 OK\n')
  await amy.expect(joining('bob'))
  const id = relay.say('general', 'Zoë is here\tat last')
  await amy.expect(message('[helm] Zoe is here\tat last'))
  const line = await bob.line()
  assert.match(line, /^SEND \{"sender":"helm","header":"@everyone","timestamp":"[^"]+","messageId":/)
  assert.equal(JSON.parse(line.slice('SEND '.length)).messageId, id)
  // C7: it can be acknowledged like any other; there is nobody to be told.
  const receipt = { sender: 'helm', timestamp: '1:02 pm', message: 'Zoë is here\tat last', message_id: id }
  await bob.send(`RECEIVED ${JSON.stringify(receipt)}\n`).expect('200 OK\n')
  await bob.send('BLOCK helm\n').expect('400 CANNOT FIND USER\n')
  await bob.send(`EDIT ${JSON.stringify({ message_id: id, message: 'mine' })}\n`).expect('400 EDIT FAILED\n')

  assert.equal(relay.say('nowhere', 'Hi'), null)
  for (const text of ['', 'esc\x1b', 'two\nlines', 'x'.repeat(65_536), 7 as unknown as string]) {
    assert.throws(() => relay.say('general', text), { name: 'RelayError', code: 'ERR_TEXT' })
  }
})

test('somebody who is disconnected hears why, and is gone when that returns', async (t) => {
  const { relay, connect } = await embedded(t, { listen: FRAMED, ops: '127.0.0.1:0' })
  const amy = await connect('framed')
  await amy.send(join('amy')).expect(ACCEPTED, joining('amy'))
  const bob = await connect('framed')
  await bob.send(join('bob')).expect(ACCEPTED, joining('bob'))
  await amy.expect(joining('bob'))
  assert.equal(relay.disconnect('nobody'), false)
  assert.equal(relay.disconnect('bob'), true)
  assert.equal(relay.disconnect('bob'), false)
  assert.deepEqual(relay.rooms(), [{ name: 'general', isPrivate: false, members: ['amy'] }])
  await bob.expect(leave('you were removed'))
  await bob.peer.closed()
  await amy.expect(leaving('bob'))
  const metrics = await (await fetch(`http://127.0.0.1:${relay.opsPort}/metrics`)).text()
  assert.match(metrics, /^parlance_disconnects_total\{reason="removed"\} 1$/m)
})

test('other settings are taken up while it listens, or said to take a new relay; a mistake changes nothing', async (t) => {
  const settings = { listen: FRAMED, maxConnections: 1 }
  const relay = createRelay(settings)
  t.after(() => relay.close())
  await assert.rejects(relay.reload(settings), { code: 'ERR_STATE', message: /is created/ })
  await relay.listen()
  const report = await relay.reload({ ...settings, maxConnections: 2, room: 'tea' })
  assert.deepEqual(report, {
    live: [{ key: 'maxConnections', before: 1, after: 2 }],
    waiting: [{ key: 'room', before: 'general', after: 'tea' }],
  })
  await assert.rejects(relay.reload({ ...settings, graceMs: 1 }), { code: 'ERR_CONFIG' })
  const config = loadConfig({ environment: {}, flags: { listen: FRAMED, ops: 'off', logDir: 'off' } })
  const { live } = await relay.reload({ config })
  assert.deepEqual(live, [{ key: 'maxConnections', before: 2, after: 'auto' }])
  await relay.close()
  await assert.rejects(relay.reload(settings), { code: 'ERR_STATE', message: /is closed/ })
})

test('a whole configuration is as good as settings by key', async (t) => {
  const flags = { listen: FRAMED, ops: 'off', logDir: 'off', room: 'lobby' }
  const relay = createRelay({ config: loadConfig({ environment: {}, flags }) })
  t.after(() => relay.close())
  await relay.listen()
  assert.deepEqual(
    relay.rooms().map(({ name }) => name),
    ['lobby'],
  )
})
