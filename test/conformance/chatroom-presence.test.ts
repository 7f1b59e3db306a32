/** Who is here, and how they are to be found. Rules C9, C10, C3 for crowds. */

import test from 'node:test'
import { ERROR, entered, everybody, OK, startChatroom } from '../fixtures/chatroom-peer.js'
import { joining } from '../fixtures/framed-bytes.js'

const UPDATED = '200 USERSTATUS UPDATED'
const status = (name: string, word: string) => `USERSTATUS {"username":"${name}","status":"${word}"}`

test('C9 the board has everyone in the room with their status, before JOIN too', async (t) => {
  const room = await startChatroom(t)
  const stranger = await room.connect()
  await stranger.ask('USERBOARD', OK, 'USERBOARD {}')
  const { amy } = await everybody(room, 'amy', 'bob')
  await amy.ask('USERSTATUS DO_NOT_DISTURB', UPDATED)
  const board = 'USERBOARD {"amy":"DO_NOT_DISTURB","bob":"ONLINE"}'
  await amy.ask('USERBOARD', OK, board)
  await amy.ask('USERBOARD ', OK, board)
  await stranger.ask('USERBOARD general', OK, board)
  for (const unknown of ['tea', 'General', '__proto__', 'general x', 'g\x1b', 'é'])
    await stranger.ask(`USERBOARD ${unknown}`, ERROR)
})

test('C9 N4 people of other dialects are ONLINE, whatever they are called', async (t) => {
  const room = await startChatroom(t)
  for (const name of ['__proto__', 'a"b\\c']) await room.relay.join(name)
  const amy = await room.join('amy')
  await amy.ask('USERBOARD', OK, 'USERBOARD {"__proto__":"ONLINE","a\\"b\\\\c":"ONLINE","amy":"ONLINE"}')
})

test('C9 another default room has a board of its own name', async (t) => {
  const room = await startChatroom(t, { room: 'lobby' })
  const amy = await room.join('amy')
  await amy.ask('USERBOARD lobby', OK, 'USERBOARD {"amy":"ONLINE"}')
  await amy.ask('USERBOARD general', ERROR)
})

test('C10 on a change everyone else is told; without one nobody is', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await fred.expect(joining('amy'), joining('bob'))
  for (const [request, word] of [
    ['USERSTATUS OFFLINE', 'OFFLINE'],
    ['USERSTATUS bob DO_NOT_DISTURB', 'DO_NOT_DISTURB'],
    ['USERSTATUS bob', 'ONLINE'],
    ['USERSTATUS bob OFFLINE', 'OFFLINE'],
    ['USERSTATUS', 'ONLINE'],
  ] as const) {
    await bob.ask(request, UPDATED)
    await amy.expect(status('bob', word))
    await bob.ask(request, UPDATED)
    await amy.nothingMore()
  }
  await bob.nothingMore()
  await fred.expectQuiet()
})

test('C10 statuses are matched as written, and a name must be one’s own', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const parameter of [
    'amy OFFLINE',
    'amy',
    'offline',
    'bob offline',
    'Bob OFFLINE',
    'AWAY',
    'bob AWAY',
    'OFFLINE bob',
    'bob OFFLINE x',
    'bob\tOFFLINE',
    '\x1b[2J',
    '__proto__',
    'constructor',
  ]) {
    await bob.ask(`USERSTATUS ${parameter}`, ERROR)
  }
  bob.wire.send(Buffer.from('USERSTATUS \xff\n', 'latin1'))
  await bob.expect(ERROR)
  await amy.nothingMore()
})

test('C10 somebody may be called like a status', async (t) => {
  const room = await startChatroom(t)
  const { amy, OFFLINE } = await everybody(room, 'amy', 'OFFLINE')
  await OFFLINE.ask('USERSTATUS OFFLINE OFFLINE', UPDATED)
  await amy.expect(status('OFFLINE', 'OFFLINE'))
  await OFFLINE.ask('USERSTATUS OFFLINE ONLINE', UPDATED)
  await amy.expect(status('OFFLINE', 'ONLINE'))
  await OFFLINE.ask('USERSTATUS OFFLINE', UPDATED)
  await amy.expect(status('OFFLINE', 'OFFLINE'))
})

test('C10 a status is presence only: messages are delivered all the same', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await bob.ask('USERSTATUS OFFLINE', UPDATED)
  await amy.expect(status('bob', 'OFFLINE'))
  await amy.say({ sender: 'amy', header: '@bob' })
  await amy.say({ sender: 'amy' })
  await bob.push('SEND')
  await bob.push('SEND')
})

test('C3 a room too large to announce everybody hears how many came and went', async (t) => {
  const room = await startChatroom(t, { announceUpTo: '2' })
  const { amy } = await everybody(room, 'amy', 'bob')
  const cyd = await room.join('cyd')
  await room.join('dan')
  await cyd.ask('LEAVE', '200 BYE')
  await amy.expect(
    'JOIN {"username":"","message":"2 people have entered the chat"}',
    'LEFT {"username":"","message":"1 person has left the chat"}',
  )
  await amy.nothingMore()
})

test('C3 the newcomer is not told of themselves', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = await room.join('bob')
  await amy.expect(entered('bob'))
  await bob.nothingMore()
  await amy.nothingMore()
})
