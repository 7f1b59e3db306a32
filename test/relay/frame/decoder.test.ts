/** That the decoder gives the same frames however a stream is cut (F14), stops where it is told, and refuses at any split. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameDecoder } from '../../../src/relay/frame/decoder.js'
import { bytesOf, Collector, cut, decodeAll, type Frame, frame } from './streams.js'

const anyPayload = fc
  .oneof(
    { weight: 8, arbitrary: fc.uint8Array({ maxLength: 20 }) },
    { weight: 2, arbitrary: fc.uint8Array({ minLength: 250, maxLength: 270 }) },
    { weight: 1, arbitrary: fc.integer({ min: 4000, max: 65_535 }).map((n) => new Uint8Array(n).fill(n)) },
  )
  .map((bytes) => Buffer.from(bytes))
const anyFrames = fc.array(
  fc.tuple(fc.nat(255), anyPayload).map(([command, payload]) => ({ command, payload })),
  { maxLength: 12 },
)
const anyCuts = fc.array(fc.nat(1 << 30), { maxLength: 40 })

test('F14 any stream of frames cut anywhere gives the same frames', () => {
  fc.assert(
    fc.property(anyFrames, anyCuts, (frames, numbers) => {
      const bytes = bytesOf(frames)
      const cuts = numbers.map((number) => number % (bytes.length + 1))
      assert.deepEqual(decodeAll(cut(bytes, cuts)).frames, frames)
    }),
    { numRuns: 300 },
  )
})

test('F14 all cuts of a short stream give the same frames', () => {
  const frames = [frame(0, 'Bob'), frame(3), frame(2, 'Hi'), frame(255, '\0')]
  const bytes = bytesOf(frames)
  const places = bytes.length - 1
  for (let mask = 0; mask < 1 << places; mask++) {
    const offsets: number[] = []
    for (let place = 0; place < places; place++) if (mask & (1 << place)) offsets.push(place + 1)
    const decoder = decodeAll(cut(bytes, offsets))
    // Compared by hand first: `deepEqual` for each of the 131,072 would take a minute.
    if (!sameFrames(decoder.frames, frames)) assert.deepEqual(decoder.frames, frames, `cut at ${offsets}`)
  }
})

function sameFrames(got: readonly Frame[], wanted: readonly Frame[]): boolean {
  return (
    got.length === wanted.length &&
    got.every(
      ({ command, payload }, i) => command === wanted[i]?.command && payload.equals(wanted[i].payload),
    )
  )
}

test('F14 a frame of every length around the sizes that matter survives every single cut', () => {
  for (const length of [0, 1, 2, 3, 127, 128, 255, 256, 257]) {
    const frames = [frame(2, 'x'.repeat(length)), frame(4, 'after')]
    const bytes = bytesOf(frames)
    for (let at = 0; at <= bytes.length; at++) {
      assert.deepEqual(decodeAll(cut(bytes, [at])).frames, frames, `length ${length} cut at ${at}`)
    }
  }
})

test('only the given part of a chunk is looked at', () => {
  const frames = [frame(2, 'inside'), frame(1)]
  const inside = bytesOf(frames)
  const around = Buffer.concat([Buffer.of(9, 9, 9, 9), inside, Buffer.of(8, 0, 0, 8)])
  for (let at = 0; at <= inside.length; at++) {
    const collector = new Collector()
    const decoder = new FrameDecoder(collector)
    assert.equal(decoder.decode(around, 4, 4 + at), 4 + at)
    assert.equal(decoder.decode(around, 4 + at, 4 + inside.length), 4 + inside.length)
    assert.deepEqual(collector.frames, frames)
  }
})

test('a sink that stops anywhere gets the rest from the returned offset, whole and once', () => {
  fc.assert(
    fc.property(anyFrames, anyCuts, fc.array(fc.integer({ min: 1, max: 4 })), (frames, numbers, stops) => {
      const bytes = bytesOf(frames)
      const collector = new Collector()
      const decoder = new FrameDecoder(collector)
      const remaining = [...stops]
      for (const chunk of cut(
        bytes,
        numbers.map((number) => number % (bytes.length + 1)),
      )) {
        let at = 0
        while (at < chunk.length) {
          const before = collector.frames.length
          collector.stopAfter = remaining.shift() ?? Number.POSITIVE_INFINITY
          const wanted = collector.stopAfter
          const next = decoder.decode(chunk, at)
          const came = collector.frames.length - before
          assert.ok(came <= wanted, 'no frame comes after the one at which the sink stopped')
          if (came < wanted) assert.equal(next, chunk.length)
          at = next
        }
      }
      assert.deepEqual(collector.frames, frames)
      assert.equal(decoder.partialFrame, 0)
    }),
    { numRuns: 300 },
  )
})

test('the returned offset is the one behind the frame at which the sink stopped', () => {
  const bytes = bytesOf([frame(2, 'one'), frame(2, 'two'), frame(2, 'three')])
  const collector = new Collector()
  const decoder = new FrameDecoder(collector)
  collector.stopAfter = 1
  assert.equal(decoder.decode(bytes), 6)
  collector.stopAfter = 1
  assert.equal(decoder.decode(bytes, 6), 12)
  assert.equal(collector.frames[1]?.payload.toString(), 'two')
  assert.equal(decoder.decode(bytes, 12), bytes.length)
})

test('F15 a frame longer than allowed is told from its header, at every split, and no payload of it is kept', () => {
  const good = bytesOf([frame(2, 'fits')])
  const bytes = Buffer.concat([good, Buffer.of(7, 0x04, 0x01), Buffer.alloc(20)])
  for (let at = 0; at <= good.length + 3; at++) {
    const collector = new Collector()
    const decoder = new FrameDecoder(collector, 0x0400)
    assert.equal(decoder.decode(bytes, 0, at), at)
    // What one chunk has before it is refused in the next may still be there.
    if (at < good.length + 3) assert.equal(decoder.decode(bytes, at), good.length + 3, `split at ${at}`)
    assert.deepEqual(collector.oversizes, [{ command: 7, payloadBytes: 0x0401 }], `split at ${at}`)
    assert.deepEqual(collector.frames, [frame(2, 'fits')])
    assert.equal(decoder.partialFrame, 0)
  }
})

test('F15 a frame of exactly the allowed length passes, and the limit may be changed by the sink', () => {
  const limit = 10
  const frames = [frame(0, 'x'.repeat(limit)), frame(2, 'y'.repeat(limit + 1))]
  const bytes = bytesOf(frames)
  for (let at = 0; at <= bytes.length; at++) {
    const collector = new Collector()
    const take = collector.frame.bind(collector)
    const decoder = new FrameDecoder(collector, limit)
    collector.frame = (...args) => {
      decoder.maxPayloadBytes = 0xffff
      return take(...args)
    }
    for (const chunk of cut(bytes, [at])) decoder.decode(chunk)
    assert.deepEqual(collector.frames, frames, `split at ${at}`)
    assert.deepEqual(collector.oversizes, [])
  }
})

test('F15 each unfinished frame has a serial number of its own, and none is 0', () => {
  const decoder = new FrameDecoder(new Collector())
  const serials = new Set<number>()
  assert.equal(decoder.partialFrame, 0)
  for (let round = 0; round < 5; round++) {
    const bytes = bytesOf([frame(2, 'trickle')])
    let serial = 0
    for (let at = 0; at < bytes.length - 1; at++) {
      decoder.decode(bytes, at, at + 1)
      if (at === 0) serial = decoder.partialFrame
      assert.notEqual(serial, 0)
      assert.equal(decoder.partialFrame, serial, 'more bytes of the same frame do not renew it')
    }
    serials.add(serial)
    // The end of this frame and the beginning of the next in one chunk: never seen as complete between them.
    decoder.decode(Buffer.concat([bytes.subarray(-1), bytes.subarray(0, 2)]))
    serials.add(decoder.partialFrame)
    decoder.decode(bytes, 2)
    assert.equal(decoder.partialFrame, 0)
  }
  assert.equal(serials.size, 10)
})

test('a sink that throws does not leave a frame half taken', () => {
  const bytes = bytesOf([frame(2, 'bad'), frame(2, 'good')])
  for (let at = 0; at < 6; at++) {
    const collector = new Collector()
    const take = collector.frame.bind(collector)
    collector.frame = () => {
      throw new Error('refused')
    }
    const decoder = new FrameDecoder(collector)
    decoder.decode(bytes, 0, at)
    assert.throws(() => decoder.decode(bytes, at, 6), /refused/)
    collector.frame = take
    decoder.decode(bytes, 6)
    assert.deepEqual(collector.frames, [frame(2, 'good')], `split at ${at}`)
  }
})

test('F15 memory is held for what has come of an unfinished payload, at most twice of it, and for nothing else', () => {
  const decoder = new FrameDecoder(new Collector())
  const bytes = bytesOf([frame(2, 'x'.repeat(60_000))])
  assert.equal(decoder.heldBytes, 0)
  decoder.decode(bytes, 0, 3)
  assert.equal(decoder.heldBytes, 0, 'a header alone is no memory')
  for (let at = 3; at < bytes.length - 7_000; at += 7_000) {
    decoder.decode(bytes, at, at + 7_000)
    const arrived = at - 3 + 7_000
    assert.ok(
      decoder.heldBytes >= arrived && decoder.heldBytes <= 2 * arrived,
      `${decoder.heldBytes} of ${arrived}`,
    )
  }
  decoder.decode(bytes, 3 + 8 * 7_000)
  assert.equal(decoder.heldBytes, 0)
})
