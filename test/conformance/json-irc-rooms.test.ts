/** Rooms of json-irc: joining, leaving, listing. Rules J3, J4, J6, J7, J10, and R1–R5 for it. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { joining, leaving, list, message } from '../fixtures/framed-bytes.js'
import { joined, joinSuccess, left, sent, startJsonIrc, told } from '../fixtures/json-irc-peer.js'

const join = (room: string) => sent('/join', { room })
const leave = (room: string) => sent('/leaveRoom', { room })

test('R1 nobody is in a room before they ask to be, and general is one like any other', async (t) => {
  const { named, relay } = await startJsonIrc(t)
  const framed = await relay.join('Cyd')
  const amy = await named('amy')
  framed.send(message('anybody?'))
  amy.send(sent('/broadcast', { room: 'general', message: 'Hi' }))
  await amy.expectError('/broadcast', 'general')
  await amy.enter('amy', 'general')
  await framed.expect(joining('amy'))
  framed.send(message('Hello'))
  await amy.expect(told('/broadcast', 'Cyd', 'general', 'Hello'))
  amy.send(sent('/broadcast', { room: 'general', message: 'Hi' }))
  await framed.expect(message('[amy] Hi'))
  await amy.ask(leave('general'), left('amy', 'general'))
  await framed.expect(leaving('amy'))
  framed.send(list())
  await framed.expect(list('Cyd amy'))
})

test('J6 joining answers, tells the others and makes the room; leaving answers and tells the others', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  const bob = await named('bob')
  await amy.ask(join('tea'), joinSuccess('amy', 'tea'))
  await bob.ask(join('tea'), joinSuccess('bob', 'tea'))
  await amy.expect(joined('bob', 'tea'))
  await amy.ask(leave('tea'), left('amy', 'tea'))
  await bob.expect(left('amy', 'tea'))
  amy.send(leave('tea'))
  await amy.expectError('/leaveRoom', 'tea')
  await bob.nothingMore()
})

test('J6 who is in a room already is told so again, and nobody else is', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const bob = await named('bob', 'tea')
  await amy.expect(joined('bob', 'tea'))
  await bob.ask(join('tea'), joinSuccess('bob', 'tea'))
  await amy.nothingMore()
})

test('J6 a hundred rooms and no more, unless max-rooms says so', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  await amy.enter('amy', ...Array.from({ length: 100 }, (_, index) => `room${index}`))
  amy.send(join('one-too-many'))
  await amy.expectError('/join', 'one-too-many', /100/)
  await amy.enter('amy', 'room7')
  await amy.ask(leave('room7'), left('amy', 'room7'))
  await amy.enter('amy', 'another')
})

test('J6 max-rooms=2', async (t) => {
  const { named } = await startJsonIrc(t, 'max-rooms=2')
  const amy = await named('amy', 'a', 'b')
  amy.send(join('c'))
  await amy.expectError('/join', 'c', /2/)
  await amy.ask(sent('/listRooms'), told('/listRooms', 'amy', '', 'a\nb\ngeneral'))
})

test('J6 what is said in one of several rooms goes to that room alone', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea', 'milk')
  const bob = await named('bob', 'tea')
  const cyd = await named('cyd', 'milk')
  await amy.expect(joined('bob', 'tea'), joined('cyd', 'milk'))
  amy.send(sent('/broadcast', { room: 'milk', message: 'one' }))
  amy.send(sent('/broadcast', { room: 'tea', message: 'two' }))
  await cyd.expect(told('/broadcast', 'amy', 'milk', 'one'))
  await bob.expect(told('/broadcast', 'amy', 'tea', 'two'))
  await cyd.nothingMore()
  await amy.nothingMore()
})

test('R2 R3 room names are 1 to 64 printable characters without a space, and a room goes with its last member', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  for (const room of ['r', 'r'.repeat(64), '__proto__', 'constructor', '"\\', '#tea', '/join', '{}']) {
    await amy.enter('amy', room)
    await amy.ask(leave(room), left('amy', room))
    await amy.ask(sent('/listRooms'), told('/listRooms', 'amy', '', 'general'))
  }
  for (const [room, shown = room] of [[''], ['two words'], ['r'.repeat(65)], ['a\tb'], ['a\x1bb', 'ab']] as [
    string,
    string?,
  ][]) {
    amy.send(join(room))
    await amy.expectError('/join', shown)
    amy.send(leave(room))
    await amy.expectError('/leaveRoom', shown)
  }
  amy.send(join('thé'))
  assert.equal(JSON.parse(await amy.line()).room, 'thé')
})

test('J3 /listRooms names the rooms, sorted by bytes, one a line', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea', 'Milk', '~', '!')
  await amy.ask(sent('/listRooms'), told('/listRooms', 'amy', '', '!\nMilk\ngeneral\ntea\n~'))
})

test('J3 list-reply=joinSuccess answers as the other reading of the protocol has it', async (t) => {
  const { named } = await startJsonIrc(t, 'list-reply=joinSuccess')
  const amy = await named('amy', 'tea')
  await amy.ask(sent('/listRooms'), told('/joinSuccess', 'amy', '', 'general\ntea'))
  await amy.ask(sent('/roomMembers'), told('listMembers', 'amy', '', 'amy'))
})

test('J4 /roomMembers is answered by listMembers; without a room it is everyone on the relay', async (t) => {
  const { named, relay } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  await named('bob', 'tea')
  await named('Zed')
  await relay.join('Cyd')
  await amy.expect(joined('bob', 'tea'))
  await amy.ask(sent('/roomMembers', { room: 'tea' }), told('listMembers', 'amy', 'tea', 'amy\nbob'))
  await amy.ask(sent('/roomMembers'), told('listMembers', 'amy', '', 'Cyd\nZed\namy\nbob'))
  await amy.ask(sent('/roomMembers', { room: 'general' }), told('listMembers', 'amy', 'general', 'Cyd'))
  amy.send(sent('/roomMembers', { room: 'nowhere' }))
  await amy.expectError('/roomMembers', 'nowhere')
})

test('J4 an empty general has an empty list; members-reply=roomMembers gives /roomMembers', async (t) => {
  const { named } = await startJsonIrc(t, 'members-reply=roomMembers')
  const amy = await named('amy')
  await amy.ask(sent('/roomMembers', { room: 'general' }), told('/roomMembers', 'amy', 'general', ''))
  await amy.ask(sent('/listRooms'), told('/listRooms', 'amy', '', 'general'))
})

test('J7 R5 a dropped connection leaves all its rooms, and frees its name', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'a', 'b', 'c')
  const bob = await named('bob', 'a', 'b', 'elsewhere')
  await amy.expect(joined('bob', 'a'), joined('bob', 'b'))
  bob.wire.reset()
  const heard = new Set([await amy.line(), await amy.line()])
  assert.deepEqual(heard, new Set([left('bob', 'a'), left('bob', 'b')]))
  await amy.ask(sent('/listRooms'), told('/listRooms', 'amy', '', 'a\nb\nc\ngeneral'))
  await named('bob')
  await amy.nothingMore()
})

test('J7 /close sends what is queued, tells the others, and closes', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const bob = await named('bob', 'tea')
  await amy.expect(joined('bob', 'tea'))
  bob.send(sent('/listRooms'), sent('/roomMembers'), sent('/close'), sent('/listRooms'))
  await bob.expect(told('/listRooms', 'bob', '', 'general\ntea'), told('listMembers', 'bob', '', 'amy\nbob'))
  await bob.expectEnd()
  await amy.expect(left('bob', 'tea'))
})

test('J10 channel is another name of room', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  await amy.ask(
    '{"command":"/join","nickname":"amy","channel":"tea","message":""}',
    joinSuccess('amy', 'tea'),
  )
  await amy.ask('{"command":"/leaveRoom","CHANNEL":"tea"}', left('amy', 'tea'))
  await amy.ask('{"command":"/join","channel":"tea","room":"tea"}', joinSuccess('amy', 'tea'))
})

test('J3 J4 lists longer than an object come in several, all but the last ending in a line feed', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  const made = ['general']
  for (let person = 0; person < 11; person++) {
    const name = `n${person}`
    const rooms = Array.from({ length: 100 }, (_, room) => `${person}-${room}-`.padEnd(64, '"'))
    await named(name, ...rooms)
    made.push(...rooms)
  }
  amy.send(sent('/listRooms'))
  let listed = ''
  do {
    const line = await amy.line()
    assert.ok(line.length - 1 <= 64 * 1024, `an object of ${line.length - 1} bytes`)
    const { command, message: lines } = JSON.parse(line)
    assert.equal(command, '/listRooms')
    listed += lines
  } while (listed.endsWith('\n'))
  assert.deepEqual(listed.split('\n'), made.sort())
})
