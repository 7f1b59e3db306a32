/** That an outbox sends in order with one write outstanding, and counts its bytes. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constantSlice, ownSlice, sharedSlice } from '../../../src/relay/fanout/chunk.js'
import { Outbox } from '../../../src/relay/fanout/outbox.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import type { PressureLimits } from '../../../src/relay/fanout/pressure.js'
import type { SlowPolicy } from '../../../src/relay/fanout/sink.js'
import { SliceQueue } from '../../../src/relay/fanout/slice-queue.js'
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

/** Room events and answers of so many bytes, each of another letter, with a reader who is told what it has missed. */
function dropping(limits: Partial<PressureLimits>) {
  const all = outboxOf(limits, 'drop-oldest')
  const { outbox, sink } = all
  let letter = 0
  const bytesOf = (bytes: number) => Buffer.alloc(bytes, 'abcdefghijklmnop'[letter++])
  const told = { missed: [] as number[], caughtUp: 0, slowness: 0 }
  outbox.reader = {
    missed: (events) => {
      told.missed.push(events)
      return ownSlice(Buffer.from(`<${events}>`))
    },
    caughtUp: () => void told.caughtUp++,
    slownessChanged: () => void told.slowness++,
  }
  sink.full = true
  return {
    ...all,
    told,
    event: (bytes: number, events = 1) => outbox.push({ bytes: bytesOf(bytes), memory: null, events }),
    answer: (bytes: number) => outbox.push(ownSlice(bytesOf(bytes))),
    /** What the reader has got when it has read everything. */
    received: () => {
      sink.full = false
      while (sink.stalled) sink.take()
      return sink.received().replace(/([a-p])\1*/g, '$1')
    },
  }
}

const DROP_LIMITS = { softLimitBytes: 100, hardLimitBytes: 200 }

test('F16 above the hard limit the oldest events are dropped until the queue is at soft, and in their place stands how many', () => {
  const { event, answer, flusher, outbox, told, world, received } = dropping(DROP_LIMITS)
  event(40)
  flusher.flush()
  answer(1)
  for (let count = 0; count < 3; count++) event(40)
  event(39)
  flusher.flush()
  assert.equal(outbox.queuedBytes, 200)
  assert.deepEqual(told.missed, [], 'at the limit nothing is dropped')
  event(40, 2)
  flusher.flush()
  assert.deepEqual(told.missed, [4])
  assert.equal(world.pressure.stats.droppedEvents, 4)
  assert.equal(outbox.queuedBytes, 40 + 1 + '<4>'.length + 40)
  assert.equal(received(), 'ab<4>g')
  assert.equal(told.slowness, 0, 'no room waits for it')
  assert.equal(world.pool.retainedBytes, 0)
})

test('F16 the notice stands where the first of the dropped events was, and answers stay in their order', () => {
  const { event, answer, flusher, received } = dropping(DROP_LIMITS)
  event(40)
  flusher.flush()
  for (const bytes of [30, -10, 30, -10, 30, 60, -10]) {
    if (bytes > 0) event(bytes)
    else answer(-bytes)
  }
  flusher.flush()
  assert.equal(received(), 'a<4>ceh')
})

test('F16 no more is dropped than brings the queue to soft', () => {
  const { event, flusher, received } = dropping(DROP_LIMITS)
  event(40)
  flusher.flush()
  for (const bytes of [50, 51, 60]) event(bytes)
  flusher.flush()
  assert.equal(received(), 'a<2>d')
})

test('F16 events that are dropped behind a notice which was not read yet are counted in one notice for both', () => {
  const { event, flusher, told, world, received } = dropping(DROP_LIMITS)
  event(40)
  flusher.flush()
  for (let round = 0; round < 2; round++) {
    for (let count = 0; count < 5; count++) event(40, 2)
    flusher.flush()
  }
  assert.equal(told.missed.length, 2)
  assert.equal(told.missed.at(-1), world.pressure.stats.droppedEvents)
  const after = received()
  assert.match(after, /^a<\d+>[a-p]+$/)
  const [, missed] = /<(\d+)>/.exec(after) ?? []
  assert.equal(Number(missed), told.missed.at(-1))
  assert.equal(1 + Number(missed) / 2 + after.replace(/<.*>/, '').length - 1, 11, 'each once')
})

test('F16 a notice that was read is not counted again', () => {
  const { event, flusher, sink, told } = dropping(DROP_LIMITS)
  event(40)
  flusher.flush()
  for (let count = 0; count < 5; count++) event(40)
  flusher.flush()
  assert.deepEqual(told.missed, [4])
  sink.full = false
  sink.take()
  sink.full = true
  event(40)
  flusher.flush()
  for (let count = 0; count < 5; count++) event(40)
  flusher.flush()
  assert.deepEqual(told.missed, [4, 4])
})

test('F16 answers are never dropped: whoever has too many of them is cut off', () => {
  const { answer, event, flusher, sink, told, outbox } = dropping(DROP_LIMITS)
  answer(100)
  flusher.flush()
  answer(100)
  flusher.flush()
  assert.equal(sink.cutOffs, 0)
  answer(1)
  flusher.flush()
  assert.equal(sink.cutOffs, 1)
  assert.deepEqual(told.missed, [])
  assert.equal(outbox.queuedBytes, 201)
  event(1)
  outbox.reader = null
  flusher.flush()
  assert.equal(outbox.queuedBytes, 201, 'what nobody can be told of is dropped all the same')

  const other = dropping(DROP_LIMITS)
  other.outbox.reader = null
  other.answer(100)
  other.flusher.flush()
  other.answer(100)
  other.event(1)
  other.flusher.flush()
  assert.equal(other.outbox.queuedBytes, 200)
  assert.equal(other.sink.cutOffs, 0, 'at the limit nobody is cut off')
})

test('a queue is slow above the soft limit and fine at it, whichever way it comes there', () => {
  const at = (bytes: number) => ownSlice(Buffer.alloc(bytes))
  const { outbox, flusher, sink } = outboxOf({ softLimitBytes: 100, hardLimitBytes: 400 })
  assert.ok(!outbox.slow)
  sink.full = true
  outbox.push(at(100))
  flusher.flush()
  assert.ok(!outbox.slow)
  outbox.push(at(1))
  flusher.flush()
  assert.ok(outbox.slow)
  assert.equal(outbox.slowReader?.sinceMs, 0)
  assert.ok(sink.pauses.has(PAUSE.answers))
  outbox.push(at(99))
  sink.take()
  assert.equal(outbox.queuedBytes, 100)
  assert.ok(!outbox.slow)
  assert.equal(outbox.slowReader, null)

  for (const [bytes, isSlow] of [
    [100, false],
    [101, true],
  ] as const) {
    const other = outboxOf({ softLimitBytes: 100, hardLimitBytes: 400 })
    other.outbox.passedInPart(at(bytes), 0)
    assert.equal(other.sink.writes, 0, 'the sink has it already')
    assert.equal(other.outbox.queuedBytes, bytes)
    assert.equal(other.outbox.slow, isSlow)
  }
})

test('M6 only a reader who may not miss anything is slow to its rooms', () => {
  for (const [policy, isTold] of [
    ['cut', true],
    ['drop-oldest', false],
  ] as const) {
    const { outbox, sink, flusher, push } = outboxOf({ softLimitBytes: 10, hardLimitBytes: 400 }, policy)
    let changes = 0
    outbox.reader = {
      missed: () => assert.fail('nothing was dropped'),
      caughtUp() {},
      slownessChanged: () => void changes++,
    }
    sink.full = true
    push('x'.repeat(11))
    flusher.flush()
    assert.ok(outbox.slow)
    assert.equal(outbox.slowness > 0, isTold)
    assert.equal(changes > 0, isTold)
  }
})

test('a reader that is slow is written to in pieces of 64 KiB, so that progress shows', () => {
  const { outbox, sink, flusher } = outboxOf({ softLimitBytes: 1000, hardLimitBytes: 10_000_000 })
  sink.full = true
  outbox.push(ownSlice(Buffer.alloc(1)))
  flusher.flush()
  for (let count = 0; count < 8; count++) outbox.push(ownSlice(Buffer.alloc(16 * 1024)))
  flusher.flush()
  assert.equal(sink.writes, 1)
  sink.full = false
  sink.take()
  assert.equal(sink.writes, 3)
  assert.equal(sink.lastPieces.length, 4)
})

test('reading is taken up again once for each time that it was held', () => {
  const { outbox, sink, flusher, push } = outboxOf({ softLimitBytes: 10, hardLimitBytes: 400 })
  let resumed = 0
  sink.resume = () => void resumed++
  push('few')
  flusher.flush()
  assert.equal(resumed, 0)
  outbox.answer(ownSlice(Buffer.alloc(11)))
  flusher.flush()
  assert.equal(resumed, 1)
  push('few')
  flusher.flush()
  assert.equal(resumed, 1)
})

test('whoever has just come has no name', () => {
  const { outbox, world } = outboxOf()
  assert.equal(new Outbox(new FakeSink(), world.outboxes, 'cut').named, false)
  assert.equal(outbox.named, true)
})

test('only the one lane that it is in writes past it, and only while it has nothing to send; its place hears of each change', () => {
  const { outbox, sink, flusher, push } = outboxOf()
  const place = () => ({ reviews: 0, review: () => {} })
  const [one, other] = [place(), place()]
  for (const each of [one, other]) each.review = () => void each.reviews++
  outbox.only = one
  assert.equal(one.reviews, 1)
  assert.ok(outbox.mayBePassed(one))
  assert.ok(!outbox.mayBePassed(other))
  outbox.only = other
  assert.deepEqual([one.reviews, other.reviews], [2, 1])
  assert.ok(outbox.mayBePassed(other))
  push('a')
  assert.ok(!outbox.mayBePassed(other), 'something is queued')
  sink.full = true
  flusher.flush()
  assert.ok(!outbox.mayBePassed(other), 'something is outstanding')
  sink.full = false
  const before = other.reviews
  sink.take()
  assert.ok(other.reviews > before)
  assert.ok(outbox.mayBePassed(other))
  outbox.close()
  assert.ok(!outbox.mayBePassed(other), 'it is closed')
})

test('a long queue keeps its order while it is added to and taken from', () => {
  const queue = new SliceQueue()
  const of = (number: number) => ownSlice(Buffer.from(`${number}`))
  let [pushed, shifted] = [0, 0]
  for (let round = 0; round < 40; round++) {
    for (let count = 0; count < 40; count++) queue.push(of(pushed++))
    for (let count = 0; count < 38; count++) assert.equal(`${queue.shift().bytes}`, `${shifted++}`)
    assert.equal(queue.length, pushed - shifted)
  }
  assert.deepEqual(
    queue.toArray().map(({ bytes }) => Number(bytes)),
    Array.from({ length: pushed - shifted }, (_, index) => shifted + index),
  )
})
