/**
 * Random objects and random bytes, cut at random, beside two who chat. A model of the page says what each must be
 * answered. `FUZZ_SEED` and `FUZZ_RUNS` repeat a run or make it longer; the seed is printed.
 */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import { ANY_CHARACTER } from '../fixtures/any-character.js'
import { textOf } from '../fixtures/framed-bytes.js'
import { FUZZ_SEED, fuzzRuns } from '../fixtures/fuzz-seed.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { expectedOf } from '../fixtures/json-irc-model.js'
import { type JsonIrcRelay, startJsonIrc } from '../fixtures/json-irc-peer.js'

const SEED = FUZZ_SEED
const RUNS = fuzzRuns(400)

const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: ANY_CHARACTER, maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '\n', 'Hi\r\n', 'a\tb', 'a\x1bb', '\ud800', 'x'.repeat(2000), '"{}[]\\'),
  },
)
const name = fc.oneof(
  fc.constantFrom(
    'Bad',
    'Bad',
    'Left',
    '__proto__',
    '',
    ' ',
    'x'.repeat(32),
    'x'.repeat(33),
    'Bad\0\0',
    '"\\',
  ),
  anyText,
)
const room = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom('general', 'general', 'tea', 'Left', 'Right', 'Bad', '__proto__', ''),
  },
  { weight: 1, arbitrary: anyText },
)
const command = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      '/join',
      '/join',
      '/leaveRoom',
      '/broadcast',
      '/broadcast',
      '/direct',
      '/listRooms',
      '/roomMembers',
      '/nick',
    ),
  },
  { weight: 1, arbitrary: fc.oneof(fc.constantFrom('/close', 'listMembers', '/JOIN', ''), anyText) },
)
const ordinary = fc
  .record({ command, nickname: name, room, message: anyText }, { requiredKeys: ['command'] })
  .map((fields) => JSON.stringify(fields))
const entering = fc
  .constantFrom('Bad', 'worse', '{}', 'constructor')
  .map((nickname) => JSON.stringify({ command: '/nick', nickname }))
const key = fc.oneof(
  fc.constantFrom('command', 'Command', 'ROOM', 'room', 'channel', 'Message', 'nickname', '__proto__', 'x'),
  fc.string({ unit: ANY_CHARACTER, maxLength: 8 }),
)
const value = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(command, room, anyText) },
  { weight: 1, arbitrary: fc.constantFrom(null, 0, -1.5e3, true, {}, [], { a: 1 }) },
)
const odd = fc
  .uniqueArray(fc.tuple(key, value), { maxLength: 6, selector: ([one]) => one })
  .map((entries) => {
    const members = entries.map(([one, other]) => `${JSON.stringify(one)}:${JSON.stringify(other)}`)
    return `{${members.join(',')}}`
  })
/** Mostly objects, now and then something after which the stream cannot be trusted. */
const stream = fc.array(
  fc.oneof(
    { weight: 30, arbitrary: ordinary },
    { weight: 8, arbitrary: entering },
    { weight: 3, arbitrary: odd },
    { weight: 1, arbitrary: fc.constantFrom('[1]', 'x', '{]', '{a}', '"a"', '{"a":"\x01"}', '(dp0', '}') },
  ),
  { maxLength: 30 },
)
const between = fc.constantFrom('', '', '\n', ' \r\n\t')
/** Where the stream is cut into writes, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })

const CHATTER = /^\{"command":"\/\w+","nickname":"(Left|Right)","room":"\w+","message":"#\d+"\}\n$/
const FOUR = /^\{"command":"[ -~]*","nickname":"[ -~]*","room":"[ -~]*","message":"[ -~]*"\}\n$/

/** Sends it all, ends its side and takes what comes back until the relay ends too; without the pair's chatter. */
async function converse(room: JsonIrcRelay, bytes: Buffer, shares: readonly number[]): Promise<string[]> {
  const peer = await room.connect({ allowHalfOpen: true })
  const at = [
    0,
    ...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ]
  const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
  await peer.wire.sendApart(pieces.filter((piece) => piece.length > 0))
  peer.wire.socket.end()
  const lines = await peer.rest()
  peer.wire.destroy()
  return lines.filter((line) => !CHATTER.test(line))
}

async function besidePair(t: TestContext, fuzz: (relay: JsonIrcRelay, pair: HealthyPair) => Promise<void>) {
  t.diagnostic(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`)
  const relay = await startJsonIrc(t, '', { settings: { hardLimitBytes: '100000000' } })
  const pair = await HealthyPair.start(relay.relay)
  t.after(() => pair.abandon())
  await fuzz(relay, pair)
  await pair.stop()
  await relay.named('Bad')
  await relay.named('worse')
}

test('J1–J10 M3–M6 random objects, cut at random, are answered as the page says', async (t) => {
  await besidePair(t, async (relay, pair) => {
    const property = fc.asyncProperty(stream, between, cuts, async (pieces, white, shares) => {
      pair.others = []
      const expected = expectedOf(pieces, ['Left', 'Right'])
      const lines = await converse(relay, Buffer.from(pieces.join(white)), shares)
      for (const [index, one] of expected.answers.entries()) {
        const line = lines[index] ?? ''
        assert.match(line, FOUR, `nothing instead of ${JSON.stringify(one)}`)
        const { message, ...fixed } = JSON.parse(line)
        const { message: words, ...wanted } = one
        assert.deepEqual(fixed, wanted)
        if (words !== null) assert.equal(message, words)
        else assert.match(message, one.command === '/nickFail' ? /nickname/ : /^Error: ./)
      }
      assert.deepEqual(lines.slice(expected.answers.length), [])
      await pair.settle()
      assert.deepEqual(pair.others.map(textOf), expected.heard)
    })
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  })
})

test('M3 random bytes get defined objects back, and leave nobody behind', async (t) => {
  await besidePair(t, async (relay, pair) => {
    const piece = fc.oneof(
      ordinary.map((text) => Buffer.from(text)),
      entering.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(ordinary, fc.nat(), fc.nat(255)).map(([text, at, byte]) => {
        const bytes = Buffer.from(text)
        bytes[at % bytes.length] = byte
        return bytes
      }),
    )
    const property = fc.asyncProperty(fc.array(piece), cuts, async (pieces, shares) => {
      for (const line of await converse(relay, Buffer.concat(pieces), shares)) {
        assert.match(line, FOUR)
        assert.doesNotThrow(() => JSON.parse(line))
      }
      await pair.settle()
    })
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  })
})
