/** How chatmaster connections end, and who notices: the relay’s last words, slow readers, the logs. Rules F15–F17, M6, M3. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  ChatmasterPeer,
  command,
  error,
  everybody,
  INVALID,
  joined,
  left,
  login,
  message,
  session,
  startChatmaster,
} from '../fixtures/chatmaster-peer.js'
import { LogDir } from '../fixtures/log-dir.js'
import { seeded } from '../fixtures/random.js'

const SHUTDOWN = error('connection', 'Closing: the relay is shutting down.')

test('F17 the relay says that it is shutting down, to members and strangers, plain or compressed', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const strangers = [await room.connect(), await room.connect(true)]
  const stopped = room.relay.relay.stop()
  for (const peer of [amy, bob, ...strangers]) {
    await peer.expectEnd(SHUTDOWN)
    peer.destroy()
  }
  await stopped
})

test('F17 a relay that is full says so', async (t) => {
  const room = await startChatmaster(t, '', { settings: { maxConnections: '1' } })
  const amy = await room.connect()
  const late = new ChatmasterPeer(
    await room.relay.connect({ port: room.relay.ports[1] as number }),
    false,
    false,
  )
  // Nothing else: to be asked to log in would be misleading.
  await late.expectEnd(error('connection', 'Closing: the relay is full.'))
  await amy.ask(login('amy'), session('general'), joined('amy'))
})

test('F15 a plain package that trickles in does not move its deadline either', async (t) => {
  const room = await startChatmaster(t, '', { settings: { frameDeadlineMs: '300' } })
  const amy = await room.login('amy')
  const begun = performance.now()
  const trickle = (async () => {
    for (const byte of Buffer.from(JSON.stringify(message('x'.repeat(100))))) {
      if (amy.wire.socket.readableEnded) return
      amy.sendBytes(Buffer.of(byte))
      await delay(20)
    }
  })()
  await amy.expectEnd(error('package', 'Closing: a frame was not completed in time.'))
  assert.ok(performance.now() - begun < 1500)
  await trickle
})

test('M6 a reader that stops is cut off as slow, plain or compressed, and the others get everything', async (t) => {
  const logs = new LogDir()
  const room = await startChatmaster(t, '', {
    settings: { hardLimitBytes: '1000000', graceMs: '1000', logDir: logs.path },
  })
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  // What does not repeat itself: otherwise hardly anything of it is left when it is compressed.
  const random = seeded(t)
  const text = Array.from({ length: 30_000 }, () => String.fromCharCode(random.between(0x23, 0x5b))).join('')
  for (const compressed of [false, true]) {
    const name = compressed ? 'zed' : 'ned'
    const slow = await room.login(name, compressed)
    for (const peer of [amy, bob]) await peer.expect(joined(name))
    slow.wire.socket.pause()
    let gone = false
    const told = heardUntilLeft(amy, name).then((heard) => {
      gone = true
      return heard
    })
    let said = 0
    while (!gone && said < 6000) {
      bob.send(message(`${said++} ${text}`))
      if (bob.wire.socket.writableNeedDrain)
        await Promise.race([new Promise((resolve) => bob.wire.socket.once('drain', resolve)), told])
      await delay(0)
    }
    const heard = await told
    assert.deepEqual(
      heard,
      Array.from({ length: heard.length }, (_, index) => index),
    )
    // What was said after that is not missing either.
    for (let n = heard.length; n < said; n++) assert.match(await amy.next(), new RegExp(`"message":"${n} `))
    await bob.expect(left(name))
    slow.destroy()
    const records = await logs.until('connections', (one) => one.name === name && one.reason === 'slow')
    assert.equal(records.filter((one) => one.name === name && one.event === 'closed').length, 1)
  }
})

/** @returns the numbers of what was said until somebody left */
async function heardUntilLeft(peer: ChatmasterPeer, name: string): Promise<number[]> {
  const numbers: number[] = []
  for (;;) {
    const text = await peer.next()
    if (text === JSON.stringify(left(name))) return numbers
    numbers.push(Number(/"message":"(\d+) /.exec(text)?.[1]))
  }
}

test('F16 a listener that drops tells a slow reader how many messages it missed, plain or compressed', async (t) => {
  const settings = { softLimitBytes: '200000', hardLimitBytes: '400000' }
  const room = await startChatmaster(t, 'policy=drop-oldest', { settings })
  const amy = await room.login('amy')
  const random = seeded(t)
  const text = Array.from({ length: 30_000 }, () => String.fromCharCode(random.between(0x23, 0x5b))).join('')
  for (const compressed of [false, true]) {
    const slow = await room.login(compressed ? 'zed' : 'ned', compressed)
    await amy.expect(joined(compressed ? 'zed' : 'ned'))
    slow.wire.socket.pause()
    const said = 700
    for (let n = 0; n < said; n++) {
      amy.send(message(`${n} ${text}`))
      if (n % 10 === 0) await amy.nothingMore()
    }
    await amy.nothingMore()
    slow.wire.socket.resume()
    // What it gets and what it is told that it missed is all there was, in order.
    let next = 0
    let missed = 0
    while (next < said) {
      const { type, data } = JSON.parse(await slow.next()) as { type: string; data: { message: string } }
      if (type === 'error') {
        const [, count] = /^Missed (\d+) messages\.$/.exec(data.message) ?? []
        missed += Number(count)
        next += Number(count)
      } else {
        assert.equal(Number.parseInt(data.message, 10), next++)
      }
    }
    assert.ok(missed > 0)
    slow.destroy()
    await amy.expect(left(compressed ? 'zed' : 'ned'))
  }
})

test('M3 names that were asked for are in the log without anything that a terminal acts upon', async (t) => {
  const logs = new LogDir()
  const room = await startChatmaster(t, '', { settings: { logDir: logs.path } })
  const peer = await room.connect(true)
  for (const name of ['\x1b[2J', '\x9b2J', 'a\n{"event":"accepted"}', '\u202eevil', '\x7f', 'x'.repeat(5000)])
    await peer.ask(login(name), INVALID)
  await peer.ask(login('amy'), session('general'), joined('amy'))
  await peer.ask(command('rename', { username: 'a b' }), error('rename', 'Username is not valid.'))
  const records = await logs.until('connections', ({ name }) => name === 'a b')
  assert.deepEqual(
    records.filter(({ event }) => event === 'accepted').map(({ name }) => name),
    ['amy'],
  )
  assert.equal(records.filter(({ event }) => event === 'rejected').length, 7)
  const written = logs.text(logs.file('connections'))
  assert.match(written, /^[\n -~]+$/)
  assert.ok(written.split('\n').every((line) => line.length < 500))
})
