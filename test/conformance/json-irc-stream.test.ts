/** The stream of objects: how they stand in it, what is in them, and how long they may be. Rules J9, J10. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { joined, joinSuccess, left, sent, startJsonIrc, told } from '../fixtures/json-irc-peer.js'

test('J9 five hundred in one write, whatever white space is between them', async (t) => {
  const { named } = await startJsonIrc(t)
  const peer = await named('amy', 'tea')
  const one = sent('/roomMembers', { room: 'tea' })
  for (const between of ['', '\n', ' \t\r\n ', '\r\n']) {
    peer.send(Array.from({ length: 500 }, () => one).join(between))
    for (let count = 0; count < 500; count++) await peer.expect(told('listMembers', 'amy', 'tea', 'amy'))
  }
})

test('J9 keys count without regard to case, in any order, and what else is there does not matter', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  for (const [keys, room] of [
    ['{"Command":"/join","Nickname":"amy","Room":"a","Message":""}', 'a'],
    ['{"COMMAND":"/join","NICKNAME":"amy","ROOM":"b","MESSAGE":""}', 'b'],
    ['{"mEsSaGe":"","rOoM":"c","nIcKnAmE":"","cOmMaNd":"/join"}', 'c'],
    ['{"command":"/join","room":"d"}', 'd'],
    [
      '{"command":"/join","room":"e","__proto__":"x","constructor":"y","toString":"z","id":7,"on":true,"at":null}',
      'e',
    ],
    ['{ "command" :\t"\\u002fjoin" ,\r\n"room": "f" }', 'f'],
    // The Kelvin sign is a k in lower case, but no letter of ASCII.
    ['{"command":"/join","room":"g","nic\u212aname":7}', 'g'],
    ['{"command":"/join","room":"h","Room":"h","channel":"h"}', 'h'],
  ] as const) {
    await amy.ask(keys, joinSuccess('amy', room))
    await amy.ask(sent('/leaveRoom', { room }), left('amy', room))
  }
})

test('J9 the relay’s own keys are in lower case and its objects end with a line feed, ASCII alone', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  amy.send(sent('/jöin\u{1f600}', { room: 'thé' }))
  const line = await amy.line()
  assert.match(
    line,
    /^\{"command":"\/j\\u00f6in\\ud83d\\ude00","nickname":"","room":"th\\u00e9","message":"Error: [ -~]+"\}\n$/,
  )
})

test('J9 an unknown command gets an error reply, and the connection stays', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  for (const command of [
    '',
    'join',
    '/JOIN',
    '/Join',
    ' /join',
    '/join ',
    '/nickFail',
    '/joinSuccess',
    'listMembers',
    '__proto__',
  ]) {
    amy.send(sent(command, { room: 'tea' }))
    await amy.expectError(command, 'tea', /unknown command/)
  }
  await amy.ask(sent('/listRooms'), told('/listRooms', 'amy', '', 'general'))
})

test('J9 an object of 64 KiB is taken; one byte more is an error reply, and the end', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const whole = (bytes: number) => {
    const around = sent('/broadcast', { room: 'tea' }).length
    return sent('/broadcast', { room: 'tea', message: 'x'.repeat(bytes - around) })
  }
  assert.equal(whole(65_536).length, 65_536)
  amy.send(whole(65_536), sent('/listRooms'), whole(65_536))
  await amy.expect(told('/listRooms', 'amy', '', 'general\ntea'))
  amy.send(whole(65_537))
  await amy.expectError('', '', /65536/)
  await amy.expectEnd()
})

test('J9 M6 what is said in an object of 64 KiB reaches the others in one, and a longer name in two', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy', 'tea')
  const bob = await named('bob', 'tea')
  await amy.expect(joined('bob', 'tea'))
  for (const [nickname, pieces] of [
    ['bob', 1],
    ['', 2],
  ] as const) {
    const around = sent('/broadcast', { nickname, room: 'tea' }).length
    const message = 'x'.repeat(65_536 - around)
    bob.send(sent('/broadcast', { nickname, room: 'tea', message }))
    let heard = ''
    for (let piece = 0; piece < pieces; piece++) heard += JSON.parse(await amy.line()).message
    assert.equal(heard, message)
  }
  await amy.nothingMore()
})

test('J9 an object that does not end is an error reply, and the end, once it is too long', async (t) => {
  const { connect } = await startJsonIrc(t)
  const peer = await connect()
  const piece = Buffer.alloc(8192, 0x78)
  await peer.wire.sendApart([Buffer.from('{"command":"'), ...Array.from({ length: 8 }, () => piece)])
  await peer.expectError('', '', /65536/)
  await peer.expectEnd()
})

test('J9 white space between objects is no object, however much it is', async (t) => {
  const { named } = await startJsonIrc(t)
  const amy = await named('amy')
  for (let count = 0; count < 20; count++) amy.send(' \t\r\n'.repeat(20_000))
  await amy.ask(sent('/listRooms'), told('/listRooms', 'amy', '', 'general'))
})

test('J9 a name that is not set in time, or an object not ended in time, is told, and the end', async (t) => {
  const { connect, named } = await startJsonIrc(t, '', {
    settings: { loginDeadlineMs: '300', frameDeadlineMs: '300' },
  })
  const silent = await connect()
  await silent.expectError('', '', /in time/)
  await silent.expectEnd()
  const amy = await named('amy')
  amy.send('{"command":')
  await amy.expectError('', '', /in time/)
  await amy.expectEnd()
})
