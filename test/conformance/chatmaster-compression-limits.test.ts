/** What compressed packages must not do: too large, damaged, unfinished, or cut off in the middle. Rules X11, X12, F15. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import {
  type ChatmasterPeer,
  type ChatmasterRelay,
  command,
  error,
  type Json,
  joined,
  left,
  login,
  message,
  notification,
  packed,
  said,
  session,
  startChatmaster,
  unknown,
} from '../fixtures/chatmaster-peer.js'

const zlib = (json: Json) => packed(json, true)
const TOO_LARGE = error('package', 'Package too large.')
const NOT_A_PACKAGE = error('package', 'Not a package.')
const NOT_ZLIB = error('package', 'Not a zlib stream.')
const LIST = notification('channel_list', { channels: ['general'] })

/** A package of exactly so many bytes. */
function packageOf(bytes: number): string {
  const text = JSON.stringify(message(''))
  return `${text.slice(0, -3)}${'x'.repeat(bytes - text.length)}"}}`
}

async function member(room: ChatmasterRelay, name: string): Promise<ChatmasterPeer> {
  const peer = await room.connect(true)
  await peer.ask(login(name), session('general'), joined(name))
  return peer
}

test('X12 64 KiB inflated are a package, and one byte more is too large', async (t) => {
  const room = await startChatmaster(t)
  const bob = await room.login('bob')
  for (const level of [0, 9]) {
    const amy = await member(room, 'amy')
    await bob.expect(joined('amy'))
    amy.sendBytes(deflateSync(packageOf(65_536), { level }))
    const heard = [await bob.next(), await bob.next()].map((text) => JSON.parse(text).data.message as string)
    assert.equal(heard.join('').length, 65_536 - JSON.stringify(message('')).length)
    amy.sendBytes(deflateSync(packageOf(65_537), { level }))
    await amy.expectEnd(TOO_LARGE)
    await bob.expect(left('amy'))
  }
  // Plain ones as well.
  const amy = await room.login('amy')
  await bob.expect(joined('amy'))
  amy.send(packageOf(65_536))
  await bob.next()
  await bob.next()
  amy.send(packageOf(65_537))
  await amy.expectEnd(TOO_LARGE)
})

test('X12 a stream that nothing comes out of is too large at some time', async (t) => {
  const room = await startChatmaster(t)
  const amy = await member(room, 'amy')
  // Empty blocks: five bytes each, for ever.
  amy.sendBytes(Buffer.of(0x78, 0x9c), Buffer.alloc(5 * 60_000, Buffer.of(0, 0, 0, 0xff, 0xff)))
  await amy.expectEnd(TOO_LARGE)
})

test('X11 X12 what is no zlib stream, or no package within one, gets an error and the end', async (t) => {
  const room = await startChatmaster(t)
  const bob = await room.login('bob')
  const good = zlib(command('channels'))
  const badSum = Buffer.from(good)
  badSum[badSum.length - 1] = (badSum.at(-1) as number) ^ 1
  const damaged = Buffer.from(good)
  damaged[2] = 0xff
  const cases: [string, Buffer, Json, number][] = [
    ['a wrong checksum', badSum, NOT_ZLIB, 0],
    ['a damaged stream', damaged, NOT_ZLIB, 0],
    ['a wrong header', Buffer.of(0x78, 0x00, 0x00), NOT_ZLIB, 0],
    ['a preset dictionary', deflateSync('{}', { dictionary: Buffer.from('{}') }), NOT_ZLIB, 0],
    ['garbage behind a package', Buffer.concat([good, Buffer.from('garbage')]), NOT_ZLIB, 1],
    ['a line feed behind a package', Buffer.concat([good, Buffer.from('\n\n')]), NOT_ZLIB, 1],
    ['plain JSON behind a package', Buffer.concat([good, packed(command('channels'), false)]), NOT_ZLIB, 1],
    ['gzip', Buffer.concat([good, gzipSync('{}')]), NOT_ZLIB, 1],
    ['raw deflate', Buffer.concat([good, deflateRawSync('{}')]), NOT_ZLIB, 1],
    ['nothing', deflateSync(''), NOT_A_PACKAGE, 0],
    ['white space', deflateSync(' \n'), NOT_A_PACKAGE, 0],
    ['half a package', deflateSync('{"type":"command"'), NOT_A_PACKAGE, 0],
    ['two packages', deflateSync(JSON.stringify(message('a')).repeat(2)), NOT_A_PACKAGE, 0],
    ['garbage within', deflateSync(`${JSON.stringify(message('a'))}x`), NOT_A_PACKAGE, 0],
    ['an array', deflateSync('[]'), NOT_A_PACKAGE, 0],
    [
      'deep JSON',
      deflateSync(`{"type":${'['.repeat(60_000)}`),
      error('package', 'Package nested too deeply.'),
      0,
    ],
    ['a zlib stream', deflateSync(good), NOT_A_PACKAGE, 0],
  ]
  for (const [what, bytes, expected, answers] of cases) {
    await t.test(what, async () => {
      const amy = await member(room, 'amy')
      await bob.expect(joined('amy'))
      amy.sendBytes(bytes)
      if (answers === 1) await amy.expect(LIST)
      await amy.expectEnd(expected)
      await bob.expect(left('amy'))
    })
  }
})

test('X12 F15 bytes that trickle in do not move the deadline of a compressed package', async (t) => {
  const room = await startChatmaster(t, '', { settings: { frameDeadlineMs: '400' } })
  const bob = await room.login('bob')
  const amy = await member(room, 'amy')
  await bob.expect(joined('amy'))
  const bytes = zlib(message('x'.repeat(10) + Array.from({ length: 200 }, (_, i) => (i * i) % 97).join('')))
  const begun = performance.now()
  const trickle = (async () => {
    for (const byte of bytes.subarray(0, -1)) {
      if (amy.wire.socket.readableEnded) return
      amy.sendBytes(Buffer.of(byte))
      await delay(20)
    }
  })()
  await amy.expectEnd(error('package', 'Closing: a frame was not completed in time.'))
  const took = performance.now() - begun
  assert.ok(took >= 390 && took < 1500, `${took} ms`)
  await trickle
  await bob.expect(left('amy'))
})

test('X12 F15 whole packages now and then are no partial one', async (t) => {
  const room = await startChatmaster(t, '', { settings: { frameDeadlineMs: '200' } })
  const amy = await member(room, 'amy')
  for (let count = 0; count < 6; count++) {
    const bytes = zlib(command('channels'))
    amy.sendBytes(bytes.subarray(0, 10))
    await delay(90)
    amy.sendBytes(bytes.subarray(10))
    await amy.expect(LIST)
  }
  await delay(400)
  await amy.nothingMore()
})

test('X12 what was sent before the end of a connection is still carried out', async (t) => {
  const room = await startChatmaster(t)
  const bob = await room.login('bob')
  for (let round = 0; round < 10; round++) {
    const amy = await room.connect(true)
    amy.send(login('amy'), message('one'), message('two'))
    amy.wire.socket.end()
    await bob.expect(joined('amy'), said('amy', 'one'), said('amy', 'two'), left('amy'))
  }
})

test('X12 a connection that ends while something is inflated leaves nothing behind', async (t) => {
  const room = await startChatmaster(t)
  const bob = await room.login('bob')
  for (let round = 0; round < 30; round++) {
    const peer = await room.connect(true)
    peer.send(login(`n${round}`), ...Array.from({ length: 20 }, (_, index) => message(`#${index}`)))
    if (round % 3 === 0) await new Promise(setImmediate)
    peer.wire.reset()
  }
  bob.send(command('?'))
  while ((await bob.next()) !== JSON.stringify(unknown('?'))) {
    // Whatever they came to say.
  }
})

test('X12 many inflate at once, more than may run', async (t) => {
  const room = await startChatmaster(t)
  const peers = await Promise.all(Array.from({ length: 100 }, () => room.connect(true)))
  for (const peer of peers) {
    const bytes = zlib(command('login', { username: '' }))
    peer.sendBytes(bytes, bytes, bytes)
  }
  const invalid = { type: 'session', data: { status: 0, reason: 'Username is not valid.' } }
  await Promise.all(peers.map((peer) => peer.expect(invalid, invalid, invalid)))
})
