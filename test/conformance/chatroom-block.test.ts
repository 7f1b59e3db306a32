/** Who will not hear whom. Rule C11. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { blocked, entered, everybody, left, OK, said, startChatroom } from '../fixtures/chatroom-peer.js'
import { direct, error, joining, message } from '../fixtures/framed-bytes.js'

const NO_SUCH = '400 CANNOT FIND USER'
const FAILED = '400 MESSAGE FAILED'

test('C11 the blocked person is told, and broadcasts skip the blocker silently', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await amy.ask('BLOCK bob', OK)
  await bob.expect(blocked('amy'))
  await bob.say({ sender: 'bob' })
  await cyd.push('SEND')
  await amy.nothingMore()
  // Only in one direction.
  await amy.say({ sender: 'amy', header: '@bob' })
  assert.equal((await bob.push('SEND')).sender, 'amy')
  await amy.ask('UNBLOCK bob', OK)
  await bob.say({ sender: 'bob' })
  assert.equal((await amy.push('SEND')).sender, 'bob')
})

test('C11 a private SEND to a blocker is refused behind another BLOCKED, and reaches nobody', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await amy.ask('BLOCK bob', OK)
  await bob.expect(blocked('amy'))
  await bob.ask(`SEND ${said({ sender: 'bob', header: '@amy' })}`, blocked('amy'), FAILED)
  await bob.ask(`SEND ${said({ sender: 'bob', header: '@cyd @amy' })}`, blocked('amy'), FAILED)
  await cyd.ask('BLOCK bob', OK)
  await bob.expect(blocked('cyd'))
  await bob.ask(
    `SEND ${said({ sender: 'bob', header: '@cyd @amy' })}`,
    blocked('cyd'),
    blocked('amy'),
    FAILED,
  )
  await amy.nothingMore()
  await cyd.nothingMore()
})

test('C11 edits and receipts of the blocked person do not reach the blocker either', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  const fromBob = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  const fromAmy = await amy.say({ sender: 'amy' })
  await bob.push('SEND')
  await cyd.push('SEND')
  await cyd.push('SEND')
  await amy.ask('BLOCK bob', OK)
  await bob.expect(blocked('amy'))
  await bob.ask(`EDIT {"message_id":"${fromBob}","message":"Ho"}`, '200 MESSAGE UPDATED')
  await cyd.push('EDIT')
  await bob.ask(`RECEIVED {"sender":"amy","timestamp":"","message":"Hi","message_id":"${fromAmy}"}`, OK)
  await cyd.push('RECEIVED')
  await amy.nothingMore()
})

test('C11 people of any dialect can be blocked, and are told in a form of theirs', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const amy = await room.join('amy')
  await fred.expect(joining('amy'))
  await amy.ask('BLOCK Fred', OK)
  await fred.expect(message('**amy has blocked you**'))
  fred.send(message('Hi'), direct('amy psst'))
  await fred.expect(error('amy has blocked you'))
  await amy.nothingMore()
  await amy.ask('UNBLOCK Fred', OK)
  fred.send(direct('amy psst'))
  assert.equal((await amy.push('SEND')).message, 'psst')
})

test('C11 nobody of that name: cannot find user', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const name of ['', 'nobody', 'Bob', 'bob amy', '@bob', '__proto__', '\x1b', 'é']) {
    await amy.ask(`BLOCK ${name}`, NO_SUCH)
    await amy.ask(`UNBLOCK ${name}`, NO_SUCH)
  }
  await amy.ask('BLOCK', NO_SUCH)
  amy.wire.send(Buffer.from('BLOCK \xff\nUNBLOCK \xff\n', 'latin1'))
  await amy.expect(NO_SUCH, NO_SUCH)
  // Somebody who is not blocked is found, and stays so.
  await amy.ask('UNBLOCK bob', OK)
  await bob.nothingMore()
})

test('C11 a block outlasts a reconnect of the blocked, and ends with the blocker’s session', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await amy.ask('BLOCK bob', OK)
  await bob.expect(blocked('amy'))
  await bob.ask('LEAVE', '200 BYE')
  await amy.expect(left('bob'))
  await amy.ask('UNBLOCK bob', OK)
  await amy.ask('UNBLOCK bob', NO_SUCH)
  const again = await room.join('bob')
  await amy.expect(entered('bob'))
  await amy.ask('BLOCK bob', OK)
  await again.expect(blocked('amy'))
  await again.ask('LEAVE', '200 BYE')
  await amy.expect(left('bob'))
  const third = await room.join('bob')
  await amy.expect(entered('bob'))
  await third.ask(`SEND ${said({ sender: 'bob', header: '@amy' })}`, blocked('amy'), FAILED)
  await amy.ask('LEAVE', '200 BYE')
  await third.expect(left('amy'))
  const newAmy = await room.join('amy')
  await third.expect(entered('amy'))
  await third.say({ sender: 'bob', header: '@amy' })
  await newAmy.push('SEND')
})

test('C11 oneself: then one’s own word does not reach oneself', async (t) => {
  const room = await startChatroom(t)
  const bob = await room.join('bob')
  await bob.ask('BLOCK bob', OK, blocked('bob'))
  await bob.ask(`SEND ${said({ sender: 'bob', header: '@bob' })}`, blocked('bob'), FAILED)
  await bob.ask('UNBLOCK bob', OK)
  await bob.say({ sender: 'bob', header: '@bob' })
  await bob.push('SEND')
})
