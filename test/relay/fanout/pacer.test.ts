/** That those who wait for somebody slow share the minimum rate, and those who say little do not wait. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Pacer } from '../../../src/relay/fanout/pacer.js'
import { Holds, PAUSE } from '../../../src/relay/fanout/pauses.js'
import { FakeSink } from './world.js'

const RATE = 64 * 1024
/** What one may say at once when nobody else does: FIRST_BYTES, and what comes in 250 ms. */
const FIRST = 1024 + RATE / 4

function pacing(senders: number) {
  const holds = new Holds(PAUSE.room)
  const pacer = new Pacer(holds, RATE, 0)
  return { holds, pacer, sinks: Array.from({ length: senders }, () => new FakeSink()) }
}

const waits = (sink: FakeSink) => sink.pauses.has(PAUSE.room)

test('everybody may say a few lines at once, and waits for their share after that', () => {
  const { pacer, sinks } = pacing(1)
  const [amy] = sinks as [FakeSink]
  pacer.guard(amy, FIRST, 0)
  assert.ok(!waits(amy))
  pacer.guard(amy, 6554, 0)
  assert.ok(waits(amy))
  pacer.tick(90)
  assert.ok(waits(amy))
  pacer.tick(101)
  assert.ok(!waits(amy))
})

test('what is not said is not saved up', () => {
  const { pacer, sinks } = pacing(1)
  const [amy] = sinks as [FakeSink]
  pacer.guard(amy, 10, 0)
  pacer.tick(1_000_000)
  pacer.guard(amy, FIRST, 1_000_000)
  assert.ok(!waits(amy))
  pacer.guard(amy, 1, 1_000_000)
  assert.ok(waits(amy))
})

test('senders who flood get the minimum rate together, whatever they say at once and however many they are', () => {
  const floods = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 8 }),
    seconds: fc.integer({ min: 20, max: 40 }),
  })
  fc.assert(
    fc.property(floods, ({ sizes, seconds }) => {
      const { pacer, sinks } = pacing(sizes.length)
      let said = 0
      for (let ms = 0; ms < seconds * 1000; ms += 100) {
        for (const [index, sink] of sinks.entries()) {
          while (!waits(sink)) {
            const bytes = sizes[index] as number
            pacer.guard(sink, bytes, ms)
            said += bytes
          }
        }
        pacer.tick(ms)
      }
      const allowance = sizes.reduce((total, bytes) => total + FIRST + bytes, 0)
      assert.ok(said <= seconds * RATE + allowance, 'no more than the rate')
      assert.ok(said >= (seconds - 1) * RATE - allowance, 'and all of it is used')
    }),
  )
})

test('it ends for all, and for one who leaves; whoever is held elsewhere too goes on waiting', () => {
  const { pacer, sinks, holds } = pacing(3)
  const [amy, bob, cyd] = sinks as [FakeSink, FakeSink, FakeSink]
  for (const sink of sinks) pacer.guard(sink, 100_000, 0)
  holds.hold(cyd)
  pacer.forget(amy)
  assert.deepEqual(sinks.map(waits), [false, true, true])
  pacer.end()
  assert.deepEqual([bob, cyd].map(waits), [false, true])
  holds.letGo(cyd)
  assert.ok(!waits(cyd))
})

test('M6 whoever waits goes on in the very tick in which their share has caught up', () => {
  const holds = new Holds(PAUSE.room)
  const pacer = new Pacer(holds, 1000, 0)
  const amy = new FakeSink()
  pacer.guard(amy, 1024 + 250 + 100, 0)
  pacer.tick(99)
  assert.ok(waits(amy))
  pacer.tick(100)
  assert.ok(!waits(amy))
})
