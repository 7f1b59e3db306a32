/**
 * Random messages, lines and bytes, beside two who chat. A model of the page says what each must be answered.
 * `FUZZ_SEED` and `FUZZ_RUNS` repeat a run or make it longer; the seed is printed.
 */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import { ANY_CHARACTER } from '../fixtures/any-character.js'
import { FUZZ_SEED, fuzzRuns } from '../fixtures/fuzz-seed.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { header, packet, packetLength } from '../fixtures/sendto-bytes.js'
import { expectedOf } from '../fixtures/sendto-model.js'
import { onEachTransport, type SendtoRelay, type StartSendtoRelay } from '../fixtures/sendto-relay.js'

const SEED = FUZZ_SEED
const RUNS = fuzzRuns(400)

const oneName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('Bad', 'Left', 'Amy', 'Worse') },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', '', ' ', 'x'.repeat(20), 'x'.repeat(21), 'a\tb') },
  { weight: 1, arbitrary: fc.string({ unit: ANY_CHARACTER, maxLength: 25 }) },
)
const anyBytes = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
const padding = fc.constantFrom('', '', '', '\n', '\r\n', '\0\0\0')
const padded = fc.tuple(oneName, padding).map(([name, end]) => Buffer.from(name + end).subarray(0, 255))
const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.string({ unit: 'grapheme', maxLength: 40 }), padding).map((t) => t.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: ANY_CHARACTER, maxLength: 40 }) },
)
const textBytes = fc.oneof(
  { weight: 6, arbitrary: text.map((one) => Buffer.from(one)) },
  { weight: 1, arbitrary: anyBytes },
  { weight: 1, arbitrary: fc.integer({ min: 65_400, max: 65_535 }).map((size) => Buffer.alloc(size, 0x78)) },
)
const type = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(1, 1, 2, 3, 3, 3, 4) }, fc.nat(255))
const oneMessage = fc.tuple(type, padded, textBytes).map((parts) => packet(...parts))
/** Mostly messages, now and then bytes that put everything behind them out of step. */
const messages = fc
  .array(
    fc.oneof(
      { weight: 30, arbitrary: oneMessage },
      { weight: 1, arbitrary: anyBytes },
      { weight: 1, arbitrary: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(65_535)).map((h) => header(...h)) },
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.concat(pieces))

const lineWords = fc.oneof(
  { weight: 3, arbitrary: oneName.map((name) => `login ${name}`) },
  { weight: 5, arbitrary: fc.tuple(oneName, text).map(([name, words]) => `sendto ${name} ${words}`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('list', 'logout', 'list ', 'logout x', 'login', 'sendto', 'sendto Amy'),
  },
  { weight: 1, arbitrary: fc.constantFrom('exit', 'exit x', '', `sendto Amy ${'x'.repeat(65_500)}`) },
  { weight: 1, arbitrary: text },
)
const lines = fc
  .array(fc.tuple(lineWords, fc.constantFrom('\n', '\n', '\r\n', '\0\n', '')), { maxLength: 30 })
  .map((all) => Buffer.from(all.flat().join('')))

/** Where the stream is cut into writes, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })

function piecesOf(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const inner = shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b)
  return [...inner, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : inner[index - 1], end))
}

/** Sends it all, ends its side, and gives what comes back until the relay ends too. */
async function converse(relay: SendtoRelay, bytes: Buffer, shares: readonly number[]): Promise<Buffer> {
  const peer = await relay.connect()
  await peer.sendApart(piecesOf(bytes, shares).filter((piece) => piece.length > 0))
  peer.socket.end()
  const came = await peer.rest()
  peer.destroy()
  return came
}

async function fuzz(t: TestContext, start: StartSendtoRelay, stream: fc.Arbitrary<Buffer>): Promise<void> {
  t.diagnostic(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`)
  const relay = await start(t, { settings: { hardLimitBytes: '100000000' } })
  const pair = await HealthyPair.start(relay)
  t.after(() => pair.abandon())
  const amy = await relay.login('Amy')
  const property = fc.asyncProperty(stream, cuts, async (bytes, shares) => {
    const expected = expectedOf(bytes, ['Amy', 'Left', 'Right'])
    const came = await converse(relay, bytes, shares)
    assert.equal(came.toString('latin1'), expected.answers.toString('latin1'))
    for (const heard of expected.heard) {
      const packet = await amy.packet(heard)
      const at = 4 + (packet[1] as number)
      assert.equal(`${packet.toString('utf8', 4, at)}|${packet.toString('utf8', at)}`, heard)
    }
  })
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  await pair.stop()
  await amy.expectQuiet()
  // Whatever was said before, everybody is gone.
  const last = await converse(relay, packet(2), [])
  assert.equal(packetLength(last), last.length)
  assert.equal(last.toString('latin1', 4), 'Amy\nLeft\nRight')
}

onEachTransport((start) => {
  test('S1–S6 M3 random messages, cut at random, are answered as the page says', async (t) => {
    await fuzz(t, start, messages)
  })

  test('S8 M3 random lines, cut at random, are answered as the page says', async (t) => {
    await fuzz(t, start, lines)
  })
})
