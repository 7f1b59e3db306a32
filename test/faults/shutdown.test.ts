/** Ending the real process: what each hears of it, and over how long they are told; row 20 of docs/faults.md as a whole is in sigterm.test.ts. Rule F17. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { commandOf, direct, LEAVE, leave, list, MESSAGE, message, textOf } from '../fixtures/framed-bytes.js'
import { LogDir } from '../fixtures/log-dir.js'
import { type ServedRelay, serve } from '../fixtures/serve.js'

/** Joins so many, and has them talk until the connection ends. */
async function crowdOf(relay: ServedRelay, count: number) {
  const crowd = await Promise.all(Array.from({ length: count }, (_, i) => joinLoosely(relay, `n${i}`)))
  let round = 0
  const talk = setInterval(() => {
    const peer = crowd[round++ % count]
    if (peer?.socket.writable) peer.send(message(`round ${round}`), direct(`n${round % count} psst`))
  }, 2)
  return { crowd, silence: () => clearInterval(talk) }
}

/** Joins while others join, too: their announcements may stand between. */
async function joinLoosely(relay: ServedRelay, name: string) {
  const peer = await relay.connect()
  await peer.frame('the greeting')
  peer.send(Buffer.from(`\0\0${String.fromCharCode(name.length)}${name}`, 'latin1'))
  assert.equal(commandOf(await peer.frame()), 0)
  return peer
}

test('F17 SIGINT with 200 clients under load: LEAVE is everyone’s last frame, exit code 0', async (t) => {
  const logs = new LogDir()
  const relay = await serve(t, ['--log-dir', logs.path])
  const { crowd, silence } = await crowdOf(relay, 200)
  t.after(silence)
  await delay(200)
  relay.program.child.kill('SIGINT')
  for (const peer of crowd) {
    const frames = await peer.rest()
    const last = frames.at(-1)
    assert.ok(last !== undefined)
    assert.equal(commandOf(last), LEAVE)
    assert.match(textOf(last), /shutting down/)
    assert.equal(frames.filter((one) => commandOf(one) === LEAVE).length, 1)
  }
  silence()
  assert.equal(await relay.program.exitCode(), 0)
  // Every connection has its close, and everyone who came in has gone.
  const connections = logs.records('connections')
  const count = (event: string) => connections.filter((record) => record.event === event).length
  assert.equal(count('closed'), count('connected'))
  const chat = logs.records('chat')
  assert.equal(chat.filter(({ event }) => event === 'joined').length, 200)
  assert.equal(chat.filter(({ event }) => event === 'left').length, 200)
})

test('F17 what was taken before SIGTERM reaches everybody before the LEAVE', async (t) => {
  const relay = await serve(t, ['--hard-limit-bytes', '100000000', '--soft-limit-bytes', '100000000'])
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  bob.socket.pause()
  await amy.frame()
  const text = 'x'.repeat(50_000)
  for (let count = 0; count < 200; count++) amy.send(message(`${count} ${text}`))
  amy.send(list())
  await amy.expect(list('Amy Bob'))
  relay.program.child.kill('SIGTERM')
  await amy.expectLike(LEAVE, /shutting down/)
  bob.socket.resume()
  for (let count = 0; count < 200; count++) await bob.expect(message(`[Amy] ${count} ${text}`))
  await bob.expectLike(LEAVE, /shutting down/)
  await bob.expectEnd()
  assert.equal(await relay.program.exitCode(), 0)
})

test('while it ends nobody can connect, and it has ended as soon as the last one is gone', async (t) => {
  const relay = await serve(t, [
    '--shutdown-ms',
    '5000',
    '--hard-limit-bytes',
    '100000000',
    '--soft-limit-bytes',
    '100000000',
  ])
  const amy = await relay.join('Amy')
  const stuck = await relay.join('Stuck')
  stuck.socket.pause()
  for (let count = 0; count < 300; count++) amy.send(message('x'.repeat(60_000)))
  amy.send(list())
  await amy.skipTo(list('Amy Stuck'))
  relay.program.child.kill('SIGTERM')
  await amy.expectLike(LEAVE, /shutting down/)
  await assert.rejects(relay.connect(), { code: 'ECONNREFUSED' })
  stuck.destroy()
  amy.destroy()
  assert.equal(await relay.program.exitCode(), 0)
})

test('F17 whoever leaves while the relay ends gets no second reason', async (t) => {
  const relay = await serve(t)
  const peers = await Promise.all(Array.from({ length: 50 }, (_, i) => joinLoosely(relay, `n${i}`)))
  relay.program.child.kill('SIGTERM')
  for (const peer of peers) if (peer.socket.writable) peer.send(message('bye'), leave())
  for (const peer of peers) {
    const frames = await peer.rest()
    const at = frames.findIndex((one) => commandOf(one) === LEAVE)
    assert.ok(at === -1 || at === frames.length - 1)
    assert.ok(frames.every((one) => [MESSAGE, LEAVE].includes(commandOf(one))))
  }
  assert.equal(await relay.program.exitCode(), 0)
})

/** How many connections were closed, from when and for how long, by the relay’s own clock. */
function closes(logs: LogDir) {
  const times = logs
    .records('connections')
    .filter(({ event, reason }) => event === 'closed' && reason === 'shutdown')
    .map(({ time }) => Date.parse(String(time)))
  const firstMs = Math.min(...times)
  return { count: times.length, firstMs, spreadMs: Math.max(...times) - firstMs }
}

test('F17 400 clients are told over 0.4 s; until it is their turn they chat, and nobody hears who leaves', async (t) => {
  const logs = new LogDir()
  const relay = await serve(t, ['--log-dir', logs.path])
  const crowd = await Promise.all(Array.from({ length: 398 }, (_, i) => joinLoosely(relay, `n${i}`)))
  // The last to come are the last to go.
  const amy = await relay.join('Amy')
  const bob = await relay.join('Bob')
  const talk = setInterval(() => {
    if (bob.socket.writable) bob.send(message('still here'))
  }, 5)
  t.after(() => clearInterval(talk))
  relay.program.child.kill('SIGTERM')
  const [first] = crowd
  assert.match(textOf((await first?.rest())?.at(-1) as Buffer), /shutting down/)
  await assert.rejects(relay.connect(), { code: 'ECONNREFUSED' })
  relay.program.child.kill('SIGTERM')
  const heard = await amy.rest()
  assert.equal(heard.filter((one) => textOf(one).includes('leaving')).length, 0)
  assert.equal(commandOf(heard.at(-1) as Buffer), LEAVE)
  for (const peer of [...crowd.slice(1), bob]) {
    const last = (await peer.rest()).at(-1) as Buffer
    assert.equal(commandOf(last), LEAVE)
  }
  assert.equal(await relay.program.exitCode(), 0)
  const { count, firstMs, spreadMs } = closes(logs)
  assert.equal(count, 400)
  assert.ok(spreadMs >= 300, `${spreadMs} ms`)
  const chat = logs.records('chat')
  assert.equal(chat.filter(({ event }) => event === 'left').length, 400)
  const said = chat.filter(({ event }) => event === 'message')
  const before = said.filter(({ time }) => Date.parse(String(time)) <= firstMs)
  assert.ok(heard.filter((one) => textOf(one) === '[Bob] still here').length > before.length)
})

test('F17 with closeSpreadMs=0 everybody is told at once, and a longer one is never longer than it says', async (t) => {
  for (const [spread, least, most] of [
    ['0', 0, 5000],
    ['100', 50, 5000],
  ] as const) {
    const logs = new LogDir()
    const relay = await serve(t, ['--log-dir', logs.path, '--close-spread-ms', spread])
    const crowd = await Promise.all(Array.from({ length: 300 }, (_, i) => joinLoosely(relay, `n${i}`)))
    relay.program.child.kill('SIGTERM')
    for (const peer of crowd) assert.equal(commandOf((await peer.rest()).at(-1) as Buffer), LEAVE)
    assert.equal(await relay.program.exitCode(), 0)
    const { count, spreadMs } = closes(logs)
    assert.equal(count, 300)
    assert.ok(spreadMs >= least && spreadMs < most, `${spreadMs} ms of ${spread}`)
  }
})
