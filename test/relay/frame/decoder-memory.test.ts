/** That the decoder never writes into bytes that it handed out, and holds no more memory than has arrived. */

import assert from 'node:assert/strict'
import { PerformanceObserver } from 'node:perf_hooks'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { FrameDecoder, type FrameSink } from '../../../src/relay/frame/decoder.js'
import { seeded } from '../../fixtures/random.js'
import { bytesOf, Collector, cut, frame } from './streams.js'

test('bytes that were handed out are never written into, whatever comes later', () => {
  const payloads = fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 10 })
  fc.assert(
    fc.property(payloads, fc.array(fc.nat(1 << 30), { maxLength: 30 }), (lengths, numbers) => {
      const bytes = bytesOf(lengths.map((length, index) => frame(index, Buffer.alloc(length, index + 1))))
      // Views and not copies: exactly what a careless sink would have kept.
      const kept: { view: Uint8Array; copy: Buffer }[] = []
      const sink: FrameSink = {
        frame(_command, body, start, end) {
          const view = body.subarray(start, end)
          kept.push({ view, copy: Buffer.from(view) })
          return true
        },
        oversize: () => assert.fail('nothing is oversize'),
      }
      const chunks = cut(
        bytes,
        numbers.map((number) => number % bytes.length),
      )
      const before = chunks.map((chunk) => Buffer.from(chunk))
      const decoder = new FrameDecoder(sink)
      for (const chunk of chunks) decoder.decode(chunk)
      assert.deepEqual(chunks, before, 'chunks are read, not written')
      assert.equal(kept.length, lengths.length)
      for (const [index, { view, copy }] of kept.entries()) {
        assert.ok(copy.equals(view), `frame ${index} changed after it was handed out`)
        assert.ok(copy.equals(Buffer.alloc(lengths[index] as number, index + 1)))
      }
    }),
    { numRuns: 200 },
  )
})

test('a chunk may be overwritten once decode has returned, also under a frame that is not complete', () => {
  const frames = [frame(2, 'a'.repeat(5000)), frame(2, 'b'.repeat(70)), frame(2, 'c'.repeat(9000))]
  const bytes = bytesOf(frames)
  for (const size of [1, 2, 3, 7, 64, 1000, 4096]) {
    const collector = new Collector()
    const decoder = new FrameDecoder(collector)
    const readBuffer = Buffer.alloc(size)
    for (let at = 0; at < bytes.length; at += size) {
      const read = bytes.copy(readBuffer, 0, at, at + size)
      decoder.decode(readBuffer, 0, read)
      readBuffer.fill(0xee)
    }
    assert.deepEqual(collector.frames, frames, `chunks of ${size}`)
  }
})

test('a whole frame in one chunk, and a whole payload behind a straddling header, are views and not copies', () => {
  const bytes = bytesOf([frame(2, 'payload')])
  const seen: Uint8Array[] = []
  const sink: FrameSink = {
    frame: (_command, body) => seen.push(body) > 0,
    oversize: () => {},
  }
  const decoder = new FrameDecoder(sink)
  decoder.decode(bytes)
  const rest = bytes.subarray(3)
  decoder.decode(bytes.subarray(0, 3))
  decoder.decode(rest)
  assert.equal(seen[0], bytes)
  assert.equal(seen[1], rest)
})

test('a header that lies about 65,535 bytes costs memory only as they arrive', () => {
  const connections = 2000
  const sink = new Collector()
  const before = process.memoryUsage().arrayBuffers
  const decoders: FrameDecoder[] = []
  for (let count = 0; count < connections; count++) {
    const decoder = new FrameDecoder(sink)
    decoder.decode(Buffer.of(2, 0xff, 0xff, 0x41))
    decoders.push(decoder)
  }
  const each = (process.memoryUsage().arrayBuffers - before) / connections
  assert.ok(each < 8 * 1024, `${Math.round(each)} bytes for each of ${connections} liars`)
  assert.equal(decoders.length, connections)
  assert.equal(sink.frames.length, 0)
})

test('a million random frames through random cuts come out as they went in', (t) => {
  const random = seeded(t)
  const total = 1_000_000
  const cycle = Buffer.alloc(1 << 16)
  random.fill(cycle)
  // What the next frame must be is worked out again from a second generator, so nothing is kept.
  const lengths = Uint16Array.from({ length: total }, () =>
    random.below(1000) === 0 ? random.below(65_536) : random.below(24),
  )
  let seen = 0
  const sink: FrameSink = {
    frame(command, bytes, start, end) {
      const length = lengths[seen] as number
      const from = seen % (cycle.length - length + 1)
      const same =
        command === (seen & 0xff) &&
        end - start === length &&
        cycle.compare(bytes, start, end, from, from + length) === 0
      if (!same) assert.fail(`frame ${seen} is wrong, seed ${random.seed}`)
      seen++
      return true
    },
    oversize: () => assert.fail(`oversize at frame ${seen}, seed ${random.seed}`),
  }
  const decoder = new FrameDecoder(sink)
  const stream = Buffer.alloc(1 << 20)
  let filled = 0
  const drain = () => {
    let at = 0
    while (at < filled) {
      const next = Math.min(filled, at + 1 + random.below(random.below(50) === 0 ? 100_000 : 4096))
      assert.equal(decoder.decode(stream, at, next), next)
      at = next
    }
    filled = 0
  }
  for (let index = 0; index < total; index++) {
    const length = lengths[index] as number
    if (filled + 3 + length > stream.length) drain()
    stream[filled] = index & 0xff
    stream.writeUInt16BE(length, filled + 1)
    const from = index % (cycle.length - length + 1)
    cycle.copy(stream, filled + 3, from, from + length)
    filled += 3 + length
  }
  drain()
  assert.equal(seen, total)
  assert.equal(decoder.partialFrame, 0)
})

test('a million glued frames make no garbage', async () => {
  const glued = bytesOf(Array.from({ length: 1000 }, () => frame(2, 'x'.repeat(64))))
  let payloadBytes = 0
  const sink: FrameSink = {
    frame(_command, _bytes, start, end) {
      payloadBytes += end - start
      return true
    },
    oversize: () => {},
  }
  const decoder = new FrameDecoder(sink)
  const decodeMillion = () => {
    for (let round = 0; round < 1000; round++) decoder.decode(glued)
  }
  decodeMillion()
  let collections = 0
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length
  })
  observer.observe({ entryTypes: ['gc'] })
  await turn()
  collections = 0
  const before = process.memoryUsage().heapUsed
  decodeMillion()
  const grown = process.memoryUsage().heapUsed - before
  await turn()
  observer.disconnect()
  assert.equal(payloadBytes, 2 * 64e6)
  // One object a frame would be 16 MB at the least, and several collections.
  assert.ok(collections <= 1, `${collections} collections`)
  assert.ok(grown < 4e6, `${grown} bytes`)
})
