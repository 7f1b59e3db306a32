/** How people come in over chatmaster, and what works before. Rules X1–X3, X11, N1–N4, M3, F15. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  command,
  error,
  everybody,
  INVALID,
  joined,
  LOG_IN_FIRST,
  left,
  login,
  message,
  session,
  startChatmaster,
  TAKEN,
} from '../fixtures/chatmaster-peer.js'
import { join, joining, leaving, TAKEN as TAKEN_FRAMED } from '../fixtures/framed-bytes.js'

test('X1 X2 X3 a session: the request, the public rooms, and everyone hears who came, the newcomer too', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  const bob = await room.connect()
  await bob.ask(login('bob'), session('general'), joined('bob'))
  await amy.expect(joined('bob'))
  bob.destroy()
  await amy.expect(left('bob'))
})

test('X1 the request and the answers are these bytes', async (t) => {
  const room = await startChatmaster(t)
  const wire = await room.relay.connect({ port: room.relay.ports[1] as number })
  const all =
    '{"type":"request","data":{"request":"login"}}\n' +
    '{"type":"session","data":{"status":0,"reason":"Username is not valid."}}\n' +
    '{"type":"session","data":{"status":1,"channels":["general"]}}\n' +
    '{"type":"notification","data":{"event_type":"user_joined","username":"amy","channel":"general"}}\n' +
    '{"type":"error","data":{"error_type":"leave","message":"You are not in a channel."}}\n'
  wire.send(
    Buffer.from(
      '{"type":"command","data":{"command":"login","parameters":{"username":""}}}\r\n' +
        ' {"data":{"parameters":{"username":"amy"},"command":"login"},"type":"command"}' +
        '{"type":"command","data":{"command":"leave","parameters":null}}',
    ),
  )
  assert.equal((await wire.bytes(all.length)).toString(), all)
})

test('X2 the rooms are the public ones, sorted', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  for (const [peer, channel] of [
    [amy, 'tea'],
    [bob, 'Zoo'],
    [cyd, 'secret'],
  ] as const)
    peer.send(command('join', { channel }))
  cyd.send(command('private'))
  for (const peer of [amy, bob, cyd]) {
    peer.send(command('?'))
    while ((await peer.next()) !== JSON.stringify(error('?', 'Unknown command.'))) {
      // What the others do meanwhile.
    }
  }
  const dan = await room.connect()
  await dan.ask(login('dan'), session('Zoo', 'general', 'tea'), joined('dan'))
})

test('X2 a name that is taken or no name can be tried again', async (t) => {
  const room = await startChatmaster(t)
  await room.login('amy')
  await room.relay.join('Bob')
  for (const compressed of [false, true]) {
    const peer = await room.connect(compressed)
    for (const name of ['amy', 'Bob', 'amy\n', 'amy\r\n\0']) await peer.ask(login(name), TAKEN)
    for (const name of [
      '',
      ' ',
      'a b',
      'a\tb',
      'x'.repeat(33),
      'é',
      '\u202eevil',
      'a\x1b[2J',
      '\x7f',
      '\x9b',
      '\ud800',
    ])
      await peer.ask(login(name), INVALID)
    for (const parameters of [
      null,
      undefined,
      {},
      [],
      ['amy'],
      'amy',
      5,
      { username: null },
      { username: 5 },
    ])
      await peer.ask(command('login', parameters), INVALID)
  }
})

test('N1 N3 a name is unique over dialects, and free once its owner is gone', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  const stranger = await room.relay.connect()
  await stranger.frame()
  stranger.send(join('amy'))
  await stranger.expect(TAKEN_FRAMED)
  const watcher = await room.relay.join('watcher')
  amy.destroy()
  await watcher.expect(leaving('amy'))
  stranger.send(join('amy'))
  await watcher.expect(joining('amy'))
})

test('N3 of many who ask for one name at once exactly one gets it', async (t) => {
  const room = await startChatmaster(t)
  const peers = await Promise.all(Array.from({ length: 40 }, (_, index) => room.connect(index % 2 === 0)))
  for (const peer of peers) peer.send(login('amy'))
  const answers = await Promise.all(peers.map((peer) => peer.next()))
  assert.equal(answers.filter((one) => one === JSON.stringify(session('general'))).length, 1)
  assert.equal(answers.filter((one) => one === JSON.stringify(TAKEN)).length, 39)
})

test('N2 N4 strange names are ordinary ones', async (t) => {
  const room = await startChatmaster(t)
  for (const name of ['__proto__', 'constructor', 'toString', '"', '\\', '{"a":1}', '~', 'x'.repeat(32)]) {
    const peer = await room.connect()
    await peer.ask(login(`${name}\n`), session('general'), joined(name))
    const other = await room.connect(true)
    await other.ask(login(name), TAKEN)
    peer.destroy()
    other.destroy()
    const watcher = await room.relay.join('watcher')
    watcher.destroy()
    await watcher.ended()
    // The name is free again once the relay has seen the end of the connection.
    for (;;) {
      const again = await room.connect()
      again.send(login(name))
      const answer = await again.next()
      again.destroy()
      if (answer !== JSON.stringify(TAKEN)) break
    }
  }
})

test('X11 before login everything but login is refused, and the connection stays', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  for (const compressed of [false, true]) {
    const peer = await room.connect(compressed)
    for (const name of [
      'rename',
      'join',
      'leave',
      'private',
      'public',
      'channels',
      'channel_list',
      'direct',
      'x',
    ])
      await peer.ask(command(name, { username: 'amy', channel: 'tea', message: 'Hi' }), LOG_IN_FIRST)
    await peer.ask(message('Hi'), LOG_IN_FIRST)
    await peer.ask({ type: 'command', data: {} }, LOG_IN_FIRST)
    await peer.ask({ type: 'login', data: {} }, LOG_IN_FIRST)
    await peer.ask({ type: '__proto__', data: {} }, LOG_IN_FIRST)
  }
  await amy.nothingMore()
})

test('a second login is refused', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  await amy.ask(login('eve'), error('login', 'You are already logged in.'))
  await amy.ask(login('amy'), error('login', 'You are already logged in.'))
})

test('X2 status=boolean says true and false', async (t) => {
  const room = await startChatmaster(t, 'status=boolean')
  const peer = await room.connect()
  await peer.ask(login(''), { type: 'session', data: { status: false, reason: 'Username is not valid.' } })
  await peer.ask(
    login('amy'),
    { type: 'session', data: { status: true, channels: ['general'] } },
    joined('amy'),
  )
})

test('R1 people start in the relay’s default room, whatever it is called', async (t) => {
  const room = await startChatmaster(t, '', { settings: { room: 'lobby' } })
  const amy = await room.connect()
  await amy.ask(login('amy'), session('lobby'), joined('amy', 'lobby'))
  await amy.ask(command('leave'), error('leave', 'You are not in a channel.'))
})

test('F15 without an accepted name a connection ends, in words', async (t) => {
  const room = await startChatmaster(t, '', { settings: { loginDeadlineMs: '200' } })
  for (const compressed of [false, true]) {
    const peer = await room.connect(compressed)
    await peer.ask(login(''), INVALID)
    await peer.expectEnd(error('login', 'Closing: no name was accepted in time.'))
  }
})
