/** Compressed packages: who speaks them, and how they may be cut. Rule X12. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { constants, createDeflate, deflateSync } from 'node:zlib'
import {
  ChatmasterPeer,
  type ChatmasterRelay,
  command,
  error,
  everybody,
  type Json,
  joined,
  login,
  message,
  packed,
  REQUEST,
  said,
  session,
  startChatmaster,
} from '../fixtures/chatmaster-peer.js'
import { seeded } from '../fixtures/random.js'

const zlib = (json: Json) => packed(json, true)
const NOT_A_PACKAGE = error('package', 'Not a package.')
const NOT_ZLIB = error('package', 'Not a zlib stream.')

async function member(room: ChatmasterRelay, name: string): Promise<ChatmasterPeer> {
  const peer = await room.connect(true)
  await peer.ask(login(name), session('general'), joined(name))
  return peer
}

test('X12 the first byte decides, and the answers are in kind from then on', async (t) => {
  const room = await startChatmaster(t)
  const wire = await room.relay.connect({ port: room.relay.ports[1] as number })
  const request = `${JSON.stringify(REQUEST)}\n`
  assert.equal((await wire.bytes(request.length)).toString(), request)
  wire.send(zlib(login('amy')))
  assert.equal((await wire.bytes(1))[0], 0x78)
  for (const space of [' ', '\t', '\n', '\r', ' \n ']) {
    const plain = await room.connect()
    plain.sendBytes(Buffer.from(space))
    await plain.ask(login('amy'), {
      type: 'session',
      data: { status: 0, reason: 'Username is already taken.' },
    })
    plain.destroy()
  }
})

test('X12 every package out is one complete zlib stream that ends with a line feed', async (t) => {
  const room = await startChatmaster(t)
  const amy = await member(room, 'amy')
  const bob = await room.login('bob')
  bob.send(message('one'), message('two'), command('direct', { username: 'amy', message: 'three' }))
  // The fixture takes them apart, and each has to end where its line does.
  await amy.expect(
    joined('bob'),
    said('bob', 'one'),
    said('bob', 'two'),
    said('bob', 'three', { private: true }),
  )
  await amy.nothingMore()
})

test('X12 compression=always compresses the request too, and takes nothing else', async (t) => {
  const room = await startChatmaster(t, 'compression=always')
  const amy = await room.login('amy')
  await amy.nothingMore()
  const plain = new ChatmasterPeer(
    await room.relay.connect({ port: room.relay.ports[1] as number }),
    false,
    true,
  )
  await plain.expect(REQUEST)
  plain.send(login('bob'))
  await plain.expectEnd(NOT_ZLIB)
  await amy.nothingMore()
})

test('X12 compression=off refuses compressed clients', async (t) => {
  const room = await startChatmaster(t, 'compression=off')
  const amy = await room.login('amy')
  const bob = await room.connect(true)
  bob.send(login('bob'))
  bob.hearsCompressed = false
  await bob.expectEnd(error('package', 'Compression is off.'))
  // Later on it is just no package.
  amy.sendBytes(zlib(message('Hi')))
  await amy.expectEnd(NOT_A_PACKAGE)
})

test('X12 a package may be cut at every byte', async (t) => {
  const room = await startChatmaster(t)
  const amy = await member(room, 'amy')
  const bob = await room.login('bob')
  await amy.expect(joined('bob'))
  const bytes = zlib(message('cut anywhere'))
  for (let at = 1; at < bytes.length; at++) {
    await amy.wire.sendApart([bytes.subarray(0, at), bytes.subarray(at)])
    await bob.expect(said('amy', 'cut anywhere'))
  }
  await amy.wire.sendApart(Array.from(bytes, (byte) => Buffer.of(byte)))
  await bob.expect(said('amy', 'cut anywhere'))
  await bob.nothingMore()
})

test('X12 M5 packages glued and cut at random come through in order', async (t) => {
  const random = seeded(t)
  const room = await startChatmaster(t)
  const amy = await member(room, 'amy')
  const bob = await room.login('bob')
  await amy.expect(joined('bob'))
  const texts = Array.from({ length: 300 }, (_, index) => `#${index} ${'y'.repeat(random.below(300))}`)
  const all = Buffer.concat(
    texts.map((text) => deflateSync(JSON.stringify(message(text)), { level: random.below(10) })),
  )
  const pieces: Buffer[] = []
  for (let at = 0; at < all.length; ) {
    const end = Math.min(all.length, at + random.between(1, random.pick([3, 200, 5000])))
    pieces.push(all.subarray(at, end))
    at = end
  }
  await amy.wire.sendApart(pieces)
  for (const text of texts) await bob.expect(said('amy', text))
  amy.sendBytes(all)
  for (const text of texts) await bob.expect(said('amy', text))
  await amy.nothingMore()
})

test('X12 whatever an encoder does within a zlib stream is fine', async (t) => {
  const room = await startChatmaster(t)
  const amy = await member(room, 'amy')
  const bob = await room.login('bob')
  await amy.expect(joined('bob'))
  const json = JSON.stringify(message('Hi'))
  for (const options of [
    { level: 0 },
    { level: 9 },
    { strategy: constants.Z_HUFFMAN_ONLY },
    { strategy: constants.Z_FIXED },
    { windowBits: 9 },
  ]) {
    amy.sendBytes(deflateSync(json, options))
    await bob.expect(said('amy', 'Hi'))
  }
  amy.sendBytes(deflateSync(` \r\n${json}\n\t`))
  await bob.expect(said('amy', 'Hi'))
  // Flushed behind every byte: each of them is a block.
  const deflate = createDeflate()
  const pieces: Buffer[] = []
  deflate.on('data', (piece: Buffer) => pieces.push(piece))
  for (const unit of json) {
    deflate.write(unit)
    await new Promise<void>((resolve) => deflate.flush(constants.Z_FULL_FLUSH, resolve))
  }
  deflate.end()
  // Its last piece comes after it has taken everything.
  await once(deflate, 'end')
  amy.sendBytes(...pieces)
  await bob.expect(said('amy', 'Hi'))
})

test('X12 plain and compressed people hear the same, in the same order', async (t) => {
  const room = await startChatmaster(t)
  const peers = await everybody(room, 'amy', 'bob', 'cyd', 'dan')
  for (let n = 0; n < 50; n++) {
    peers.amy.send(message(`a${n}`))
    peers.bob.send(message(`b${n}`))
  }
  const hear = async (peer: ChatmasterPeer) => {
    const texts: string[] = []
    for (let n = 0; n < 100; n++) texts.push(await peer.next())
    return texts
  }
  const [plain, compressed] = await Promise.all([hear(peers.cyd), hear(peers.dan)])
  assert.deepEqual(plain, compressed)
})
