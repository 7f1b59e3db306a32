/** Names and rooms of chatmaster: rules X5–X10, X13, X15, R2–R5, N3. */

import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type ChatmasterPeer,
  command,
  error,
  everybody,
  joined,
  left,
  login,
  message,
  notification,
  said,
  session,
  startChatmaster,
  unknown,
} from '../fixtures/chatmaster-peer.js'
import { message as framedMessage, joining, leaving } from '../fixtures/framed-bytes.js'

const renamed = (old_username: string, new_username: string) =>
  notification('user_rename', { old_username, new_username })
const list = (...channels: readonly string[]) => notification('channel_list', { channels })
const join = (channel: string) => command('join', { channel })
const ALREADY = error('join', 'You have already joined the channel.')

async function move(peer: ChatmasterPeer, name: string, channel: string): Promise<void> {
  await peer.ask(join(channel), joined(name, channel))
}

test('X6 a rename is told to everyone in the room, the renamed too', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await move(cyd, 'cyd', 'tea')
  for (const peer of [amy, bob]) await peer.expect(left('cyd'))
  await bob.ask(command('rename', { username: 'rob' }), renamed('bob', 'rob'))
  await amy.expect(renamed('bob', 'rob'))
  await bob.ask(message('Hi'))
  await amy.expect(said('rob', 'Hi'))
  await cyd.nothingMore()
  // The former name is free, and the new one is not.
  const dan = await room.connect()
  dan.send(login('rob'), login('bob'))
  assert.match(await dan.next(), /already taken/)
  await dan.expect(session('general', 'tea'), joined('bob'))
})

test('X6 a name that is taken or no name is refused, and the name stays', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const username of ['amy', 'bob', 'amy\n']) {
    await bob.ask(command('rename', { username }), error('rename', 'Username is already taken.'))
  }
  for (const parameters of [
    { username: '' },
    { username: 'a b' },
    { username: 5 },
    {},
    null,
    undefined,
    'rob',
    ['rob'],
  ]) {
    await bob.ask(command('rename', parameters), error('rename', 'Username is not valid.'))
  }
  bob.send(message('Hi'))
  await amy.expect(said('bob', 'Hi'))
})

test('X7 join leaves one room and enters another; the right people hear of it', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob, cyd } = await everybody(room, 'amy', 'bob', 'cyd')
  await move(bob, 'bob', 'tea')
  for (const peer of [amy, cyd]) await peer.expect(left('bob'))
  await move(cyd, 'cyd', 'tea')
  await amy.expect(left('cyd'))
  await bob.expect(joined('cyd', 'tea'))
  await bob.ask(join('tea'), ALREADY)
  await bob.ask(join('tea\r\n'), ALREADY)
  await amy.ask(join('general'), ALREADY)
  bob.send(message('only tea'))
  await cyd.expect(said('bob', 'only tea'))
  await amy.nothingMore()
  cyd.destroy()
  await bob.expect(left('cyd', 'tea'))
})

test('X7 R3 what is no room name is refused, and nobody moves', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  const invalid = error('join', 'Channel is not valid.')
  for (const channel of ['', ' ', 'a b', 'é', 'a\x1bb', 'x'.repeat(65), 5, null, ['tea'], { tea: 1 }])
    await bob.ask(command('join', { channel }), invalid)
  for (const parameters of [null, undefined, {}, 'tea']) await bob.ask(command('join', parameters), invalid)
  for (const channel of ['__proto__', 'constructor', 'x'.repeat(64), '"', '\\']) {
    await move(bob, 'bob', channel)
    await bob.ask(command('leave'), joined('bob'))
    await amy.expect(left('bob'), joined('bob'))
  }
})

test('X8 leave goes back to general', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await bob.ask(command('leave'), error('leave', 'You are not in a channel.'))
  await move(bob, 'bob', 'tea')
  await amy.expect(left('bob'))
  await move(amy, 'amy', 'tea')
  await bob.expect(joined('amy', 'tea'))
  await bob.ask(command('leave', null), joined('bob'))
  await amy.expect(left('bob', 'tea'))
  await amy.ask(command('leave', {}), joined('amy'))
  await bob.expect(joined('amy'))
})

test('X9 R4 the creator sets a room private and public again, and everyone in it is told', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await move(bob, 'bob', 'tea')
  await amy.expect(left('bob'))
  await move(amy, 'amy', 'tea')
  await bob.expect(joined('amy', 'tea'))
  const channel = 'tea'
  await amy.ask(command('private'), error('private', 'Channel cannot be set to private.'))
  await amy.ask(command('public'), error('public', 'Channel cannot be set to public.'))
  await bob.ask(command('private'), notification('channel_private', { channel }))
  await amy.expect(notification('channel_private', { channel }))
  await amy.ask(command('channels'), list('general', 'tea'))
  await amy.ask(command('leave'), joined('amy'))
  await bob.expect(left('amy', 'tea'))
  await amy.ask(command('channels'), list('general'))
  // Who knows its name can join it.
  await move(amy, 'amy', 'tea')
  await bob.expect(joined('amy', 'tea'))
  await bob.ask(command('public'), notification('channel_public', { channel }))
  await amy.expect(notification('channel_public', { channel }))
  await bob.ask(command('leave'), joined('bob'))
  await amy.expect(left('bob', 'tea'))
  await bob.ask(command('channels'), list('general', 'tea'))
  await bob.ask(command('private'), error('private', 'Channel cannot be set to private.'))
  await bob.ask(command('public'), error('public', 'Channel cannot be set to public.'))
})

test('X9 R2 a room that everybody left is a new one, and whoever makes it is its creator', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  await move(bob, 'bob', 'tea')
  await bob.ask(command('private'), notification('channel_private', { channel: 'tea' }))
  await bob.ask(command('leave'), joined('bob'))
  await amy.expect(left('bob'), joined('bob'))
  await move(amy, 'amy', 'tea')
  await bob.expect(left('amy'))
  await bob.ask(command('channels'), list('general', 'tea'))
  await amy.ask(command('private'), notification('channel_private', { channel: 'tea' }))
})

test('X10 channels and channel_list are one command', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.login('amy')
  await move(amy, 'amy', 'Zoo')
  for (const name of ['channels', 'channel_list'])
    for (const parameters of [undefined, null, {}])
      await amy.ask(command(name, parameters), list('Zoo', 'general'))
})

test('X10 more rooms than fit one package come as several lists', async (t) => {
  const room = await startChatmaster(t)
  const names = Array.from({ length: 1100 }, (_, index) => `${index}`.padStart(64, 'r'))
  const peers = await Promise.all(
    names.map(async (name, index) => {
      const peer = await room.connect()
      peer.send(login(`n${index}`), join(name))
      return peer
    }),
  )
  for (const [index, peer] of peers.entries()) {
    const own = JSON.stringify(joined(`n${index}`, names[index] as string))
    while ((await peer.next()) !== own) {
      // What the others do meanwhile.
    }
  }
  const last = await room.connect()
  last.send(login('last'), command('channels'))
  const listed = async (key: string) => {
    const text = await last.next()
    assert.ok(Buffer.byteLength(text) < 65_536)
    assert.ok(text.includes(key), text)
    return (JSON.parse(text) as { data: { channels: string[] } }).data.channels
  }
  const expected = ['general', ...names].sort()
  assert.deepEqual([...(await listed('"status":1')), ...(await listed('channel_list'))], expected)
  await last.expect(joined('last'))
  assert.deepEqual([...(await listed('channel_list')), ...(await listed('channel_list'))], expected)
})

test('X5 X11 an unknown command or type is refused by its name, and the connection stays', async (t) => {
  const room = await startChatmaster(t)
  const { amy, bob } = await everybody(room, 'amy', 'bob')
  for (const name of ['', 'Join', 'JOIN', '__proto__', 'constructor', 'naïve 漢字', 'x'.repeat(60_000)])
    await bob.ask(command(name), unknown(name))
  for (const type of ['', 'request', 'session', 'notification', 'error', '__proto__', 'Message'])
    await bob.ask({ type, data: {} }, unknown(type))
  await bob.ask({ type: 'command', data: {} }, unknown('command'))
  await bob.ask({ type: 'command', data: { command: 5 } }, unknown('command'))
  // M3: what must not be sent is not sent back either.
  await bob.ask(command('\x1b[2J'), unknown('command'))
  await bob.ask({ type: '\x9b2J', data: {} }, unknown('package'))
  await amy.nothingMore()
})

test('X13 notifications=nested puts what is told into parameters', async (t) => {
  const room = await startChatmaster(t, 'notifications=nested')
  const nested = (event_type: string, parameters: object) => notification(event_type, { parameters })
  const amy = await room.connect()
  const bob = await room.connect(true)
  const channel = 'general'
  await amy.ask(login('amy'), session('general'), nested('user_joined', { username: 'amy', channel }))
  await bob.ask(login('bob'), session('general'), nested('user_joined', { username: 'bob', channel }))
  await amy.expect(nested('user_joined', { username: 'bob', channel }))
  await bob.ask(
    command('rename', { username: 'rob' }),
    nested('user_rename', { old_username: 'bob', new_username: 'rob' }),
  )
  await amy.expect(nested('user_rename', { old_username: 'bob', new_username: 'rob' }))
  await bob.ask(join('tea'), nested('user_joined', { username: 'rob', channel: 'tea' }))
  await amy.expect(nested('user_left', { username: 'rob', channel }))
  await bob.ask(command('private'), nested('channel_private', { channel: 'tea' }))
  await bob.ask(command('channels'), nested('channel_list', { channels: ['general', 'tea'] }))
  await amy.ask(message('Hi'))
  await amy.ask(command('?'), unknown('?'))
})

test('R1 X7 people of another dialect hear chatmaster users come and go', async (t) => {
  const room = await startChatmaster(t)
  const amy = await room.relay.join('Amy')
  const bob = await room.login('bob', true)
  await amy.expect(joining('bob'))
  bob.send(command('rename', { username: 'rob' }))
  await amy.expect(framedMessage('**bob is now known as rob**'))
  bob.send(join('tea'))
  await amy.expect(leaving('rob'))
  bob.send(command('leave'))
  await amy.expect(joining('rob'))
  bob.send(message('Grüße'))
  await amy.expect(framedMessage('[rob] Grusse'))
})

test('joins and leaves in a room above announceUpTo come as how many', async (t) => {
  const room = await startChatmaster(t, '', { settings: { announceUpTo: '1' } })
  const amy = await room.login('amy')
  const crowd = await Promise.all(
    Array.from({ length: 5 }, async (_, index) => {
      const peer = await room.connect()
      peer.send(login(`c${index}`))
      return peer
    }),
  )
  await amy.expect(joined('5 people'))
  for (const peer of crowd) peer.destroy()
  assert.match(
    await amy.next(),
    /"event_type":"user_left","username":"(\d people|1 person|c\d)","channel":"general"/,
  )
})

test('X15 R4 who is in the channel is told to those who are in it, sorted and as it is', async (t) => {
  const members = (...names: readonly string[]) => notification('member_list', { members: names })
  const room = await startChatmaster(t)
  const { cyd, bob, amy } = await everybody(room, 'cyd', 'bob', 'amy')
  await amy.ask(command('members'), members('amy', 'bob', 'cyd'))
  await move(bob, 'bob', 'tea')
  for (const peer of [amy, cyd]) await peer.expect(left('bob'))
  await bob.ask(command('members', null), members('bob'))
  await amy.ask(command('members', { channel: 'tea' }), members('amy', 'cyd'))
  await amy.ask(command('rename', { username: 'zoe' }), renamed('amy', 'zoe'))
  await cyd.expect(renamed('amy', 'zoe'))
  await cyd.ask(command('members'), members('cyd', 'zoe'))
})
