/** The strict server of the chatmaster suite: what it says to clients, and what it says of them. */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import { chatmasterSuite } from '../../src/conform/chatmaster/suite.js'
import { ClientTrial } from '../../src/conform/client-trial.js'
import {
  ChatmasterPeer,
  command,
  error,
  type Json,
  joined,
  LOG_IN_FIRST,
  login,
  message,
  notification,
  REQUEST,
  said,
  session,
  TAKEN,
  unknown,
} from '../fixtures/chatmaster-peer.js'
import { FramedPeer } from '../fixtures/framed-peer.js'

async function startTrial(t: TestContext) {
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  const trial = await ClientTrial.listen({ suite: chatmasterSuite, host: '127.0.0.1', port: 0, print })
  const peers: ChatmasterPeer[] = []
  t.after(async () => {
    for (const peer of peers) peer.destroy()
    await trial.stop()
  })
  const connect = async (compressed: boolean) => {
    const peer = new ChatmasterPeer(await FramedPeer.connect({ port: trial.port }), compressed, false)
    peers.push(peer)
    await peer.expect(REQUEST)
    return peer
  }
  return {
    trial,
    connect,
    async login(compressed = false) {
      const peer = await connect(compressed)
      await peer.ask(login('bob'), session('general', 'tea'), joined('bob'), said('Amy', 'Hello bob'))
      return peer
    },
    /** The lines of the first client, once its summary is complete. */
    async summary(): Promise<string[]> {
      while (!lines.some((line) => / kept, \d+ broken$/.test(line))) await delay(5)
      return lines.filter((line) => line.startsWith('#1 ')).map((line) => line.slice(3))
    },
  }
}

for (const compressed of [false, true]) {
  test(`a client that does nothing wrong, ${compressed ? 'compressed' : 'plain'}`, async (t) => {
    const { trial, connect, summary } = await startTrial(t)
    const bob = await connect(compressed)
    await bob.ask(login('Amy'), TAKEN)
    await bob.ask(login('bob'), session('general', 'tea'), joined('bob'), said('Amy', 'Hello bob'))
    await bob.ask(message('Hi', { username: 'bob' }), said('Amy', 'I hear you'))
    const direct = (username: string) => command('direct', { username, message: 'psst' })
    await bob.ask(direct('Zed'), said('Zed', 'Just between us, bob', { private: true }))
    await bob.ask(direct('nobody'), error('direct', 'No such user.'))
    await bob.ask(command('leave', null), error('leave', 'You are not in a channel.'))
    await bob.ask(command('private', null), error('private', 'Channel cannot be set to private.'))
    await bob.ask(command('join', { channel: 'den' }), joined('bob', 'den'))
    await bob.ask(command('private'), notification('channel_private', { channel: 'den' }))
    await bob.ask(command('public'), notification('channel_public', { channel: 'den' }))
    await bob.ask(command('channels'), notification('channel_list', { channels: ['den', 'general', 'tea'] }))
    const rename = (username: string) => command('rename', { username })
    await bob.ask(rename('Zed'), error('rename', 'Username is already taken.'))
    await bob.ask(rename('rob'), notification('user_rename', { old_username: 'bob', new_username: 'rob' }))
    await bob.ask(command('leave'), joined('rob'))
    bob.wire.socket.end()
    const lines = await summary()
    assert.ok(lines.includes('ok X6 asked for another name: "rob"'))
    assert.equal(lines.includes('ok X12 speaks compressed packages'), compressed)
    assert.match(lines.at(-1) ?? '', /^summary: \d+ rules kept, 0 broken$/)
    assert.equal(trial.mistakes, 0)
  })
}

/** What a client sends after it was accepted as bob, what it gets, and what is said of it. It is still served. */
const MISTAKES: readonly [what: string, sent: Json, answer: Json, told: RegExp][] = [
  [
    'a second login',
    login('rob'),
    error('login', 'You are already logged in.'),
    /X2 logged in a second time/,
  ],
  ['an empty message', message(''), error('message', 'Message is empty.'), /X4 sent an empty message/],
  ['a control character', message('a\x1bb'), error('message', 'Message is not valid.'), /M3 .*"a\\x1bb"/],
  [
    'a message as somebody else',
    message('Hi', { username: 'Amy' }),
    said('Amy', 'I hear you'),
    /N5 .*"Amy", being bob/,
  ],
  ['a command that there is not', command('dance'), unknown('dance'), /X11 sent "dance", which there is not/],
  ['a type that there is not', { type: 'dance', data: {} }, unknown('dance'), /X11 sent "dance"/],
  [
    'a bad name',
    command('rename', { username: 'a b' }),
    error('rename', 'Username is not valid.'),
    /X6 .*"a b"/,
  ],
  ['a bad channel', command('join', { channel: '' }), error('join', 'Channel is not valid.'), /X7 .*""/],
  [
    'a direct message without a text',
    command('direct', { username: 'Amy' }),
    error('direct', 'Message is not valid.'),
    /X14 /,
  ],
]

for (const [what, sent, answer, told] of MISTAKES) {
  test(`a client that sends ${what}`, async (t) => {
    const { trial, login: enter, summary } = await startTrial(t)
    const bob = await enter()
    await bob.ask(sent, answer)
    await bob.ask(command('channels'), notification('channel_list', { channels: ['general', 'tea'] }))
    bob.destroy()
    const lines = await summary()
    assert.ok(
      lines.some((line) => line.startsWith('not ok ') && told.test(line)),
      lines.join('\n'),
    )
    assert.match(lines.at(-1) ?? '', /, 1 broken$/)
    assert.equal(trial.mistakes, 1)
  })
}

/** What ends a connection: the bytes, the error, and what is said of them. */
const ENDS: readonly [what: string, compressed: boolean, sent: Buffer, words: string, told: RegExp][] = [
  ['no package', false, Buffer.from('{"type":"message"}'), 'Not a package.', /X11 sent what is no package/],
  ['no JSON', false, Buffer.from('Hi\n'), 'Not a package.', /X11 .*"Hi\\n"/],
  [
    'deep JSON',
    false,
    Buffer.from('{"type":"x","data":{"a":[[[]]]}}'),
    'Package nested too deeply.',
    /X11 .*four levels/,
  ],
  ['a long package', false, Buffer.from(`{"a":"${'x'.repeat(70_000)}`), 'Package too large.', /X12 .*64 KiB/],
  ['a zip bomb', true, deflateSync(Buffer.alloc(1_000_000)), 'Package too large.', /X12 compressed .*64 KiB/],
  [
    'no zlib stream',
    true,
    Buffer.from('{"type":"x","data":{}}'),
    'Not a zlib stream.',
    /X12 sent what is no zlib/,
  ],
]

for (const [what, compressed, sent, words, told] of ENDS) {
  test(`a client that sends ${what}: the error and the end`, async (t) => {
    const { login: enter, summary } = await startTrial(t)
    const bob = await enter(compressed)
    bob.sendBytes(sent)
    await bob.expectEnd(error('package', words))
    bob.destroy()
    const lines = await summary()
    assert.ok(
      lines.some((line) => line.startsWith('not ok ') && told.test(line)),
      lines.join('\n'),
    )
  })
}

test('X11 a client that does not wait for its login, and ends in the middle of a package', async (t) => {
  const { connect, summary } = await startTrial(t)
  const bob = await connect(false)
  await bob.ask(message('early'), LOG_IN_FIRST)
  await bob.ask(command('join', { channel: 'tea' }), LOG_IN_FIRST)
  bob.send('{"type":')
  bob.wire.socket.end()
  const lines = await summary()
  assert.ok(lines.includes('not ok X11 sent "message" before login'))
  assert.ok(lines.includes('not ok X11 sent "join" before login'))
  assert.ok(lines.some((line) => /^not ok X11 ended the connection in the middle of a package/.test(line)))
})
