import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { FramedClient, type FramedClientOptions } from '../../src/client/framed-client.js'
import { freePort } from '../fixtures/relay-process.js'
import { accepting, frame, ScriptedRelay } from '../fixtures/scripted-relay.js'

const LINE = 0x02
const LIST = 0x03

/** A client that is connected to `relay`, and what it was told so far. */
async function connected(relay: ScriptedRelay, options: Partial<FramedClientOptions> = {}) {
  const client = new FramedClient({ host: '127.0.0.1', port: await relay.listen(), ...options })
  const told: string[] = []
  for (const event of ['line', 'direct', 'refused', 'goodbye'] as const) {
    client.on(event, (text) => told.push(`${event}: ${text}`))
  }
  await client.connect()
  return { client, told }
}

test('F1 F3 a greeting that comes at once is heard, and the status bytes are answers', async () => {
  const answers = ['\x01', '\x02', '\x00']
  const relay = new ScriptedRelay(
    (kept, socket) => socket.write(frame(0x00, kept.command === 0x00 ? (answers.shift() as string) : '')),
    (socket) => socket.write(frame(LINE, 'Commands: …')),
  )
  const { client, told } = await connected(relay)
  assert.equal(await client.join('Bob'), 'taken')
  assert.equal(client.name, null)
  assert.equal(await client.join('B b'), 'invalid')
  assert.equal(await client.join('Rob'), 'accepted')
  assert.equal(client.name, 'Rob')
  assert.equal(told.length, 1)
  assert.deepEqual(
    relay.frames.map(({ text }) => text),
    ['Bob', 'B b', 'Rob'],
  )
  client.close()
  await relay.close()
})

test('F14 frames split at any byte and glued together come out the same', async () => {
  const bytes = Buffer.concat([
    frame(0x00, '\x00'),
    frame(LINE, '**Bob is joining the chat**'),
    frame(0x04, '[Amy] psst'),
    frame(LINE, ''),
    frame(0x05, 'No such user: amy'),
    frame(0x01, 'drain'),
  ])
  const expected = [
    'line: **Bob is joining the chat**',
    'direct: [Amy] psst',
    'line: ',
    'refused: No such user: amy',
    'goodbye: drain',
  ]
  const relay = new ScriptedRelay()
  const port = await relay.listen()
  for (let split = 0; split <= bytes.length; split++) {
    const client = new FramedClient({ host: '127.0.0.1', port })
    const told: string[] = []
    for (const event of ['line', 'direct', 'refused', 'goodbye'] as const) {
      client.on(event, (text) => told.push(`${event}: ${text}`))
    }
    await client.connect()
    const joined = client.join('Bob')
    const closed = once(client, 'close')
    while (relay.frames.length <= split) await new Promise((resolve) => setImmediate(resolve))
    const socket = relay.sockets.at(-1)
    socket?.setNoDelay(true)
    socket?.write(bytes.subarray(0, split))
    await new Promise((resolve) => setImmediate(resolve))
    socket?.end(bytes.subarray(split))
    assert.equal(await joined, 'accepted', `split at ${split}`)
    assert.deepEqual(await closed, [null])
    assert.deepEqual(told, expected, `split at ${split}`)
  }
  await relay.close()
})

test('F8 a list that takes several frames is one answer, and questions are answered in their order', async () => {
  const lists = [['Amy Bob ', 'Cem ', 'Dia'], ['Amy'], ['']]
  const relay = new ScriptedRelay(
    accepting(({ command }, socket) => {
      if (command === LIST) for (const names of lists.shift() ?? []) socket.write(frame(LIST, names))
    }),
  )
  const { client } = await connected(relay)
  await client.join('Amy')
  const answers = await Promise.all([client.list(), client.list(), client.list()])
  assert.deepEqual(answers, [['Amy', 'Bob', 'Cem', 'Dia'], ['Amy'], []])
  client.close()
  await relay.close()
})

test('F9 F10 what is said and to whom is one frame each, and LEAVE waits for the relay to close', async () => {
  const relay = new ScriptedRelay(
    accepting(({ command }, socket) => {
      if (command === LINE) socket.write(frame(LINE, '[Amy] still here'))
    }),
  )
  const { client, told } = await connected(relay)
  await client.join('Bob')
  client.say('Hi')
  client.direct('Amy', 'psst you')
  assert.equal(await client.leave(), true)
  assert.deepEqual(relay.frames, [
    { command: 0x00, text: 'Bob' },
    { command: 0x02, text: 'Hi' },
    { command: 0x04, text: 'Amy psst you' },
    { command: 0x01, text: '' },
  ])
  assert.deepEqual(told, ['line: [Amy] still here'])
  assert.throws(() => client.say('too late'), { code: 'closed' })
  await relay.close()
})

test('what a frame cannot carry is refused before it is sent', async () => {
  const relay = new ScriptedRelay(accepting())
  const { client } = await connected(relay)
  assert.throws(() => client.say('Hi'), { code: 'not-joined' })
  await assert.rejects(client.list(), { code: 'not-joined' })
  assert.equal(await client.join('José'), 'invalid')
  assert.equal(await client.join('x'.repeat(1025)), 'invalid')
  assert.equal(await client.join('Bob'), 'accepted')
  await assert.rejects(client.join('Rob'), { code: 'busy' })
  assert.throws(() => client.say('café'), { code: 'not-ascii' })
  assert.throws(() => client.say('x'.repeat(65_536)), { code: 'too-long' })
  client.say('x'.repeat(65_535))
  await client.leave()
  assert.deepEqual(
    relay.frames.map(({ command, text }) => [command, text.length]),
    [
      [0x00, 3],
      [0x02, 65_535],
      [0x01, 0],
    ],
  )
  await relay.close()
})

test('a relay that does not answer is given up after the time for answers', async () => {
  const silent = new ScriptedRelay()
  const { client } = await connected(silent, { answerTimeoutMs: 30 })
  await assert.rejects(client.join('Bob'), { code: 'answer-timeout' })
  client.close()
  await silent.close()
})

test('an answer that is not defined is an error', async () => {
  const odd = new ScriptedRelay((_, socket) => socket.write(frame(0x00, '\x07')))
  const { client } = await connected(odd)
  await assert.rejects(client.join('Bob'), { code: 'bad-answer' })
  client.close()
  await odd.close()
})

test('whoever waits for an answer is told when the connection ends', async () => {
  const relay = new ScriptedRelay(
    accepting(({ command }, socket) => void (command === LIST && socket.destroy())),
  )
  const { client } = await connected(relay)
  const closed = once(client, 'close')
  await client.join('Bob')
  await assert.rejects(client.list(), { code: 'closed' })
  assert.deepEqual(await closed, [null])
  await relay.close()
})

test('a relay that never closes is left after the grace in which nothing moved', async () => {
  const relay = new ScriptedRelay((kept, socket) => {
    if (kept.command === 0x00) socket.write(frame(0x00, '\x00'))
  })
  const { client } = await connected(relay)
  await client.join('Bob')
  assert.equal(await client.leave(30), true)
  await relay.close()
})

test('a connection that is refused is told in the words of the system', async () => {
  const client = new FramedClient({ host: '127.0.0.1', port: await freePort() })
  client.on('close', () => assert.fail('there was no connection to close'))
  await assert.rejects(client.connect(), { code: 'ECONNREFUSED' })
  await assert.rejects(client.connect(), { code: 'busy' })
})

test('a client can be closed while it connects', async () => {
  const relay = new ScriptedRelay()
  const client = new FramedClient({ host: '127.0.0.1', port: await relay.listen() })
  const connecting = client.connect()
  client.close()
  await assert.rejects(connecting, { code: 'closed' })
  await relay.close()
})
