/**
 * Random packages and random bytes, plain and compressed, beside two who chat. `FUZZ_SEED` and `FUZZ_RUNS` repeat a run
 * or make it longer; the seed is printed.
 */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { ANY_CHARACTER } from '../fixtures/any-character.js'
import {
  type ChatmasterRelay,
  command,
  type Json,
  login,
  message,
  startChatmaster,
} from '../fixtures/chatmaster-peer.js'
import { list } from '../fixtures/framed-bytes.js'
import { FUZZ_SEED, fuzzRuns } from '../fixtures/fuzz-seed.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'

const SEED = FUZZ_SEED
const RUNS = fuzzRuns(300)

const oneName = fc.oneof(
  fc.constantFrom(
    'Bad',
    'Left',
    'Right',
    'general',
    'tea',
    '__proto__',
    '',
    ' ',
    'x'.repeat(32),
    'x'.repeat(65),
    'a\n',
  ),
  fc.string({ unit: ANY_CHARACTER, maxLength: 40 }),
)
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: ANY_CHARACTER, maxLength: 20 }),
  fc.constantFrom('', '\n'),
)
const parameters = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ username: oneName, channel: oneName, message: text }, { requiredKeys: [] }),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, [], 'x', 5) },
)
const commandName = fc.constantFrom(
  'login',
  'rename',
  'join',
  'join',
  'leave',
  'private',
  'public',
  'channels',
  'channel_list',
  'direct',
  'x',
)
const onePackage: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(commandName, parameters).map(([name, more]) => command(name, more)) },
  { weight: 3, arbitrary: text.map((said) => message(said)) },
  {
    weight: 1,
    arbitrary: fc.tuple(oneName, fc.dictionary(oneName, text)).map(([type, data]) => ({ type, data })),
  },
)
const packages = fc
  .tuple(fc.boolean(), fc.array(onePackage, { maxLength: 15 }))
  .map(([first, more]) => (first ? [login('Bad'), ...more] : more))
/** Where a stream is cut into writes, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes))
/** Packages with something in between that is none, or with a byte that is another one. */
const rubble = fc
  .tuple(packages, fc.boolean(), anyBytes, fc.nat(), fc.boolean())
  .map(([all, compressed, bytes, where, flips]) => {
    const stream = streamOf(all, compressed)
    const at = where % (stream.length + 1)
    if (!flips) return Buffer.concat([stream.subarray(0, at), bytes, stream.subarray(at)])
    if (at < stream.length) stream[at] = (stream[at] as number) ^ (bytes[0] as number)
    return stream
  })

const WORDS = {
  message: /^\{"type":"message","data":\{"message":".*","username":"[^ ]+"(,"private":true)?\}\}$/,
  request: /^\{"type":"request","data":\{"request":"login"\}\}$/,
  session:
    /^\{"type":"session","data":\{"status":(1,"channels":\[.*\]|0,"reason":"Username is (already taken|not valid)\.")\}\}$/,
  notification:
    /^\{"type":"notification","data":\{"event_type":"(user_joined|user_left|user_rename|channel_private|channel_public|channel_list)",".*\}\}$/,
  error: /^\{"type":"error","data":\{"error_type":".*","message":"[ -~]+\."\}\}$/,
}
const CHATTER = /"message":"#\d+","username":"(Left|Right)"/

function streamOf(all: readonly Json[], compressed: boolean): Buffer {
  return Buffer.concat(
    all.map((one) => (compressed ? deflateSync(JSON.stringify(one)) : Buffer.from(JSON.stringify(one)))),
  )
}

function piecesOf(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const at = [
    0,
    ...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ]
  return at
    .slice(1)
    .map((end, index) => bytes.subarray(at[index], end))
    .filter((piece) => piece.length > 0)
}

/** Sends it all, ends its side and takes what comes back until the relay ends too; without the pair's chatter. */
async function converse(room: ChatmasterRelay, bytes: Buffer, shares: readonly number[]): Promise<string[]> {
  const peer = await room.connect(false, { allowHalfOpen: true })
  peer.hearsCompressed = bytes[0] === 0x78
  await peer.wire.sendApart(piecesOf(bytes, shares))
  peer.wire.socket.end()
  assert.equal(await peer.wire.ended(), 'end')
  const texts = await peer.rest()
  peer.destroy()
  for (const one of texts) {
    const { type } = JSON.parse(one) as { type: keyof typeof WORDS }
    assert.match(one, WORDS[type])
  }
  return texts.filter((one) => !CHATTER.test(one))
}

async function besidePair(
  t: TestContext,
  useHandles: boolean,
  fuzz: (room: ChatmasterRelay, pair: HealthyPair) => Promise<void>,
) {
  t.diagnostic(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`)
  const room = await startChatmaster(t, '', { useHandles, settings: { hardLimitBytes: '100000000' } })
  const pair = await HealthyPair.start(room.relay)
  t.after(() => pair.abandon())
  await fuzz(room, pair)
  await pair.stop()
  const last = await room.relay.join('Last')
  last.send(list())
  await last.expect(list('Last Left Right'))
}

test('X2–X12 X14 M3 the answers are the same plain and compressed, glued and cut at random', async (t) => {
  await besidePair(t, true, async (room, pair) => {
    const property = fc.asyncProperty(packages, cuts, cuts, async (all, first, second) => {
      const plain = await converse(room, streamOf(all, false), first)
      const compressed = await converse(room, streamOf(all, true), second)
      assert.deepEqual(compressed, plain)
      await pair.settle()
    })
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  })
})

test('X11 X12 M3 random bytes get defined packages back, and leave nobody behind', async (t) => {
  await besidePair(t, false, async (room, pair) => {
    const property = fc.asyncProperty(fc.oneof(rubble, anyBytes), cuts, async (bytes, shares) => {
      await converse(room, bytes, shares)
      await pair.settle()
    })
    await fc.assert(property, { seed: SEED, numRuns: 2 * RUNS, endOnFailure: true })
  })
})
