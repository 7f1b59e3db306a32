/** Who is who on json-irc. Rules J1, J2, J8, and N1–N5, M3 for it. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { ACCEPTED, join, TAKEN } from '../fixtures/framed-bytes.js'
import { joined, left, sent, startJsonIrc, told } from '../fixtures/json-irc-peer.js'

const nick = (nickname: string) => sent('/nick', { nickname })
const set = (name: string) => told('/nicknameSet', name, '', `nickname set to ${name}`)

test('J1 before a nickname is set everything but /nick and /close gets an error reply', async (t) => {
  const { connect, named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const peer = await connect()
  for (const command of [
    '/listRooms',
    '/join',
    '/leaveRoom',
    '/broadcast',
    '/direct',
    '/roomMembers',
    '/unknown',
    '',
  ]) {
    peer.send(sent(command, { nickname: 'bob', room: 'tea', message: 'Hi' }))
    await peer.expectError(command, 'tea')
  }
  await peer.ask(nick('bob'), set('bob'))
  await amy.nothingMore()
})

test('J1 /close without a nickname closes, and nothing comes before that', async (t) => {
  const { connect } = await startJsonIrc(t)
  const peer = await connect()
  peer.send(sent('/close'), sent('/join', { room: 'tea' }))
  await peer.expectEnd()
})

test('J2 N1 a nickname that is taken, in whatever dialect, is refused, and another one can be tried', async (t) => {
  const { connect, named, relay } = await startJsonIrc(t)
  await named('amy')
  await relay.join('Bob')
  const peer = await connect()
  for (const name of ['amy', 'Bob', 'amy\r\n', 'Bob\0\0']) {
    const asked = name.replace(/[\r\n\0]+$/, '')
    await peer.ask(nick(name), told('/nickFail', asked, '', 'that nickname is taken'))
  }
  await peer.ask(nick('Amy'), set('Amy'))
  const framed = await relay.connect()
  await framed.frame()
  framed.send(join('Amy'))
  await framed.expect(TAKEN)
})

test('J2 N2 every printable character but the space is good in a nickname, in 1 to 32 of them', async (t) => {
  const { connect } = await startJsonIrc(t)
  for (const name of [
    'a',
    'x'.repeat(32),
    '"quoted\\',
    '{}[]:,',
    '__proto__',
    'constructor',
    '!~',
    '/nick',
  ]) {
    const peer = await connect()
    await peer.ask(nick(name), set(name))
    await peer.ask(sent('/close'))
    await peer.expectEnd()
  }
})

test('J2 M3 what is no name gets /nickFail with it, without what must not pass', async (t) => {
  const { connect } = await startJsonIrc(t)
  const peer = await connect()
  for (const [asked, shown = asked] of [
    [''],
    [' '],
    ['two words'],
    ['x'.repeat(33)],
    ['tab\there'],
    ['café'],
    ['\u041f\u0440\u0438'],
    ['\u212aim'],
    ['a\u202eb'],
    ['a\nb', 'ab'],
    ['\x1b[2J', '[2J'],
    ['a\x7f', 'a'],
    ['a\x9b2J', 'a2J'],
    ['x'.repeat(60_000), 'x'.repeat(1024)],
  ] as [string, string?][]) {
    peer.send(nick(asked))
    const line = await peer.line()
    const { command, nickname, room, message, ...more } = JSON.parse(line)
    assert.deepEqual([command, nickname, room, more], ['/nickFail', shown, '', {}])
    assert.match(message, /nickname/)
  }
  await peer.ask(nick('fine'), set('fine'))
})

test('J2 after success further /nick are ignored', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  amy.send(nick('amy'), nick('bob'), nick(''), nick('\x1b'))
  await amy.nothingMore()
  await amy.ask(sent('/roomMembers'), told('listMembers', 'amy', '', 'amy'))
})

test('N3 of many simultaneous claims of one name exactly one wins', async (t) => {
  const { connect, relay } = await startJsonIrc(t)
  const peers = await Promise.all(Array.from({ length: 30 }, () => connect()))
  const others = await Promise.all(Array.from({ length: 10 }, () => relay.connect()))
  for (const framed of others) {
    await framed.frame()
    framed.send(join('one'))
  }
  for (const peer of peers) peer.send(nick('one'))
  const answers = await Promise.all(peers.map((peer) => peer.line()))
  const statuses = await Promise.all(others.map((framed) => framed.frame()))
  const won =
    answers.filter((line) => line === set('one')).length +
    statuses.filter((frame) => frame.equals(ACCEPTED)).length
  assert.equal(won, 1)
})

test('N3 a name is free the moment its session ends, and not before the leave was announced', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  for (const end of ['close', 'reset', 'fin'] as const) {
    const bob = await named('bob', 'tea')
    await amy.expect(joined('bob', 'tea'))
    if (end === 'close') bob.send(sent('/close'))
    else if (end === 'reset') bob.wire.reset()
    else bob.wire.socket.end()
    await amy.expect(left('bob', 'tea'))
  }
})

test('J8 N5 whatever nickname a message comes with, the session’s goes out', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const bob = await named('bob', 'tea')
  await amy.expect(joined('bob', 'tea'))
  for (const nickname of ['amy', 'bob', '', 'nobody', '\x1b[2J', 'café']) {
    bob.send(sent('/broadcast', { nickname, room: 'tea', message: 'Hi' }))
    bob.send(sent('/direct', { nickname, room: 'amy', message: 'psst' }))
    await amy.expect(told('/broadcast', 'bob', 'tea', 'Hi'), told('/direct', 'bob', 'amy', 'psst'))
  }
  await bob.ask(sent('/roomMembers', { nickname: 'amy' }), told('listMembers', 'bob', '', 'amy\nbob'))
})
