/** That an outbox sends in order with one write outstanding, counts its bytes, and says when it is over its limit. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChunkPool, ownSlice } from '../../src/fanout/chunk.js'
import { Flusher } from '../../src/fanout/flusher.js'
import { Outbox } from '../../src/fanout/outbox.js'
import { FakeEncoding, FakeSink, message, World } from './world.js'

const LIMIT = 1000

function outboxOf(hardLimitBytes = LIMIT) {
  const flusher = new Flusher()
  const sink = new FakeSink()
  const outbox = new Outbox(sink, flusher, hardLimitBytes)
  sink.outbox = outbox
  const push = (text: string) => outbox.push(ownSlice(Buffer.from(text)))
  return { flusher, sink, outbox, push }
}

test('pieces of one turn go out in one write and in order', () => {
  const { flusher, sink, push, outbox } = outboxOf()
  for (const text of ['a', 'bb', 'ccc']) push(text)
  assert.equal(outbox.queuedBytes, 6)
  flusher.flush()
  assert.equal(sink.writes, 1)
  assert.equal(sink.received(), 'abbccc')
  assert.equal(outbox.queuedBytes, 0)
  flusher.flush()
  assert.equal(sink.writes, 1)
})

test('while a write is outstanding the rest waits, and goes out in one write behind it', () => {
  const { flusher, sink, push, outbox } = outboxOf()
  sink.full = true
  push('first')
  flusher.flush()
  for (const text of [' second', ' third']) {
    push(text)
    flusher.flush()
  }
  assert.equal(sink.writes, 1)
  assert.equal(outbox.queuedBytes, 18)
  sink.take()
  assert.equal(sink.writes, 2)
  assert.equal(outbox.queuedBytes, 13, 'refused again')
  sink.full = false
  sink.take()
  assert.equal(sink.received(), 'first second third')
  assert.equal(outbox.queuedBytes, 0)
  push('!')
  flusher.flush()
  assert.equal(sink.received(), 'first second third!')
})

test('exactly the limit is allowed, one byte more is an overflow', () => {
  const { flusher, sink, push } = outboxOf()
  sink.full = true
  push('x'.repeat(LIMIT))
  flusher.flush()
  assert.equal(sink.overflows, 0)
  push('y')
  flusher.flush()
  assert.equal(sink.overflows, 1)
})

test('a turn larger than the limit is no overflow when the kernel takes it', () => {
  const { flusher, sink, push } = outboxOf()
  push('x'.repeat(10 * LIMIT))
  flusher.flush()
  assert.equal(sink.overflows, 0)
  assert.equal(sink.received().length, 10 * LIMIT)
})

test('M6 only the one who does not read overflows', () => {
  const world = new World()
  const plain = new FakeEncoding('plain')
  const amy = world.person('Amy', plain, LIMIT)
  const bob = world.person('Bob', plain, LIMIT)
  const cyd = world.person('Cyd', plain, LIMIT)
  const room = world.room(amy, bob, cyd)
  bob.sink.full = true
  for (let count = 0; count < 100; count++) {
    room.tell(message(amy, 'z'.repeat(100)), amy.recipient)
    world.flusher.flush()
  }
  assert.ok(bob.sink.overflows > 0)
  assert.equal(cyd.sink.overflows, 0)
  assert.equal(cyd.received().length, 100 * 'plain|Amy|\n'.length + 100 * 100)
  room.remove(bob.recipient)
  bob.recipient.outbox.close()
  world.assertDrained(amy, cyd)
  assert.equal(bob.recipient.outbox.queuedBytes, 0)
})

test('a closed outbox holds nothing, takes nothing and writes nothing', () => {
  const pool = new ChunkPool()
  const { flusher, sink, outbox, push } = outboxOf()
  const chunk = pool.take(100)
  const slice = { bytes: chunk.buffer.subarray(0, 10), chunk }
  sink.full = true
  outbox.push(slice)
  flusher.flush()
  outbox.push(slice)
  push('own')
  assert.equal(outbox.queuedBytes, 23)
  assert.equal(pool.retainedBytes, chunk.buffer.length, 'a chunk counts once')
  outbox.close()
  assert.equal(outbox.queuedBytes, 0)
  assert.equal(pool.retainedBytes, 0)
  outbox.push(slice)
  outbox.written()
  outbox.close()
  flusher.flush()
  assert.equal(outbox.queuedBytes, 0)
  assert.equal(pool.retainedBytes, 0)
  assert.equal(sink.writes, 1)
  assert.equal(sink.overflows, 0)
})

test('being told that something was written when nothing is outstanding does no harm', () => {
  const { sink, outbox, push, flusher } = outboxOf()
  outbox.written()
  push('a')
  outbox.written()
  flusher.flush()
  assert.equal(sink.received(), 'a')
  assert.equal(outbox.queuedBytes, 0)
})
