/** The three decoders of streams, each against a plain reading of all that came: frames, lines, JSON objects. */

import assert from 'node:assert/strict'
import { FrameDecoder } from '../../../src/relay/frame/decoder.js'
import { type BrokenStream, JsonObjectDecoder } from '../../../src/relay/streams/json-objects.js'
import { LineDecoder } from '../../../src/relay/streams/lines.js'
import { frame, header } from '../../fixtures/framed-bytes.js'
import { Random } from '../../fixtures/random.js'
import { CUTTINGS, type Cutting, piecesOf } from '../engine/pieces.js'
import { seedOf, type Target } from '../engine/target.js'

type Decode = (chunk: Uint8Array, start: number, end: number) => number
const LIMITS = [0, 5, 1021, 65_535] as const
const MAX_DEPTH = 4
const LF = 0x0a
const CR = 0x0d
const words = (...texts: string[]) => texts.map((text) => Buffer.from(text))

export const frames: Target = {
  name: 'frames',
  ways: CUTTINGS.length * LIMITS.length,
  seeds: [
    Buffer.concat([frame(0, 'Bob'), frame(2, ''), frame(3, 'x'.repeat(300))]),
    header(2, 65_535),
    Buffer.of(0),
    Buffer.alloc(0),
  ],
  words: [frame(1), frame(2, 'x'), header(0, 1022), header(9, 65_535), header(0, 6)],
  covers: ['/dist/relay/frame/decoder'],
  usualRuns: 400,
  start: () => ({
    run(input, way) {
      const most = LIMITS[Math.floor(way / CUTTINGS.length)] as number
      const got: string[] = []
      let isOver = false
      const mayStop = stopping(input)
      const decoder = new FrameDecoder(
        {
          frame(command, bytes, start, end) {
            got.push(`${command} ${hex(bytes, start, end)}`)
            return !mayStop()
          },
          oversize(command, bytes) {
            assert.ok(!isOver && bytes > most)
            isOver = true
            got.push(`too long ${command} ${bytes}`)
          },
        },
        most,
      )
      feed(
        input,
        way,
        (chunk, start, end) => decoder.decode(chunk, start, end),
        () => isOver,
        () => decoder.heldBytes,
      )
      const expected: string[] = []
      let at = 0
      while (input.length - at >= 3) {
        const [command, length] = [input[at] as number, input.readUInt16BE(at + 1)]
        if (length > most) {
          expected.push(`too long ${command} ${length}`)
          break
        }
        if (at + 3 + length > input.length) break
        expected.push(`${command} ${hex(input, at + 3, at + 3 + length)}`)
        at += 3 + length
      }
      assert.deepEqual(got, expected)
      if (!isOver) assert.equal(decoder.partialFrame !== 0, at < input.length)
      return [
        `${Math.min(got.length, 4)} frames`,
        isOver ? 'too long' : decoder.partialFrame === 0 ? 'whole' : 'partial',
      ]
    },
    stop() {},
  }),
}

export const lines: Target = {
  name: 'lines',
  ways: CUTTINGS.length * LIMITS.length,
  seeds: [...words('a\nb\r\n\n\r\r\n', 'no end', '\n'), Buffer.alloc(1030, 'x')],
  words: words('\n', '\r\n', '\r', 'xxxxx', 'xxxxxx'),
  covers: ['/dist/relay/streams/lines', '/dist/relay/streams/held-bytes'],
  usualRuns: 400,
  start: () => ({
    run(input, way) {
      const most = LIMITS[Math.floor(way / CUTTINGS.length)] as number
      const got: string[] = []
      let isOver = false
      const mayStop = stopping(input)
      const decoder = new LineDecoder(
        {
          line(bytes, start, end) {
            got.push(hex(bytes, start, end))
            return !mayStop()
          },
          tooLong() {
            assert.ok(!isOver)
            isOver = true
          },
        },
        most,
      )
      feed(
        input,
        way,
        (chunk, start, end) => decoder.decode(chunk, start, end),
        () => isOver,
        () => decoder.heldBytes,
      )
      const expected: string[] = []
      let mustEnd = false
      let at = 0
      for (;;) {
        const end = input.indexOf(LF, at)
        const line = input.subarray(at, end < 0 ? input.length : end)
        const isCr = end >= 0 && line.at(-1) === CR
        const length = isCr ? line.length - 1 : line.length
        // The last may still be the CR of its end.
        mustEnd = length > most + (end < 0 ? 1 : 0)
        if (mustEnd || end < 0) break
        expected.push(hex(line, 0, length))
        at = end + 1
      }
      assert.deepEqual(got, expected)
      assert.equal(isOver, mustEnd)
      return [
        `${Math.min(got.length, 4)} lines`,
        isOver ? 'too long' : decoder.partialFrame === 0 ? 'whole' : 'partial',
      ]
    },
    stop() {},
  }),
}

export const jsonObjects: Target = {
  name: 'json-objects',
  ways: CUTTINGS.length * LIMITS.length,
  seeds: words(
    '{}',
    ' {"a":"}"}\n{"b":"\\"{"}',
    '{"a":[{"b":{}}]}',
    '{"a":[[[[1]]]]}',
    '[]',
    '{"a":"\\\\"}{',
    `{"a":"${'x'.repeat(1100)}"}`,
  ),
  words: words('{', '}', '[', ']', '"', '\\', '{}', '{"a":"', '"}', ' ', '\n'),
  covers: ['/dist/relay/streams/json-objects', '/dist/relay/streams/held-bytes'],
  usualRuns: 400,
  start: () => ({
    run(input, way) {
      const most = LIMITS[Math.floor(way / CUTTINGS.length)] as number
      const read = (cutting: number) => {
        const got: string[] = []
        let why: BrokenStream | null = null
        const mayStop = stopping(input)
        const decoder = new JsonObjectDecoder(
          {
            object(bytes, start, end) {
              assert.ok(end - start <= most, 'an object that is too long')
              got.push(hex(bytes, start, end))
              return !mayStop()
            },
            broken(reason) {
              assert.equal(why, null)
              why = reason
            },
          },
          { maxBytes: most, maxDepth: MAX_DEPTH },
        )
        feed(
          input,
          cutting,
          (chunk, start, end) => decoder.decode(chunk, start, end),
          () => why !== null,
          () => decoder.heldBytes,
        )
        return { got, why: why as BrokenStream | null, isPartial: why === null && decoder.partialFrame !== 0 }
      }
      const cut = read(way)
      const whole = read(0)
      assert.deepEqual(cut.got, whole.got)
      // What is both too long and too deep is one or the other first.
      assert.equal(cut.why === null, whole.why === null)
      assertInOrder(input, cut.got)
      return [`${Math.min(cut.got.length, 4)} objects`, cut.why ?? (cut.isPartial ? 'partial' : 'whole')]
    },
    stop() {},
  }),
}

/** They are what was sent, one behind the other, and nothing but white space is between. Which bracket ends one is the parser's to judge. */
function assertInOrder(input: Buffer, objects: readonly string[]): void {
  const sent = input.toString('hex')
  let at = 0
  for (const one of objects) {
    while (/^(20|0a|0d|09)/.test(sent.slice(at, at + 2))) at += 2
    assert.ok(sent.startsWith(one, at) && /^7b.*[57]d$/.test(one))
    at += one.length
  }
}

/** Feeds chunks in memory that is overwritten behind each, and again from where the decoder has stopped. */
function feed(
  input: Buffer,
  way: number,
  decode: Decode,
  isOver: () => boolean,
  heldBytes: () => number,
): void {
  const pieces = piecesOf(input, CUTTINGS[way % CUTTINGS.length] as Cutting)
  for (const piece of pieces) {
    const chunk = Buffer.alloc(piece.length + 4, 0x7b)
    piece.copy(chunk, 2)
    for (let at = 2; at < chunk.length - 2 && !isOver(); ) {
      const next = decode(chunk, at, chunk.length - 2)
      assert.ok(next >= at && next <= chunk.length - 2, `it went from ${at} to ${next}`)
      at = next
    }
    chunk.fill(0xee)
    assert.ok(heldBytes() <= 2 * input.length + 4096, `${heldBytes()} bytes are held`)
  }
}

/** Whether to stop after this one: for each input at other ones. */
function stopping(input: Buffer): () => boolean {
  const random = new Random(seedOf(input))
  const often = random.between(1, 5)
  return () => random.below(often) === 1
}

function hex(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('hex')
}
