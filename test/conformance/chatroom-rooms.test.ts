/** Rooms: which there are, and going from one to another. Rule C17, and what of C7, C8, C11 and R4 shows across a change of room. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { startAllDialects } from '../fixtures/all-dialects.js'
import {
  blocked,
  type ChatroomPeer,
  ERROR,
  entered,
  everybody,
  left,
  OK,
  said,
  startChatroom,
} from '../fixtures/chatroom-peer.js'
import { joining, leaving } from '../fixtures/framed-bytes.js'

const rooms = (...names: readonly string[]) => `ROOMS ${JSON.stringify({ rooms: names })}`
const edit = (id: string, message: string) => `EDIT ${JSON.stringify({ message_id: id, message })}`
const received = (id: string) =>
  `RECEIVED ${JSON.stringify({ sender: '', timestamp: '', message: '', message_id: id })}`

test('C17 ROOMS has the public rooms, sorted, for as long as somebody is in them', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await amy.ask('ROOMS', OK, rooms('general'))
  await bob.ask('ENTER den', OK)
  await amy.expect(left('bob'))
  await amy.ask('ROOMS', OK, rooms('den', 'general'))
  await bob.ask('ENTER __proto__', OK)
  await amy.ask('ROOMS', OK, rooms('__proto__', 'general'))
  await bob.ask('ENTER general', OK)
  await amy.expect(entered('bob'))
  for (const one of [amy, bob]) await one.ask('ROOMS', OK, rooms('general'))
})

test('C17 ENTER tells both rooms and nobody oneself; what is said and who is here is of the new one', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await fred.expect(joining('amy'), joining('bob'), joining('cyd'))
  await cyd.ask('ENTER den', OK)
  for (const other of [amy, bob]) await other.expect(left('cyd'))
  await bob.ask('ENTER den', OK)
  await amy.expect(left('bob'))
  await cyd.expect(entered('bob'))
  await fred.expect(leaving('cyd'), leaving('bob'))
  await bob.say({ sender: 'bob' })
  assert.equal((await cyd.push('SEND')).header, '@everyone')
  await bob.ask('USERBOARD', OK, 'USERBOARD {"bob":"ONLINE","cyd":"ONLINE"}')
  await bob.ask('USERBOARD general', OK, 'USERBOARD {"Fred":"ONLINE","amy":"ONLINE"}')
  await amy.ask('USERBOARD den', OK, 'USERBOARD {"bob":"ONLINE","cyd":"ONLINE"}')
  await amy.say({ sender: 'amy', header: '@bob', message: 'psst' })
  assert.equal((await bob.push('SEND')).message, 'psst')
  await bob.ask('USERSTATUS OFFLINE', '200 USERSTATUS UPDATED')
  await cyd.expect('USERSTATUS {"username":"bob","status":"OFFLINE"}')
  // The status goes along.
  await bob.ask('ENTER general', OK)
  await cyd.expect(left('bob'))
  await amy.expect(entered('bob'))
  await amy.ask('USERBOARD', OK, 'USERBOARD {"Fred":"ONLINE","amy":"ONLINE","bob":"OFFLINE"}')
  bob.send('LEAVE')
  await bob.expect('200 BYE')
  await amy.expect(left('bob'))
  for (const one of [amy, cyd]) await one.nothingMore()
})

test('C17 before JOIN, where one is already, and what is no room name: an error, and one stays', async (t) => {
  const room = await startChatroom(t)
  const stranger = await room.connect()
  for (const request of ['ROOMS', 'ENTER den', 'ENTER']) await stranger.ask(request, ERROR)
  await stranger.ask('USERNAME zoe', OK)
  await stranger.ask('ENTER den', ERROR)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const not = ['', ' ', 'general', 'two words', 'a\tb', 'r'.repeat(65), 'café', 'a\x1bb', ' den', 'den ']
  for (const name of not) await bob.ask(`ENTER ${name}`, ERROR)
  await bob.ask('ROOMS den', ERROR)
  await bob.ask('enter den', ERROR)
  bob.wire.send(Buffer.from('ENTER \xff\n', 'latin1'))
  await bob.expect(ERROR)
  await amy.nothingMore()
  // N1-like: rooms differ in case, and the longest name is one.
  for (const name of ['General', 'r'.repeat(64)]) await bob.ask(`ENTER ${name}`, OK)
})

test('C17 C7 C8 edits and receipts across a change of room', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  const id = await bob.say({ sender: 'bob' })
  for (const other of [amy, cyd]) await other.push('SEND')
  await cyd.ask('ENTER den', OK)
  for (const other of [amy, bob]) await other.expect(left('cyd'))
  await bob.ask('ENTER den', OK)
  await amy.expect(left('bob'))
  await cyd.expect(entered('bob'))
  // Cyd is no longer where it was said, Amy is; Bob may change it and hears of it from where he is.
  await cyd.ask(received(id), ERROR)
  await bob.ask(edit(id, 'Ho'), '200 MESSAGE UPDATED')
  assert.equal((await amy.push('EDIT')).message, 'Ho')
  await amy.ask(received(id), OK)
  assert.equal((await bob.push('RECEIVED')).receiver, 'amy')
  // Who comes back was not sent it.
  await cyd.ask('ENTER general', OK)
  await bob.expect(left('cyd'))
  await amy.expect(entered('cyd'))
  await cyd.ask(received(id), ERROR)
  await bob.ask(edit(id, 'Hm'), '200 MESSAGE UPDATED')
  await amy.push('EDIT')
  for (const one of [amy, bob, cyd]) await one.nothingMore()
})

test('C17 C12 what was said in a room is forgotten when the last one has gone', async (t) => {
  const room = await startChatroom(t)
  const { amy } = await everybody(room, 'amy')
  await amy.ask('ENTER den', OK)
  const id = await amy.say({ sender: 'amy' })
  await amy.ask(edit(id, 'Ho'), '200 MESSAGE UPDATED')
  await amy.ask('ENTER general', OK)
  await amy.ask(edit(id, 'Hm'), '400 EDIT FAILED')
})

test('C17 C11 a block holds in every room', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await amy.ask('BLOCK bob', OK)
  await bob.expect(blocked('amy'))
  const enter = async (
    one: ChatroomPeer,
    name: string,
    stay: readonly ChatroomPeer[],
    there: readonly ChatroomPeer[],
  ) => {
    await one.ask('ENTER den', OK)
    for (const other of stay) await other.expect(left(name))
    for (const other of there) await other.expect(entered(name))
  }
  await enter(amy, 'amy', [bob, cyd], [])
  await enter(bob, 'bob', [cyd], [amy])
  await enter(cyd, 'cyd', [], [amy, bob])
  await bob.say({ sender: 'bob' })
  await cyd.push('SEND')
  await bob.ask(`SEND ${said({ sender: 'bob', header: '@amy' })}`, blocked('amy'), '400 MESSAGE FAILED')
  await amy.nothingMore()
  await amy.ask('UNBLOCK bob', OK)
  await bob.say({ sender: 'bob' })
  await amy.push('SEND')
})

test('C17 C14 C15 push=bare has rooms as well', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.joinBare('amy')
  const bob = await room.join('bob')
  await amy.expect(entered('bob'))
  await bob.ask('ENTER den', OK)
  await amy.expect(left('bob'))
  await amy.ask('ROOMS', OK, rooms('den', 'general'))
  await amy.ask('ENTER den', OK)
  await bob.expect(entered('amy'))
  await bob.say({ sender: 'bob' })
  await amy.expect('{"sender":"bob","header":"@all","timestamp":"1:02 pm","message":"Hi"}')
  await amy.ask('USERBOARD', '200 BOARD {"amy":"ONLINE","bob":"ONLINE"}')
})

test('C17 R4 a private room is listed and shown to those alone who are in it', async (t) => {
  const relay = await startAllDialects()
  t.after(() => relay.relay.stop())
  const open = async (dialect: string) => {
    const peer = await relay.connect(dialect)
    t.after(() => peer.close())
    return async (request: string, answer: RegExp) => {
      peer.write(`${request}\n`)
      await peer.until(() => answer.test(peer.received.toString()), `${answer}`)
      const came = await peer.take(peer.received.length)
      return came.toString()
    }
  }
  const command = (name: string, parameters: object) =>
    JSON.stringify({ type: 'command', data: { command: name, parameters } })
  const zed = await open('chatmaster')
  await zed(command('login', { username: 'zed' }), /user_joined/)
  await zed(command('join', { channel: 'secret' }), /"channel":"secret"/)
  await zed(command('private', {}), /channel_private/)
  const amy = await open('chatroom')
  const bob = await open('chatroom')
  await amy('JOIN amy', /200 OK\n/)
  await bob('JOIN bob', /200 OK\n/)
  assert.equal(await bob('ROOMS', /ROOMS .*\n/), `200 OK\n${rooms('general')}\n`)
  await amy('ENTER secret', /^(JOIN .*\n)?200 OK\n/)
  // Amy is told of it, in order, as often as she asks; Bob is not.
  for (const _ of [1, 2]) {
    assert.equal(await amy('ROOMS', /ROOMS .*\n/), `200 OK\n${rooms('general', 'secret')}\n`)
  }
  assert.match(await amy('USERBOARD', /USERBOARD .*\n/), /"zed":"ONLINE"/)
  assert.match(await amy('USERBOARD secret', /USERBOARD .*\n/), /"zed":"ONLINE"/)
  assert.match(await bob('ROOMS', /ROOMS .*\n/), /\{"rooms":\["general"\]\}\n$/)
  assert.equal(await bob('USERBOARD secret', /\d{3} .*\n/), `${ERROR}\n`)
  await bob('ENTER attic', /200 OK\n/)
  assert.match(await amy('ROOMS', /ROOMS .*\n/), /\["attic","general","secret"\]/)
  // Public again, it is in every list.
  await zed(command('public', {}), /channel_public/)
  assert.match(await bob('ROOMS', /ROOMS .*\n/), /\["attic","general","secret"\]/)
})
