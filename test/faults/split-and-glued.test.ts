/**
 * Row 3 of docs/faults.md: input split and glued. In every dialect all 2,048 ways to cut twelve bytes (every fourth, but for a soak), a conversation byte by byte, and five
 * hundred requests in one write have the answers that they always have. Rules F14, J9, S1, S8, X12.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { RawPeer } from '../../src/conform/raw-peer.js'
import { FaultTrial } from '../fixtures/fault-trial.js'
import { direct, joining, leaving, message, shown } from '../fixtures/framed-bytes.js'
import { list } from '../fixtures/sendto-bytes.js'
import { timesOf } from '../fixtures/soak.js'
import { type Exchange, SPLIT_DIALECTS, type SplitDialect } from '../fixtures/split-exchanges.js'
import { cutPacket, unitsOf } from '../fixtures/units.js'

const CUT_BYTES = 12
const WAYS = 2 ** (CUT_BYTES - 1)
/** In a soak all ways, in the usual run every fourth. */
const STEP = timesOf(4, 1)
/** As many connections go step by step together, each cut in another way. */
const ABREAST = 32
const GLUED = 500

/** One who asks the relay something: when the answer is here, the relay has read what others have sent before. */
class Barrier {
  readonly #peer: RawPeer

  constructor(peer: RawPeer) {
    this.#peer = peer
  }

  async pass(times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      this.#peer.write(list())
      await this.#peer.takeUnit(cutPacket, 'a list of names')
    }
  }
}

interface Runner {
  readonly peer: RawPeer
  readonly exchange: Exchange
  /** What is still to be written, and after which byte of the twelve. */
  readonly pieces: Buffer[]
}

/** One of the ways to cut bytes: behind those whose bit is set. */
function piecesOf(bytes: Buffer, way: number): Buffer[] {
  const ends: number[] = []
  for (let end = 1; end < bytes.length; end++) if ((way & (1 << (end - 1))) !== 0) ends.push(end)
  ends.push(bytes.length)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

function heard({ unit, read }: SplitDialect, received: Buffer, name: string): string[] {
  return unitsOf(received, unit)
    .map((one) => read(one, name))
    .filter((text) => text !== null)
}

/** All that is answered, when so much of it has come. */
async function answersOf(
  { unit, read }: SplitDialect,
  peer: RawPeer,
  name: string,
  count: number,
): Promise<string[]> {
  const answers: string[] = []
  while (answers.length < count || unit(peer.received) > 0) {
    const text = read(await peer.takeUnit(unit, `${count} answers`), name)
    if (text !== null) answers.push(text)
  }
  return answers
}

/** Each writes its next piece when the byte that ends it is due, and the relay reads all of them before the next byte. */
async function runAbreast(barrier: Barrier, dialect: SplitDialect, runners: readonly Runner[]) {
  // A listener takes one connection in each turn; each answer takes a turn at least.
  await barrier.pass(runners.length)
  for (const { peer, exchange } of runners) if (exchange.before.length > 0) peer.write(exchange.before)
  await barrier.pass()
  const written = runners.map(() => 0)
  for (let byte = 1; byte <= CUT_BYTES; byte++) {
    for (const [index, { peer, pieces }] of runners.entries()) {
      const [next] = pieces
      if (next === undefined || (written[index] as number) + next.length !== byte) continue
      written[index] = byte
      pieces.shift()
      peer.write(next)
    }
    await barrier.pass()
  }
  for (const { peer, exchange } of runners) if (exchange.after.length > 0) peer.write(exchange.after)
  for (const { peer, exchange } of runners) {
    const answers = await answersOf(dialect, peer, exchange.name, exchange.answers.length)
    assert.deepEqual(answers, exchange.answers, `${dialect.what}, as ${exchange.name}`)
    peer.close()
  }
}

async function everyWay(trial: FaultTrial, barrier: Barrier, dialect: SplitDialect): Promise<void> {
  for (let first = 0; first < WAYS / STEP; first += ABREAST) {
    const runners = await Promise.all(
      Array.from({ length: ABREAST }, async (_, index) => {
        // Of names of one letter there are few: they are free again, since the relay has read their LEAVE.
        const exchange = dialect.exchange(dialect.dialect === 'framed' ? index : first + index)
        assert.equal(exchange.cut.length, CUT_BYTES)
        const peer = await trial.open(dialect.dialect)
        return { peer, exchange, pieces: piecesOf(exchange.cut, (first + index) * STEP + (index % STEP)) }
      }),
    )
    await runAbreast(barrier, dialect, runners)
  }
}

/** The same conversation in one write and in one write for each byte. */
async function byteByByte(trial: FaultTrial, barrier: Barrier, dialect: SplitDialect): Promise<string[]> {
  const answers: string[][] = []
  for (const pieces of [
    [dialect.conversation],
    Array.from(dialect.conversation, (byte) => Buffer.of(byte)),
  ]) {
    const peer = await trial.open(dialect.dialect)
    await barrier.pass(2)
    for (const piece of pieces) {
      peer.write(piece)
      await barrier.pass()
    }
    peer.end()
    await peer.closed()
    answers.push(heard(dialect, peer.received, 'talker'))
    peer.close()
    await barrier.pass(2)
  }
  const [whole, apart] = answers as [string[], string[]]
  assert.deepEqual(apart, whole)
  return whole
}

async function glued(trial: FaultTrial, dialect: SplitDialect): Promise<void> {
  const { before, request, answer } = dialect.glued
  const peer = await trial.open(dialect.dialect)
  peer.write(Buffer.concat([before, ...Array.from({ length: GLUED }, () => request)]))
  peer.end()
  await peer.closed()
  const answers = heard(dialect, peer.received, 'gluer')
  assert.deepEqual(
    answers.slice(-GLUED),
    Array.from({ length: GLUED }, () => answer),
  )
  assert.ok(!answers.slice(0, -GLUED).includes(answer), `${answers.length} answers`)
  peer.close()
}

async function assertSame(
  t: TestContext,
  trial: FaultTrial,
  barrier: Barrier,
  dialect: SplitDialect,
): Promise<void> {
  await t.test(`${dialect.what}: ${WAYS / STEP} of ${WAYS} ways to cut 12 bytes`, () =>
    everyWay(trial, barrier, dialect),
  )
  await t.test(`${dialect.what}: a conversation byte by byte`, async () => {
    const answers = await byteByByte(trial, barrier, dialect)
    assert.ok(answers.length >= 6, `${answers}`)
  })
  await t.test(`${dialect.what}: ${GLUED} requests in one write`, () => glued(trial, dialect))
}

test('row 3, F14 J9 S1 S8 X12: input split and glued in every way has the same answers in every dialect', async (t) => {
  const trial = await FaultTrial.start(t)
  const barrier = new Barrier(await trial.open('sendto'))
  for (const dialect of SPLIT_DIALECTS) await assertSame(t, trial, barrier, dialect)
  await trial.pair.settle()
  // What was said was heard once each time, by who was there.
  const counts = new Map<string, number>()
  for (const one of trial.pair.others.map(shown)) counts.set(one, (counts.get(one) ?? 0) + 1)
  const timesHeard = (one: Buffer) => counts.get(shown(one)) ?? 0
  for (const name of Array.from(
    { length: ABREAST },
    (_, run) => SPLIT_DIALECTS[0]?.exchange(run).name as string,
  )) {
    for (const one of [joining(name), message(`[${name}] Hi`), leaving(name)]) {
      assert.equal(timesHeard(one), WAYS / STEP / ABREAST, shown(one))
    }
  }
  assert.equal(timesHeard(message(`[talker] ${'x'.repeat(300)}`)), 2)
  // Framed, json-irc, chatmaster plain and compressed, twice each.
  assert.equal(timesHeard(direct('[talker] secret')), 8)
  await trial.assertAsBefore()
})
