/** The decoder of compressed packages without a network: every split, stops, waits and ends. Rule X12. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import { Inflations } from '../../../../src/relay/dialects/chatmaster/inflations.js'
import {
  type BrokenPackages,
  ZlibPackageDecoder,
} from '../../../../src/relay/dialects/chatmaster/zlib-decoder.js'

/** Feeds a decoder as a connection does: what it does not take is fed again once it has resumed. */
class Feeder {
  readonly decoder: ZlibPackageDecoder
  readonly texts: string[] = []
  broken: BrokenPackages | null = null
  pauses = 0
  #rest = Buffer.alloc(0)
  #paused = false
  #resumed: () => void = () => {}
  /** After how many objects the sink says to stop, again and again. */
  readonly #stopEvery: number

  constructor(stopEvery = Number.POSITIVE_INFINITY) {
    this.#stopEvery = stopEvery
    const sink = {
      object: (bytes: Uint8Array, start: number, end: number) => {
        this.texts.push(Buffer.from(bytes.subarray(start, end)).toString())
        return this.texts.length % this.#stopEvery !== 0
      },
      broken: (why: BrokenPackages) => {
        assert.equal(this.broken, null)
        this.broken = why
      },
    }
    const client = {
      pauseInput: () => {
        assert.ok(!this.#paused)
        this.#paused = true
        this.pauses++
      },
      resumeInput: () => {
        assert.ok(this.#paused)
        this.#paused = false
        setImmediate(() => this.#resumed())
      },
    }
    this.decoder = new ZlibPackageDecoder(sink, client, new Inflations())
  }

  /** Feeds a chunk and waits until all of it is taken. The chunk's memory is used for something else at once. */
  async feed(chunk: Buffer): Promise<void> {
    const borrowed = Buffer.from(chunk)
    let taken = this.decoder.decode(borrowed, 0, borrowed.length)
    this.#rest = Buffer.from(chunk.subarray(taken))
    borrowed.fill(0xff)
    while (this.#rest.length > 0) {
      if (this.#paused) {
        await new Promise<void>((resolve) => {
          this.#resumed = resolve
        })
      }
      taken = this.decoder.decode(this.#rest, 0, this.#rest.length)
      this.#rest = this.#rest.subarray(taken)
    }
  }
}

const texts = ['{"a":1}', '{"b":"é"}', '{}']
const streams = texts.map((text) => deflateSync(text))
const glued = Buffer.concat(streams)

test('X12 packages come whole and in order at every split into three', async () => {
  for (let first = 0; first <= glued.length; first++) {
    for (let second = first; second <= glued.length; second += 3) {
      const feeder = new Feeder()
      for (const piece of [glued.subarray(0, first), glued.subarray(first, second), glued.subarray(second)])
        if (piece.length > 0) await feeder.feed(piece)
      assert.deepEqual(feeder.texts, texts)
      assert.equal(feeder.decoder.partialFrame, 0)
    }
  }
})

test('X12 a sink that says to stop is asked again for what is left', async () => {
  const feeder = new Feeder(1)
  await feeder.feed(Buffer.concat([glued, glued]))
  assert.deepEqual(feeder.texts, [...texts, ...texts])
})

test('X12 F15 a package that is not all there has one serial number until it is', async () => {
  const feeder = new Feeder()
  const [one] = streams as [Buffer]
  assert.equal(feeder.decoder.partialFrame, 0)
  await feeder.feed(one.subarray(0, 1))
  const serial = feeder.decoder.partialFrame
  assert.ok(serial > 0)
  for (let at = 1; at < one.length - 1; at++) {
    await feeder.feed(one.subarray(at, at + 1))
    assert.equal(feeder.decoder.partialFrame, serial)
  }
  await feeder.feed(one.subarray(-1))
  assert.equal(feeder.decoder.partialFrame, 0)
  await feeder.feed(one.subarray(0, 5))
  assert.notEqual(feeder.decoder.partialFrame, serial)
})

test('X12 a large package that trickles in is not inflated for each of its bytes', async () => {
  const noise = Array.from({ length: 60_000 }, (_, i) => ((i * i * 7919 + i * 104_729) % 10).toString()).join(
    '',
  )
  const stream = deflateSync(`{"a":"${noise}"}`, { level: 0 })
  const feeder = new Feeder()
  const begun = performance.now()
  await feeder.feed(stream.subarray(0, 40_000))
  const pauses = feeder.pauses
  // From here on each try is followed by ten milliseconds in which more could come.
  for (let at = 40_000; at < 40_010; at++) await feeder.feed(stream.subarray(at, at + 1))
  assert.ok(feeder.pauses - pauses <= 10)
  assert.ok(performance.now() - begun > 60)
  await feeder.feed(stream.subarray(40_010))
  assert.equal(feeder.texts.length, 1)
})

test('X12 closing while something is inflated or waited for ends all of it', async () => {
  const feeder = new Feeder()
  feeder.decoder.decode(glued, 0, glued.length)
  feeder.decoder.close()
  await delay(30)
  assert.deepEqual(feeder.texts, [])
  const waiting = new Feeder()
  const stream = deflateSync(Buffer.alloc(60_000, 'x'), { level: 0 })
  waiting.decoder.decode(stream, 0, 30_000)
  await delay(3)
  waiting.decoder.close()
  await delay(30)
  assert.equal(waiting.decoder.decode(glued, 0, glued.length), glued.length)
  assert.deepEqual(waiting.texts, [])
})

test('X12 what is broken is said once, and nothing behind it is decoded', async () => {
  for (const [bytes, why] of [
    [Buffer.from('x not zlib'), 'damaged'],
    [deflateSync('[]'), 'not-an-object'],
    [deflateSync('{}{}'), 'not-an-object'],
    [deflateSync('{"a":'), 'not-an-object'],
    [deflateSync(`${'{"a":'.repeat(5)}0${'}'.repeat(5)}`), 'too-deep'],
    [deflateSync(`{"a":"${'x'.repeat(65_536)}"}`), 'too-large'],
  ] as const) {
    const feeder = new Feeder()
    await feeder.feed(Buffer.concat([streams[0] as Buffer, bytes, glued]))
    assert.deepEqual(feeder.texts, texts.slice(0, 1))
    assert.equal(feeder.broken, why)
    await feeder.feed(glued)
    assert.deepEqual(feeder.texts, texts.slice(0, 1))
  }
})
