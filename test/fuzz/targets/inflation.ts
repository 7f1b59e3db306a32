/** Packages that were compressed one by one, against zlib itself: each stream that is whole, and nothing that was never sent. */

import assert from 'node:assert/strict'
import { deflateSync, inflateSync } from 'node:zlib'
import { Inflations } from '../../../src/relay/dialects/chatmaster/inflations.js'
import {
  type BrokenPackages,
  ZlibPackageDecoder,
} from '../../../src/relay/dialects/chatmaster/zlib-decoder.js'
import { CUTTINGS, type Cutting, piecesOf } from '../engine/pieces.js'
import type { Target } from '../engine/target.js'

const MAX_PACKAGE_BYTES = 64 * 1024
/** Of what is being inflated there is one copy, and one of what was held. */
const MOST_HELD_BYTES = 4 * MAX_PACKAGE_BYTES
const MOST_WAIT_MS = 10_000

const bomb = deflateSync(Buffer.alloc(4 * 1024 * 1024))

export const inflation: Target = {
  name: 'inflation',
  ways: CUTTINGS.length,
  seeds: [
    Buffer.concat(['{"a":1}', ' {"b":"é"}\n', '{}'].map((text) => deflateSync(text))),
    deflateSync('{"a":1}', { level: 0 }),
    Buffer.concat([deflateSync('{}'), Buffer.from('x')]),
    deflateSync('{}{}'),
    deflateSync(''),
    deflateSync(`{"a":"${'x'.repeat(70_000)}"}`),
    bomb,
    Buffer.concat([
      deflateSync('{}'),
      deflateSync(Buffer.from(`{"a":"${'é'.repeat(500)}"}`)).subarray(0, 30),
    ]),
  ],
  words: [
    deflateSync('{}'),
    deflateSync('{'),
    deflateSync('{}', { level: 0 }),
    Buffer.of(0x78, 0x9c),
    Buffer.of(0, 0, 0xff, 0xff),
    Buffer.of(3, 0),
  ],
  covers: ['/dist/relay/dialects/chatmaster/zlib-decoder', '/dist/relay/dialects/chatmaster/inflations'],
  usualRuns: 80,
  start: () => ({
    async run(input, way) {
      const { texts, broken, isPartial } = await read(piecesOf(input, CUTTINGS[way] as Cutting))
      const expected = inflated(input)
      assert.deepEqual(texts.slice(0, expected.length), expected.slice(0, texts.length))
      assert.ok(texts.length <= expected.length, 'packages that were never sent')
      if (broken === null && !isPartial) assert.equal(texts.length, expected.length)
      return [`${Math.min(texts.length, 3)} packages, ${broken ?? (isPartial ? 'partial' : 'whole')}`]
    },
    stop() {},
  }),
}

async function read(pieces: readonly Buffer[]) {
  const texts: string[] = []
  let broken: BrokenPackages | null = null
  let isPaused = false
  const sink = {
    object(bytes: Uint8Array, start: number, end: number) {
      assert.ok(end - start <= MAX_PACKAGE_BYTES)
      texts.push(Buffer.from(bytes.subarray(start, end)).toString())
      return texts.length % 3 !== 0
    },
    broken(why: BrokenPackages) {
      assert.equal(broken, null)
      broken = why
    },
  }
  const client = {
    pauseInput() {
      assert.ok(!isPaused)
      isPaused = true
    },
    resumeInput() {
      assert.ok(isPaused)
      isPaused = false
    },
  }
  const decoder = new ZlibPackageDecoder(sink, client, new Inflations())
  const begun = performance.now()
  for (const piece of pieces) {
    for (let rest = piece; rest.length > 0 && broken === null; ) {
      const borrowed = Buffer.from(rest)
      rest = rest.subarray(decoder.decode(borrowed, 0, borrowed.length))
      borrowed.fill(0xee)
      assert.ok(decoder.heldBytes <= MOST_HELD_BYTES, `${decoder.heldBytes} bytes are held`)
      while (isPaused) {
        assert.ok(performance.now() - begun < MOST_WAIT_MS, 'it never resumes')
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  }
  const isPartial = decoder.partialFrame !== 0
  decoder.close()
  return { texts, broken: broken as BrokenPackages | null, isPartial }
}

/** The one object in each stream, up to where they cannot be followed any more. */
function inflated(input: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0; at < input.length; ) {
    try {
      const options = { info: true, maxOutputLength: MAX_PACKAGE_BYTES }
      const { buffer, engine } = inflateSync(input.subarray(at), options) as unknown as {
        buffer: Buffer
        engine: { bytesWritten: number }
      }
      const text = buffer.toString().replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')
      if (!text.startsWith('{')) return texts
      texts.push(text)
      at += engine.bytesWritten
    } catch {
      return texts
    }
  }
  return texts
}
