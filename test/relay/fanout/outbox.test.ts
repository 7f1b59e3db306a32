/** That an outbox sends in order with one write outstanding, and counts its bytes. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constantSlice, ownSlice, sharedSlice } from '../../../src/relay/fanout/chunk.js'
import { Outbox } from '../../../src/relay/fanout/outbox.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import type { PressureLimits } from '../../../src/relay/fanout/pressure.js'
import type { SlowPolicy } from '../../../src/relay/fanout/sink.js'
import { FakeSink, World } from './world.js'

function outboxOf(limits: Partial<PressureLimits> = {}, policy: SlowPolicy = 'cut') {
  const world = new World(limits)
  const sink = new FakeSink()
  const outbox = new Outbox(sink, world.outboxes, policy)
  outbox.named = true
  sink.outbox = outbox
  const push = (text: string) => outbox.push(ownSlice(Buffer.from(text)))
  return { world, flusher: world.flusher, pool: world.pool, sink, outbox, push }
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

test('W4 what belongs to one message goes out in one write, where a write would be long enough without its end', () => {
  const { flusher, sink, outbox, push } = outboxOf({ softLimitBytes: 10_000_000, hardLimitBytes: 20_000_000 })
  push('x'.repeat(256 * 1024 - 1))
  const piece = (text: string) => ({ ...ownSlice(Buffer.from(text)), goesOn: true as const })
  for (const text of ['{"a":', '[1,', '2,']) outbox.push(piece(text))
  push('3]}')
  push('next')
  flusher.flush()
  assert.equal(sink.writes, 2)
  assert.deepEqual(sink.lastPieces.map(String), ['next'])
})

test('an answer that is queued a thousand times is retained once, and a constant not at all', () => {
  const { sink, outbox, pool, flusher } = outboxOf()
  sink.full = true
  const list = sharedSlice(Buffer.alloc(10_000))
  for (let time = 0; time < 1000; time++) outbox.push(list)
  assert.equal(pool.retainedBytes, 10_000 + 1000 * 64)
  assert.equal(outbox.queuedBytes, 10_000_000)
  outbox.push(constantSlice(Buffer.alloc(5000)))
  assert.equal(pool.retainedBytes, 10_000 + 1001 * 64)
  flusher.flush()
  outbox.close()
  assert.equal(pool.retainedBytes, 0)
})

test('a closed outbox holds nothing, takes nothing and writes nothing', () => {
  const { flusher, sink, outbox, push, pool } = outboxOf()
  const chunk = pool.take(100)
  const slice = { bytes: chunk.buffer.subarray(0, 10), memory: chunk, events: 1 }
  sink.full = true
  outbox.push(slice)
  flusher.flush()
  outbox.push(slice)
  push('own')
  assert.equal(outbox.queuedBytes, 23)
  assert.equal(
    pool.retainedBytes,
    chunk.buffer.length + 3 + 3 * 64,
    'a chunk counts once, an answer by its length',
  )
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
  assert.equal(sink.cutOffs, 0)
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

test('whoever asks without reading is not read from as soon as there are enough answers, within the same turn', () => {
  const { outbox, sink, flusher } = outboxOf({ softLimitBytes: 1000, hardLimitBytes: 4000 })
  const list = sharedSlice(Buffer.alloc(400))
  for (const paused of [false, false, true]) {
    outbox.answer(list)
    assert.equal(sink.pauses.has(PAUSE.answers), paused)
  }
  flusher.flush()
  assert.ok(!sink.pauses.has(PAUSE.answers), 'the kernel took all of it')
})

test('whoever has no name has a small allowance', () => {
  const { outbox, sink, flusher } = outboxOf({ softLimitBytes: 256 * 1024 })
  outbox.named = false
  sink.full = true
  outbox.answer(ownSlice(Buffer.alloc(16 * 1024)))
  assert.ok(!sink.pauses.has(PAUSE.answers))
  outbox.answer(ownSlice(Buffer.alloc(1)))
  assert.ok(sink.pauses.has(PAUSE.answers))
  flusher.flush()
  assert.ok(outbox.slow, 'and is judged like everybody else above it')
  sink.full = false
  sink.take()
  assert.ok(!outbox.slow)
  assert.ok(!sink.pauses.has(PAUSE.answers))
})

test('a connection that is gone is no longer watched', () => {
  const { outbox, sink, flusher, world } = outboxOf({
    softLimitBytes: 10,
    hardLimitBytes: 4000,
    graceMs: 1000,
  })
  sink.full = true
  outbox.push(ownSlice(Buffer.alloc(100)))
  flusher.flush()
  assert.equal(world.pressure.stats.behind, 1)
  outbox.close()
  assert.equal(world.pressure.stats.behind, 0)
  world.wait(5000)
  assert.equal(sink.cutOffs, 0)
  assert.equal(world.pressure.longestSlowSeconds, 0)
})
