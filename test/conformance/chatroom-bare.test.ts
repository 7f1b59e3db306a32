/** The option push=bare, for clients in the wild: messages as bare JSON lines, and looser headers. Rules C14–C16. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { ERROR, entered, left, OK, said, startChatroom } from '../fixtures/chatroom-peer.js'
import { direct, joining, message } from '../fixtures/framed-bytes.js'

const TIME = '(?:1[0-2]|[1-9]):[0-5][0-9] [ap]m'

/** What a person in the bare form is told, with the relay's own time. */
function toldAt(sender: string, header: string, message: string): RegExp {
  return new RegExp(
    `^\\{"sender":"${sender}","header":"${header}","timestamp":"${TIME}","message":"${message}"\\}$`,
  )
}

test('C14 messages go out as the JSON line alone with exactly four keys, to everyone with @all', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.joinBare('amy')
  const bob = await room.join('bob')
  const fred = await room.relay.join('Fred')
  await amy.expect(entered('bob'), entered('Fred'))
  await bob.expect(entered('Fred'))
  await bob.say({ sender: 'bob' })
  await bob.say({ sender: 'bob', header: '@amy', message: 'psst é' })
  await amy.expect(
    '{"sender":"bob","header":"@all","timestamp":"1:02 pm","message":"Hi"}',
    '{"sender":"bob","header":"@amy","timestamp":"1:02 pm","message":"psst é"}',
  )
  fred.send(message('all'), direct('amy you'))
  assert.match(await amy.line(), toldAt('Fred', '@all', 'all'))
  assert.match(await amy.line(), toldAt('Fred', '@amy', 'you'))
})

test('C15 the board is one line, and a SEND without a header has failed', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.joinBare('amy')
  const bob = await room.join('bob')
  await amy.expect(entered('bob'))
  await bob.ask('USERSTATUS OFFLINE', '200 USERSTATUS UPDATED')
  for (const request of ['USERBOARD', 'USERBOARD general'])
    await amy.ask(request, '200 BOARD {"amy":"ONLINE","bob":"OFFLINE"}')
  await amy.ask('USERBOARD nowhere', ERROR)
  for (const header of ['', ' ', 'bob'])
    await amy.ask(`SEND ${said({ sender: 'amy', header })}`, '400 MESSAGE FAILED')
  await amy.ask('SEND {"sender":"amy","timestamp":"","message":"Hi"}', '400 MESSAGE FAILED')
  await amy.nothingMore()
  await bob.nothingMore()
})

test('C16 edits and blocks come as messages; receipts and statuses do not come', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.joinBare('amy')
  const bob = await room.join('bob')
  await amy.expect(entered('bob'))
  const id = await amy.say({ sender: 'amy' })
  assert.equal((await bob.push('SEND')).messageId, id)
  await bob.ask(`RECEIVED {"sender":"amy","timestamp":"","message":"Hi","message_id":"${id}"}`, OK)
  await bob.ask('USERSTATUS bob OFFLINE', '200 USERSTATUS UPDATED')
  for (const [header, shown] of [
    ['@everyone', '@all'],
    ['@amy', '@amy'],
  ] as const) {
    const own = await bob.say({ sender: 'bob', header })
    await amy.expect(`{"sender":"bob","header":"${shown}","timestamp":"1:02 pm","message":"Hi"}`)
    await bob.ask(`EDIT {"message_id":"${own}","message":"Ho"}`, '200 MESSAGE UPDATED')
    assert.match(await amy.line(), toldAt('bob', shown, '\\(edited\\) Ho'))
  }
  await bob.ask('BLOCK amy', OK)
  assert.match(await amy.line(), toldAt('bob', '@amy', 'bob has blocked you\\.'))
  amy.send(`SEND ${said({ sender: 'amy', header: '@bob' })}`)
  assert.match(await amy.line(), toldAt('bob', '@amy', 'bob has blocked you\\.'))
  await amy.expect('400 MESSAGE FAILED')
  await bob.ask('LEAVE', '200 BYE')
  await amy.expect(left('bob'))
  await amy.ask('LEAVE', '200 BYE')
})

test('C14 @all is everyone, and people may stand without a space between them', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = await room.join('bob')
  const cyd = await room.joinBare('cyd')
  await amy.expect(entered('bob'), entered('cyd'))
  await bob.expect(entered('cyd'))
  for (const header of ['@all', '@amy @all', '@amy@all', '@everyone@nobody', '@nobody@everyone']) {
    await cyd.say({ sender: 'cyd', header })
    assert.equal((await amy.push('SEND')).header, '@everyone')
    assert.equal((await bob.push('SEND')).header, '@everyone')
  }
  for (const header of ['@amy@bob', '@amy@amy @bob', '@@amy@bob@']) {
    await cyd.say({ sender: 'cyd', header })
    assert.equal((await amy.push('SEND')).header, '@amy')
    assert.equal((await bob.push('SEND')).header, '@bob')
  }
  await cyd.ask(`SEND ${said({ sender: 'cyd', header: '@amy@nobody' })}`, ERROR)
  await cyd.ask(`SEND ${said({ sender: 'cyd', header: '@@' })}`, ERROR)
  await cyd.ask(`SEND ${said({ sender: 'cyd', header: 'all' })}`, '400 MESSAGE FAILED')
  await amy.nothingMore()
})

test('C14 an @ inside a name of another dialect is reached where somebody is called so', async (t) => {
  const room = await startChatroom(t)
  const fred = await room.relay.join('fred@home')
  const cyd = await room.joinBare('cyd')
  await fred.expect(joining('cyd'))
  await cyd.say({ sender: 'cyd', header: '@fred@home' })
  await fred.expect(direct('[cyd] Hi'))
})

test('push=verb takes neither @all nor receivers without a space', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.join('amy')
  const bob = await room.join('bob')
  await amy.expect(entered('bob'))
  for (const header of ['@all', '@amy@bob', '@amy @all'])
    await bob.ask(`SEND ${said({ sender: 'bob', header })}`, ERROR)
  await amy.nothingMore()
  // It is a name like any other.
  const all = await room.join('all')
  await bob.expect(entered('all'))
  await bob.say({ sender: 'bob', header: '@all' })
  assert.equal((await all.push('SEND')).header, '@all')
})

test('M4 people of both forms share one room, and nobody hears themselves', async (t) => {
  const room = await startChatroom(t)
  const amy = await room.joinBare('amy')
  const bob = await room.joinBare('bob')
  const cyd = await room.join('cyd')
  await amy.expect(entered('bob'), entered('cyd'))
  await bob.expect(entered('cyd'))
  await amy.say({ sender: 'amy', header: '@all' })
  await bob.expect('{"sender":"amy","header":"@all","timestamp":"1:02 pm","message":"Hi"}')
  assert.equal((await cyd.push('SEND')).sender, 'amy')
  for (const peer of [amy, bob, cyd]) await peer.nothingMore()
})
