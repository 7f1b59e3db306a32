/** Receipts and edits: who may, who is told, and what is remembered. Rules C7, C8, C12, C13. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type ChatroomPeer,
  ERROR,
  entered,
  everybody,
  left,
  OK,
  startChatroom,
} from '../fixtures/chatroom-peer.js'
import { direct, joining, message } from '../fixtures/framed-bytes.js'

const UPDATED = '200 MESSAGE UPDATED'
const EDIT_FAILED = '400 EDIT FAILED'

const received = (id: string) =>
  `RECEIVED ${JSON.stringify({ sender: 'bob', timestamp: '1:02 pm', message: 'Hi', message_id: id })}`
const edit = (id: string, text: string) => `EDIT ${JSON.stringify({ message_id: id, message: text })}`
const edited = (id: string, text: string, sender = 'bob') =>
  `EDIT ${JSON.stringify({ message_id: id, message: text, sender, edited: true })}`

/** The next line says that `receiver` has received that message, at a time of day. */
async function receipt(peer: ChatroomPeer, id: string, receiver: string): Promise<void> {
  const push = await peer.push('RECEIVED')
  assert.deepEqual(Object.keys(push), ['message_id', 'receiver', 'timestamp'])
  assert.deepEqual([push.message_id, push.receiver], [id, receiver])
  assert.match(push.timestamp as string, /^(1[0-2]|[1-9]):[0-5][0-9] [ap]m$/)
}

test('C7 the sender and the other receivers hear of a receipt, once', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd, dan } = await everybody(room, 'amy', 'bob', 'cyd', 'dan')
  const id = await bob.say({ sender: 'bob', header: '@amy @cyd' })
  await amy.push('SEND')
  await cyd.push('SEND')
  await amy.ask(received(id), OK)
  await receipt(bob, id, 'amy')
  await receipt(cyd, id, 'amy')
  await amy.ask(received(id), OK)
  await cyd.ask(received(id), OK)
  await receipt(bob, id, 'cyd')
  await receipt(amy, id, 'cyd')
  for (const peer of [amy, bob, cyd, dan]) await peer.nothingMore()
})

test('C7 the same for a message to everyone', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  const id = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  await cyd.push('SEND')
  await cyd.ask(received(id), OK)
  await cyd.ask(received(id), OK)
  await receipt(amy, id, 'cyd')
  await receipt(bob, id, 'cyd')
  for (const peer of [amy, bob, cyd]) await peer.nothingMore()
})

test('C7 whoever was not sent it, the sender among them, cannot have received it', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  const privately = await bob.say({ sender: 'bob', header: '@amy' })
  await amy.push('SEND')
  const toAll = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  await cyd.push('SEND')
  const dan = await room.join('dan')
  for (const peer of [amy, bob, cyd]) await peer.expect(entered('dan'))
  await bob.ask(received(privately), ERROR)
  await bob.ask(received(toAll), ERROR)
  await cyd.ask(received(privately), ERROR)
  await dan.ask(received(toAll), ERROR)
  for (const id of ['', 'x', '__proto__', `${toAll}0`, toAll.toUpperCase() + toAll])
    await amy.ask(received(id), ERROR)
  await bob.nothingMore()
})

test('C7 to oneself: it was sent, and it was received', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const id = await bob.say({ sender: 'bob', header: '@bob @amy' })
  await bob.push('SEND')
  await amy.push('SEND')
  await bob.ask(received(id), OK)
  await receipt(amy, id, 'bob')
  await bob.nothingMore()
})

test('C7 what is no RECEIVED is a server error', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const id = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  const whole = { sender: 'bob', timestamp: '', message: 'Hi', message_id: id }
  for (const key of Object.keys(whole)) {
    const rest = Object.fromEntries(Object.entries(whole).filter(([other]) => other !== key))
    await amy.ask(`RECEIVED ${JSON.stringify(rest)}`, ERROR)
    await amy.ask(`RECEIVED ${JSON.stringify({ ...whole, [key]: 5 })}`, ERROR)
    await amy.ask(`RECEIVED ${JSON.stringify({ ...whole, [key]: null })}`, ERROR)
  }
  for (const json of ['', '{', '[]', 'null', `"${id}"`, id]) await amy.ask(`RECEIVED ${json}`, ERROR)
  await bob.nothingMore()
})

test('C2 C7 whatever is delivered can be acknowledged with its text, in whatever escapes', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await fred.expect(joining('amy'), joining('bob'))
  const receiptOf = (fields: Record<string, unknown>) => {
    const { sender, timestamp, message: text, messageId } = fields
    return `RECEIVED ${JSON.stringify({ sender, timestamp, message: text, message_id: messageId })}`
  }
  for (const text of ['x'.repeat(8300), '<"'.repeat(32_000)]) {
    fred.send(message(text))
    const said = await amy.push('SEND')
    assert.equal(said.message, text)
    await bob.push('SEND')
    const escaped = receiptOf(said).replaceAll('<', '\\u003c').replaceAll('\\"', '\\u0022')
    await amy.ask(escaped, OK)
    await receipt(bob, said.messageId as string, 'amy')
  }
})

test('C2 a receipt that no message can be the reason for is too long, and before JOIN there are none', async (t) => {
  const room = await startChatroom(t)
  const bob = await room.join('bob')
  const most = `RECEIVED ${'x'.repeat(392 * 1024 - 'RECEIVED '.length)}`
  await bob.ask(most, ERROR)
  await bob.ask(`${most}x`, ERROR)
  await bob.expectEnd()
  const stranger = await room.connect()
  await stranger.ask(`RECEIVED ${'x'.repeat(8192)}`, ERROR)
  await stranger.expectEnd()
})

test('C7 a message of another dialect is received too, and nobody there is bothered', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await fred.expect(joining('amy'), joining('bob'))
  fred.send(message('Hi'))
  const { messageId } = await amy.push('SEND')
  await bob.push('SEND')
  await amy.ask(received(messageId as string), OK)
  await receipt(bob, messageId as string, 'amy')
  await fred.expectQuiet()
})

test('C8 all who were sent it and are still there get the edit; the sender gets the answer', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await fred.expect(joining('amy'), joining('bob'), joining('cyd'))
  const id = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  await cyd.push('SEND')
  await fred.expect(message('[bob] Hi'))
  await cyd.ask('LEAVE', '200 BYE')
  await fred.expect(message('**cyd is leaving the chat**'))
  const dan = await room.join('dan')
  await fred.expect(joining('dan'))
  for (const peer of [amy, bob]) await peer.expect(left('cyd'), entered('dan'))
  await bob.ask(edit(id, 'Hé "all"'), UPDATED)
  await amy.expect(edited(id, 'Hé "all"'))
  await fred.expect(message('[bob] (edited) He "all"'))
  await bob.ask(edit(id, 'again'), UPDATED)
  await amy.expect(edited(id, 'again'))
  for (const peer of [amy, bob, dan]) await peer.nothingMore()
})

test('C8 a private message is edited for those who got it', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('Fred')
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await fred.expect(joining('amy'), joining('bob'), joining('cyd'))
  const id = await bob.say({ sender: 'bob', header: '@amy @Fred' })
  await amy.push('SEND')
  await fred.expect(direct('[bob] Hi'))
  await bob.ask(edit(id, 'Ho'), UPDATED)
  await amy.expect(edited(id, 'Ho'))
  await fred.expect(direct('[bob] (edited) Ho'))
  await cyd.nothingMore()
  await bob.nothingMore()
})

test('C8 not the sender, an unknown id, or a text that is none', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const id = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  await amy.ask(edit(id, 'mine'), EDIT_FAILED)
  for (const unknown of ['', 'x', '__proto__', `${id}0`]) await bob.ask(edit(unknown, 'Ho'), EDIT_FAILED)
  for (const text of ['', ' ', 'x'.repeat(501), 'a\x1bb', 'a\nb', '\u009b', '\ud800'])
    await bob.ask(edit(id, text), EDIT_FAILED)
  for (const json of ['{}', '[]', 'null', `{"message_id":"${id}"}`, `{"message_id":"${id}","message":5}`])
    await bob.ask(`EDIT ${json}`, EDIT_FAILED)
  await bob.ask('EDIT {"message_id":7,"message":"Ho"}', EDIT_FAILED)
  for (const broken of ['', '{', `{"message_id":"${id}","message":"Ho"`, 'Ho', `${'['.repeat(4000)}`])
    await bob.ask(`EDIT ${broken}`, ERROR)
  await amy.nothingMore()
  await bob.ask(edit(id, 'x'.repeat(500)), UPDATED)
  await amy.expect(edited(id, 'x'.repeat(500)))
})

test('C8 C13 after the edit window it is an unknown id', async (t) => {
  const room = await startChatroom(t, { editWindowMs: '1000' })
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const id = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  await bob.ask(edit(id, 'Ho'), UPDATED)
  await amy.expect(edited(id, 'Ho'))
  await delay(1050)
  await bob.ask(edit(id, 'late'), EDIT_FAILED)
  await amy.ask(received(id), ERROR)
  await amy.nothingMore()
})

test('C13 what is remembered is bounded by count; the oldest is dropped', async (t) => {
  const room = await startChatroom(t, { recentMessages: '3' })
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const ids: string[] = []
  for (let at = 0; at < 5; at++) ids.push(await bob.say({ sender: 'bob' }))
  for (const _ of ids) await amy.push('SEND')
  await bob.ask(edit(ids[1] as string, 'Ho'), EDIT_FAILED)
  await amy.ask(received(ids[1] as string), ERROR)
  await bob.ask(edit(ids[4] as string, 'Ho'), UPDATED)
  await amy.expect(edited(ids[4] as string, 'Ho'))
})

test('C12 R2 when the room empties, its messages and blocks are gone', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const id = await bob.say({ sender: 'bob' })
  await amy.push('SEND')
  await amy.ask('BLOCK bob', OK)
  await bob.push('BLOCKED')
  await amy.ask('LEAVE', '200 BYE')
  await bob.expect(left('amy'))
  await bob.ask('LEAVE', '200 BYE')
  await bob.expectEnd()
  const again = await everybody(room, 'amy', 'bob')
  await again.bob.ask(edit(id, 'Ho'), EDIT_FAILED)
  await again.amy.ask(received(id), ERROR)
  await again.bob.say({ sender: 'bob', header: '@amy' })
  await again.amy.push('SEND')
})

test('C8 somebody else under the same name is not the sender', async (t) => {
  const room = await startChatroom(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const id = await bob.say({ sender: 'bob', header: '@amy' })
  await amy.push('SEND')
  await bob.ask('LEAVE', '200 BYE')
  await amy.expect(left('bob'))
  const other = await room.join('bob')
  await amy.expect(entered('bob'))
  await other.ask(edit(id, 'Ho'), EDIT_FAILED)
  await amy.ask(received(id), OK)
  await other.nothingMore()
  await amy.nothingMore()
})
