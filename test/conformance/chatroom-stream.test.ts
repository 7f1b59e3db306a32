/** Lines: their ends, their length, and the stream cut anywhere. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { ERROR, entered, everybody, left, OK, said, startChatroom } from '../fixtures/chatroom-peer.js'

const bytes = (text: string) => Buffer.from(text)

test('a line may end in CRLF, and lines may come split and glued', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const stream = bytes(
    `USERNAME bob\r\nJOIN\r\nSEND ${said({ sender: 'bob', message: 'é\u{1f600}' })}\r\nUSERBOARD\nLEAVE bob\r\n`,
  )
  for (const size of [1, 2, 3, 7, 64, stream.length]) {
    const bob = await room.connect()
    const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, at) =>
      stream.subarray(at * size, (at + 1) * size),
    )
    await bob.wire.sendApart(pieces)
    await bob.expect(OK, OK, '200 SENT')
    await bob.push('SENT')
    await bob.expect(OK, 'USERBOARD {"amy":"ONLINE","bob":"ONLINE"}', '200 BYE')
    await bob.expectEnd()
    await amy.expect(entered('bob'))
    assert.equal((await amy.push('SEND')).message, 'é\u{1f600}')
    await amy.expect(left('bob'))
  }
})

test('a line of 8 KiB is taken, one byte more is an error and the end; before JOIN as after', async (t) => {
  const room = await startChatroom(t)
  for (const joined of [false, true]) {
    const bob = await room.connect()
    if (joined) await bob.ask('JOIN bob', OK)
    const most = `PING ${'x'.repeat(8192 - 5)}`
    await bob.ask(most, ERROR)
    await bob.ask(`${most}\r`, ERROR)
    await bob.ask('USERBOARD', OK, `USERBOARD {${joined ? '"bob":"ONLINE"' : ''}}`)
    await bob.ask(`${most}x`, ERROR)
    await bob.expectEnd()
  }
})

test('the longest message takes its whole line escaped', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const escaped = '\\ud83d\\ude00'.repeat(500)
  bob.send(`SEND {"sender":"bob","header":"@amy","timestamp":"","message":"${escaped}"}`)
  await bob.expect('200 SENT')
  await bob.push('SENT')
  assert.equal((await amy.push('SEND')).message, '\u{1f600}'.repeat(500))
})

test('thousands of requests in one write are all answered, in order', async (t) => {
  const room = await startChatroom(t)
  const bob = await room.join('bob')
  const requests = Array.from({ length: 5000 }, (_, at) => (at % 2 === 0 ? 'PING' : 'USERSTATUS'))
  bob.send(...requests)
  for (const request of requests) await bob.expect(request === 'PING' ? ERROR : '200 USERSTATUS UPDATED')
})
