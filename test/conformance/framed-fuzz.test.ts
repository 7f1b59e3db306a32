/**
 * Random frames and random bytes, beside two who chat. A model of the page says what each must be answered.
 * `FUZZ_SEED` and `FUZZ_RUNS` repeat a run or make it longer; the seed is printed.
 */

import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import { ANY_CHARACTER } from '../fixtures/any-character.js'
import { assertFrame, commandOf, frame, header, list, shown, textOf } from '../fixtures/framed-bytes.js'
import { expectedOf } from '../fixtures/framed-model.js'
import type { FramedPeer } from '../fixtures/framed-peer.js'
import { FUZZ_SEED, fuzzRuns } from '../fixtures/fuzz-seed.js'
import { HealthyPair } from '../fixtures/healthy-pair.js'
import { onEachTransport, type StartRelay, startRelay, type TestRelay } from '../fixtures/start-relay.js'

const SEED = FUZZ_SEED
const RUNS = fuzzRuns(500)

const oneName = fc.oneof(
  fc.constantFrom(
    'Bad',
    'Left',
    'Right',
    '__proto__',
    '',
    ' ',
    'x'.repeat(32),
    'x'.repeat(33),
    '@at',
    'a\tb',
  ),
  fc.string({ unit: ANY_CHARACTER, maxLength: 40 }),
)
const anyBytes = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 80 })
const latin = (text: string) => Buffer.from(text, 'latin1')
const padding = fc.constantFrom('', '', '', '\n', '\r\n', '\0\0\0')
const payload = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(printable, padding).map(([text, end]) => latin(text + end)) },
  { weight: 3, arbitrary: fc.tuple(oneName, printable).map(([name, text]) => latin(`${name} ${text}`)) },
  { weight: 2, arbitrary: anyBytes },
  { weight: 1, arbitrary: fc.integer({ min: 65_400, max: 65_535 }).map((size) => Buffer.alloc(size, 0x78)) },
)
const anyFrame = fc
  .tuple(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 2, 3, 4, 4, 2) }, fc.nat(255)), payload)
  .map(([command, bytes]) => frame(command, bytes))
const joinFrame = oneName.map((name) => frame(0, latin(name)))
/** Mostly frames, now and then bytes that put everything behind them out of step. */
const stream = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: anyFrame },
      { weight: 6, arbitrary: joinFrame },
      { weight: 1, arbitrary: anyBytes },
      { weight: 1, arbitrary: fc.tuple(fc.nat(255), fc.nat(65_535)).map(([c, n]) => header(c, n)) },
    ),
    { maxLength: 40 },
  )
  .map((pieces) => Buffer.concat(pieces))
/** What once was answered otherwise: who writes to themselves by a name that begins with an `@`, or that somebody writes `/w` before. */
const ONCE_WRONG = ['@at Hi', '/w @at Hi', '/w Left Hi', '@/w Hi', '@ Hi'].map(
  (written): [Buffer, number[]] => [Buffer.concat([frame(0, latin('@at')), frame(4, latin(written))]), []],
)
/** Where the stream is cut into writes, as shares of its length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })

function piecesOf(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const at = [
    0,
    ...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ]
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

/** Sends it all, ends its side and takes what comes back until the relay ends too; without the pair's chatter. */
async function converse(relay: TestRelay, bytes: Buffer, shares: readonly number[]): Promise<Buffer[]> {
  const peer: FramedPeer = await relay.connect({ allowHalfOpen: true })
  await peer.sendApart(piecesOf(bytes, shares).filter((piece) => piece.length > 0))
  peer.socket.end()
  assert.equal(await peer.ended(), 'end')
  const frames = await peer.rest()
  peer.destroy()
  return frames.filter((one) => !HealthyPair.chatter(one))
}

async function besidePair(
  t: TestContext,
  start: StartRelay,
  query: string,
  fuzz: (relay: TestRelay, pair: HealthyPair) => Promise<void>,
) {
  t.diagnostic(`FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`)
  const relay = await start(t, { query: ['', query], settings: { hardLimitBytes: '100000000' } })
  const pair = await HealthyPair.start(relay)
  t.after(() => pair.abandon())
  await fuzz(relay, pair)
  await pair.stop()
  const last = await relay.join('Last')
  last.send(list())
  await last.expect(list('Last Left Right'))
}

onEachTransport((start) => {
  test('F1–F14 M3–M6 random frames, cut at random, are answered as the page says', async (t) => {
    await besidePair(t, start, 'greeting=off', async (relay, pair) => {
      const property = fc.asyncProperty(stream, cuts, async (bytes, shares) => {
        pair.others = []
        const expected = expectedOf(bytes, ['Left', 'Right'])
        const [greeting, ...answers] = await converse(relay, bytes, shares)
        assert.ok(greeting?.includes('Welcome'))
        for (const [index, one] of expected.answers.entries()) {
          const got = answers[index]
          assert.ok(got !== undefined, `nothing instead of ${Buffer.isBuffer(one) ? shown(one) : one}`)
          if (Buffer.isBuffer(one)) assertFrame(got, one)
          else assert.match(shown(got), one)
        }
        assert.deepEqual(answers.slice(expected.answers.length).map(shown), [])
        await pair.settle()
        assert.deepEqual(pair.others.map(shown), expected.heard.map(shown))
        for (const [index, one] of expected.heard.entries()) assertFrame(pair.others[index] as Buffer, one)
      })
      await fc.assert(property, { seed: SEED, numRuns: RUNS, examples: ONCE_WRONG, endOnFailure: true })
    })
  })
})

test('M3 bare=on: random bytes get defined frames back, and leave nobody behind', async (t) => {
  await besidePair(t, startRelay, 'bare=on', async (relay, pair) => {
    const onBare: TestRelay = {
      ...relay,
      connect: (more) => relay.connect({ port: relay.ports[1] as number, ...more }),
    }
    const bareStream = fc.array(
      fc.oneof(anyFrame, joinFrame, anyBytes, fc.constantFrom(Buffer.of(1), Buffer.of(3))),
    )
    const property = fc.asyncProperty(
      bareStream.map((all) => Buffer.concat(all)),
      cuts,
      async (bytes, shares) => {
        for (const [index, one] of (await converse(onBare, bytes, shares)).entries()) {
          assert.ok(commandOf(one) <= 5, shown(one))
          if (index === 0) assert.ok(one.includes('Welcome'))
          else if (commandOf(one) === 0) assert.ok(one.length === 4 && (one[3] as number) <= 2, shown(one))
          else assert.match(textOf(one), /^[\t -~]+$/)
        }
        await pair.settle()
      },
    )
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  })
})
