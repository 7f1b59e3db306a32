/** Who may be called what, and what works before JOIN. Rules C1, C2, N1–N4. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type ChatroomPeer,
  ERROR,
  entered,
  left,
  OK,
  said,
  startChatroom,
} from '../fixtures/chatroom-peer.js'
import { error, join, joining, message, TAKEN } from '../fixtures/framed-bytes.js'

const INVALID = '400 INVALID USERNAME'

test('C1 a name is 3 to 30 letters and digits, and not everyone', async (t) => {
  const room = await startChatroom(t)
  for (const name of ['bob', 'B0B', '123', 'x'.repeat(30), 'Everyone1', 'constructor']) {
    const peer = await room.connect()
    await peer.ask(`USERNAME ${name}`, OK)
    await peer.ask('JOIN', OK)
    await peer.ask('LEAVE', '200 BYE')
    await peer.expectEnd()
  }
  const peer = await room.connect()
  for (const name of [
    'ab',
    'x'.repeat(31),
    'everyone',
    'EVERYONE',
    'Everyone',
    'a b c',
    'bob ',
    ' bob',
    'bob!',
    '@bob',
    '__proto__',
    'bö b',
    'böb',
    'Ｂｏｂ',
    'Kim\u212a',
    'bob\x1b',
    'bob\x7f',
    'bob\u009b',
    'b\tob',
  ]) {
    await peer.ask(`USERNAME ${name}`, ERROR)
    await peer.ask(`JOIN ${name}`, INVALID)
  }
  await peer.ask('USERNAME', ERROR)
  await peer.ask('USERNAME ', ERROR)
})

test('C1 JOIN alone joins with the held name; without one it is refused', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = await room.connect()
  await bob.ask('JOIN', INVALID)
  await bob.ask('JOIN ', INVALID)
  await bob.ask('USERNAME bob', OK)
  await amy.nothingMore()
  await bob.ask('JOIN', OK)
  await amy.expect(entered('bob'))
})

test('C1 N1 a held name is taken for others, in any dialect, and free when the connection ends', async (t) => {
  const room = await startChatroom(t)
  const bob = await room.connect()
  await bob.ask('USERNAME bob', OK)
  await bob.ask('USERNAME bob', OK)
  const other = await room.connect()
  await other.ask('USERNAME bob', ERROR)
  await other.ask('JOIN bob', INVALID)
  const framed = await room.relay.connect()
  await framed.frame()
  framed.send(join('bob'))
  await framed.expect(TAKEN)
  await bob.ask('LEAVE bob', '200 BYE')
  await bob.expectEnd()
  await other.ask('USERNAME bob', OK)
  other.wire.reset()
  // When a reset is seen is the system's business.
  const last = await room.connect()
  for (let tries = 0; ; tries++) {
    last.send('JOIN bob')
    if ((await last.line()) === OK) break
    assert.ok(tries < 1000)
  }
})

test('C1 another USERNAME lets go of the first; one that fails does not; JOIN may take another', async (t) => {
  const room = await startChatroom(t)
  const bob = await room.connect()
  const amy = await room.connect()
  await bob.ask('USERNAME bob', OK)
  await bob.ask('USERNAME rob', OK)
  await amy.ask('USERNAME bob', OK)
  await bob.ask('USERNAME bob', ERROR)
  await bob.ask('USERNAME !', ERROR)
  await bob.ask('JOIN !', INVALID)
  const cyd = await room.connect()
  await cyd.ask('JOIN rob', INVALID)
  await bob.ask('JOIN bobby', OK)
  await cyd.ask('JOIN rob', OK)
  await bob.expect(entered('rob'))
})

test('C1 N3 of many who ask for one name at once, exactly one has it', async (t) => {
  const room = await startChatroom(t)
  const peers = await Promise.all(Array.from({ length: 40 }, () => room.connect()))
  for (const [index, peer] of peers.entries()) peer.send(index % 2 === 0 ? 'JOIN bob' : 'USERNAME bob')
  const answers = await Promise.all(peers.map((peer) => peer.line()))
  assert.equal(answers.filter((answer) => answer === OK).length, 1)
})

test('C2 before JOIN only USERNAME, JOIN, LEAVE and USERBOARD work', async (t) => {
  const room = await startChatroom(t)
  const bob = await room.connect()
  await bob.ask('USERNAME bob', OK)
  for (const request of [
    `SEND ${said({ sender: 'bob' })}`,
    'SEND',
    'RECEIVED {}',
    'EDIT {}',
    'USERSTATUS',
    'USERSTATUS OFFLINE',
    'BLOCK amy',
    'UNBLOCK amy',
    'WHO',
    '',
    'join bob',
    'Join',
  ]) {
    await bob.ask(request, ERROR)
  }
  await bob.ask('USERBOARD', OK, 'USERBOARD {}')
  await bob.ask('LEAVE amy', '400 CANNOT FIND USER')
  await bob.ask('LEAVE bob', '200 BYE')
  await bob.expectEnd()
})

test('C2 a stranger may leave without a name', async (t) => {
  const room = await startChatroom(t)
  const peer = await room.connect()
  await peer.ask('LEAVE bob', '400 CANNOT FIND USER')
  await peer.ask('LEAVE', '200 BYE')
  await peer.expectEnd()
})

test('C2 a second JOIN or USERNAME is a server error, and nothing changes', async (t) => {
  const room = await startChatroom(t)
  const bob = await room.join('bob')
  for (const request of [
    'JOIN',
    'JOIN bob',
    'JOIN rob',
    'JOIN !',
    'USERNAME rob',
    'USERNAME bob',
    'USERNAME',
  ])
    await bob.ask(request, ERROR)
  await bob.ask('USERBOARD', OK, 'USERBOARD {"bob":"ONLINE"}')
  const rob = await room.join('rob')
  await rob.nothingMore()
  await bob.expect(entered('rob'))
})

test('C2 a login that takes too long ends with a server error', async (t) => {
  const room = await startChatroom(t, { loginDeadlineMs: '150' })
  const bob = await room.connect()
  await bob.ask('USERNAME bob', OK)
  await bob.expect(ERROR)
  await bob.expectEnd()
  await room.join('bob')
})

test('C3 LEAVE with one’s own name or none says goodbye and closes; another name does not', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  for (const request of ['LEAVE', 'LEAVE bob', 'LEAVE bob\0\0']) {
    const bob = await room.join('bob')
    await amy.expect(entered('bob'))
    await bob.ask('LEAVE amy', '400 CANNOT FIND USER')
    await bob.ask('LEAVE Bob', '400 CANNOT FIND USER')
    bob.send(request, `SEND ${said({ sender: 'bob' })}`)
    await bob.expect('200 BYE')
    await bob.expectEnd()
    await amy.expect(left('bob'))
  }
  await amy.nothingMore()
})

test('C3 N3 framed people hear of it, and a dropped connection leaves the room', async (t) => {
  const room = await startChatroom(t)
  const framed = await room.relay.join('Fred')
  const bob = await room.join('bob')
  const amy = await room.join('amy')
  await framed.expect(joining('bob'), joining('amy'))
  await bob.expect(entered('amy'))
  framed.send(message('Hi'))
  assert.equal((await amy.push('SEND')).sender, 'Fred')
  assert.equal((await bob.push('SEND')).sender, 'Fred')
  bob.wire.destroy()
  await amy.expect(left('bob'))
  await framed.expect(message('**bob is leaving the chat**'))
  await room.join('bob')
  await amy.expect(entered('bob'))
  framed.send(Buffer.from([9, 0, 0]))
  await framed.expect(joining('bob'), error('Unsupported command 9'))
  framed.reset()
  await amy.expect(left('Fred'))
})

test('C1 a relay that ends says so in the one line that there is for it', async (t) => {
  const room = await startChatroom(t)
  const amy: ChatroomPeer = await room.join('amy')
  const stopped = room.relay.relay.stop()
  await amy.expect(ERROR)
  await amy.expectEnd()
  await stopped
})
