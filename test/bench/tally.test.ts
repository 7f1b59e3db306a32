/** That a delivery which is lost, comes twice or out of order is counted as that, and nothing else is. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicUs } from '../../bench/load/clock.js'
import { InFlight } from '../../bench/load/generator/in-flight.js'
import { Tally } from '../../bench/load/generator/tally.js'
import { stampedText, stampTimeUs, writeStamp } from '../../bench/load/stamp.js'

const EVERYONE = () => true

/** One receiver, and the sequences that reach it from sender 0. @returns what the account says */
function accountOf(sequences: readonly number[], sent: number) {
  const tally = tallyOf(1, 1)
  tally.beginChunk()
  for (const sequence of sequences) deliver(tally, 0, 0, sequence)
  tally.endChunk()
  const { lost, duplicated, reordered, foreign } = tally.account([sent], EVERYONE)
  return { lost, duplicated, reordered, foreign }
}

function tallyOf(receivers: number, senders: number): Tally {
  return new Tally(receivers, senders, new InFlight(new Int32Array(senders).fill(receivers), []))
}

function deliver(tally: Tally, receiver: number, sender: number, sequence: number, agoUs = 0): void {
  const bytes = new Uint8Array(40)
  bytes.set(stampedText(sender, 20), 7)
  writeStamp(bytes, 7, sequence, stampTimeUs(monotonicUs() - agoUs))
  tally.delivered(receiver, bytes, 7)
}

test('what arrives in order and whole is clean', () => {
  assert.deepEqual(accountOf([0, 1, 2, 3], 4), { lost: 0, duplicated: 0, reordered: 0, foreign: 0 })
})

test('a gap is a loss, in the middle and at the end', () => {
  assert.deepEqual(accountOf([0, 2, 3], 4), { lost: 1, duplicated: 0, reordered: 0, foreign: 0 })
  assert.deepEqual(accountOf([0, 1], 4), { lost: 2, duplicated: 0, reordered: 0, foreign: 0 })
  assert.deepEqual(accountOf([], 4), { lost: 4, duplicated: 0, reordered: 0, foreign: 0 })
})

test('what comes twice is a duplicate, right away or later', () => {
  assert.deepEqual(accountOf([0, 1, 1, 2], 3), { lost: 0, duplicated: 1, reordered: 0, foreign: 0 })
  assert.deepEqual(accountOf([0, 1, 2, 0], 3), { lost: 0, duplicated: 1, reordered: 0, foreign: 0 })
})

test('what comes late is reordered, and not lost', () => {
  assert.deepEqual(accountOf([0, 2, 1, 3], 4), { lost: 0, duplicated: 0, reordered: 1, foreign: 0 })
  assert.deepEqual(accountOf([0, 4, 2, 1, 3], 5), { lost: 0, duplicated: 0, reordered: 3, foreign: 0 })
  assert.deepEqual(accountOf([0, 2, 1, 1], 3), { lost: 0, duplicated: 1, reordered: 1, foreign: 0 })
})

test('a sender that is none, or that the receiver was not to hear, is foreign', () => {
  const tally = tallyOf(2, 2)
  tally.beginChunk()
  deliver(tally, 0, 5, 0)
  deliver(tally, 1, 1, 0)
  tally.endChunk()
  const account = tally.account([0, 1], (receiver, sender) => sender === 0 || receiver === 0)
  assert.deepEqual(account, { lost: 1, duplicated: 0, reordered: 0, foreign: 2 })
})

test('an account settles what was before it', () => {
  const tally = tallyOf(1, 1)
  tally.beginChunk()
  deliver(tally, 0, 0, 0)
  tally.endChunk()
  assert.equal(tally.account([3], EVERYONE).lost, 2)
  tally.beginChunk()
  deliver(tally, 0, 0, 3)
  tally.endChunk()
  assert.deepEqual(tally.account([4], EVERYONE), { lost: 0, duplicated: 0, reordered: 0, foreign: 0 })
})

test('a latency counts from the time that the stamp says, once for each delivery', () => {
  const tally = tallyOf(1, 1)
  tally.beginChunk()
  deliver(tally, 0, 0, 0, 5000)
  deliver(tally, 0, 0, 1, 100_000)
  tally.endChunk()
  assert.equal(tally.latencies.totalCount, 2)
  const p50 = tally.latencies.getValueAtPercentile(50)
  assert.ok(p50 > 4000 && p50 < 7000, `${p50} µs`)
  assert.ok(tally.latencies.maxValue > 95_000)
})

test('a message is in flight until every receiver of every process has it', () => {
  const inFlight = new InFlight(Int32Array.of(2, 0), [Int32Array.of(1, 1), Int32Array.of(0, 0)])
  inFlight.start(4, Uint32Array.of(0, 0))
  inFlight.delivered(0, 0)
  inFlight.delivered(0, 0)
  assert.equal(inFlight.completed(0), 0)
  inFlight.remoteCompleted(0, [1, 0])
  assert.equal(inFlight.completed(0), 1)
  assert.equal(inFlight.completed(1), 0)
  inFlight.remoteCompleted(0, [1, 3])
  assert.equal(inFlight.completed(1), 3)
  const moved: number[] = []
  inFlight.takeMoved((sender) => moved.push(sender))
  assert.deepEqual(moved.toSorted(), [0, 1])
})
