/** Lines: how long they may be, and many in one write. How they end and where they are cut is test/faults/split-and-glued.test.ts. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { ERROR, everybody, OK, startChatroom } from '../fixtures/chatroom-peer.js'

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
