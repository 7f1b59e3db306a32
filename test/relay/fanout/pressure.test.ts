/**
 * When readers that do not keep up are looked at, how often the kernel is asked about them, and who is cut off when too
 * much is retained: with a clock, a timer and a kernel that do only what the test says.
 */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ChunkPool } from '../../../src/relay/fanout/chunk.js'
import { Pacer } from '../../../src/relay/fanout/pacer.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import { Pressure, type WatchedReader } from '../../../src/relay/fanout/pressure.js'
import type { HeldByKernel, KernelView } from '../../../src/relay/fanout/sink.js'
import { FakeSink } from './world.js'

const LIMITS = {
  softLimitBytes: 1000,
  hardLimitBytes: 4000,
  graceMs: 10_000,
  minDrainBytesPerSecond: 1000,
  retainedLimitBytes: 100_000,
}
const BEGUN_MS = 60_000

type View = ReadonlyMap<string, HeldByKernel> | null

/** Answers when it is told to. */
class SlowKernel implements KernelView {
  reads = 0
  #answer: (view: View) => void = () => {}

  read(): Promise<View> {
    this.reads++
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  async answer(view: View): Promise<void> {
    this.#answer(view)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

class TakenSink extends FakeSink {
  override readonly kernelKey: string
  taken = 0

  constructor(key: string) {
    super()
    this.kernelKey = key
  }

  override get takenBytes(): number {
    return this.taken
  }
}

class FakeReader implements WatchedReader {
  readonly sinceMs: number
  readonly sink: TakenSink
  readonly queuedBytes: number
  /** What it was told: when, what was taken, what is not acknowledged. */
  readonly looks: [number, number, number | null][] = []

  constructor(key: string, sinceMs: number, queuedBytes = 0) {
    this.sink = new TakenSink(key)
    this.sinceMs = sinceMs
    this.queuedBytes = queuedBytes
  }

  looked(...look: [number, number, number | null]): void {
    this.looks.push(look)
  }
}

/**
 * Its timer and its clock go together. The timer is not the runner's: that one goes on when it is cleared by what it
 * calls.
 */
function watched(t: TestContext, kernel: KernelView | null = null) {
  const timers = new Map<object, () => void>()
  t.mock.method(globalThis, 'setInterval', (callback: () => void, ms: number) => {
    assert.equal(ms, 100)
    const timer = { unref: () => timer }
    timers.set(timer, callback)
    return timer
  })
  t.mock.method(globalThis, 'clearInterval', (timer: object) => timers.delete(timer))
  const time = { nowMs: BEGUN_MS }
  const pool = new ChunkPool()
  const pressure = new Pressure(LIMITS, pool, () => time.nowMs, kernel)
  const wait = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      time.nowMs += 100
      for (const callback of [...timers.values()]) callback()
    }
  }
  return { pressure, pool, time, wait, timers }
}

test('M6 who is slow is looked at ten times a second, as long as they are', (t) => {
  const { pressure, wait, timers } = watched(t)
  const amy = new FakeReader('amy', BEGUN_MS)
  const bob = new FakeReader('bob', BEGUN_MS)
  amy.sink.taken = 70
  pressure.add(amy)
  wait(200)
  assert.deepEqual(amy.looks, [
    [BEGUN_MS + 100, 70, null],
    [BEGUN_MS + 200, 70, null],
  ])
  pressure.add(bob)
  pressure.delete(amy)
  wait(100)
  assert.deepEqual([amy.looks.length, bob.looks.length], [2, 1])
  pressure.delete(bob)
  wait(100)
  assert.equal(timers.size, 0, 'a relay where nobody is slow does nothing')
  pressure.add(amy)
  wait(100)
  assert.equal(amy.looks.length, 3, 'and begins again for the next one')
  pressure.stop()
})

test('M6 who waits for a share goes on when it has come, also while nobody is slow any more', (t) => {
  const kernel = new SlowKernel()
  const { pressure, wait, timers } = watched(t, kernel)
  const sink = new FakeSink()
  const pacer = new Pacer(pressure.directHolds, LIMITS.minDrainBytesPerSecond, BEGUN_MS)
  pressure.pace(pacer)
  // What may be said at once (`pacer.ts`), and what takes half a second.
  pacer.guard(sink, 1024 + 250 + 500, BEGUN_MS)
  wait(400)
  assert.ok(sink.pauses.has(PAUSE.direct))
  wait(200)
  assert.ok(!sink.pauses.has(PAUSE.direct))
  assert.equal(kernel.reads, 0, 'the kernel is asked about nobody')
  pressure.unpace(pacer)
  wait(100)
  assert.equal(timers.size, 0)
})

test('a relay that has ended looks at nobody, and may be ended twice', (t) => {
  const { pressure, wait, timers } = watched(t)
  const amy = new FakeReader('amy', BEGUN_MS)
  pressure.add(amy)
  wait(100)
  pressure.stop()
  pressure.stop()
  wait(1000)
  assert.equal(amy.looks.length, 1)
  assert.equal(timers.size, 0)
})

test('how long somebody has been slow is said of the one who has been it longest', (t) => {
  const { pressure, time } = watched(t)
  assert.equal(pressure.longestSlowSeconds, 0)
  const amy = new FakeReader('amy', BEGUN_MS)
  const bob = new FakeReader('bob', BEGUN_MS + 1500)
  pressure.add(amy)
  pressure.add(bob)
  time.nowMs += 4000
  assert.equal(pressure.longestSlowSeconds, 4)
  pressure.delete(amy)
  assert.equal(pressure.longestSlowSeconds, 2.5)
  pressure.stop()
})

test('memory is tight above half of what may be retained, also when that has changed', (t) => {
  const { pressure, pool } = watched(t)
  pool.retainedBytes = 50_000
  assert.ok(!pressure.isTight)
  pool.retainedBytes++
  assert.ok(pressure.isTight)
  pressure.limits = { ...LIMITS, retainedLimitBytes: 200_000 }
  assert.ok(!pressure.isTight)
})

test('M6 above what may be retained the longest queues are cut off, and no more of them than it takes', (t) => {
  const { pressure, pool } = watched(t)
  // They did not come in the order of their queues.
  const readers = [30_000, 70_000, 10_000, 60_000, 20_000].map(
    (bytes, index) => new FakeReader(`${index}`, BEGUN_MS, bytes),
  )
  const cut: number[] = []
  for (const reader of readers) {
    pressure.add(reader)
    reader.sink.evict = () => {
      cut.push(reader.queuedBytes)
      pool.retainedBytes -= reader.queuedBytes
      pressure.delete(reader)
    }
  }
  pool.retainedBytes = 100_000
  pressure.tick()
  assert.deepEqual(cut, [], 'so much may be retained')
  pool.retainedBytes = 230_000
  pressure.tick()
  assert.deepEqual(cut, [70_000, 60_000], 'what is left is what may be')
  pressure.stop()
})

test('M6 the kernel is asked about those who are slow, and whom it holds nothing for has acknowledged all', async (t) => {
  const kernel = new SlowKernel()
  const { pressure, wait, time } = watched(t, kernel)
  const amy = new FakeReader('amy', BEGUN_MS)
  const bob = new FakeReader('bob', BEGUN_MS)
  const cyd = new FakeReader('cyd', BEGUN_MS)
  for (const reader of [amy, bob, cyd]) pressure.add(reader)
  amy.sink.taken = 1000
  bob.sink.taken = 2000
  wait(100)
  assert.equal(kernel.reads, 1)
  // What is taken while the kernel is read may or may not be in what it says.
  amy.sink.taken = 9000
  pressure.delete(cyd)
  time.nowMs += 20
  await kernel.answer(new Map([['amy', { unacknowledgedBytes: 400, unanswered: 0 }]]))
  assert.deepEqual(amy.looks, [[BEGUN_MS + 120, 1000, 400]])
  assert.deepEqual(bob.looks, [[BEGUN_MS + 120, 2000, 0]])
  assert.deepEqual(cyd.looks, [], 'who is fine again meanwhile is not judged')
  pressure.stop()
})

test('M6 where the system does not tell after all, what the kernel has taken counts', async (t) => {
  const kernel = new SlowKernel()
  const { pressure, wait } = watched(t, kernel)
  const amy = new FakeReader('amy', BEGUN_MS)
  amy.sink.taken = 500
  pressure.add(amy)
  wait(100)
  await kernel.answer(null)
  assert.deepEqual(amy.looks, [[BEGUN_MS + 100, 500, null]])
  pressure.stop()
})

test('the kernel is asked one thing at a time, and not more often than five times a second', async (t) => {
  const kernel = new SlowKernel()
  const { pressure, wait } = watched(t, kernel)
  pressure.add(new FakeReader('amy', BEGUN_MS))
  wait(500)
  assert.equal(kernel.reads, 1, 'it has not answered yet')
  await kernel.answer(new Map())
  // It took 400 ms, and so is left alone for 4 s.
  wait(3900)
  assert.equal(kernel.reads, 1)
  wait(100)
  assert.equal(kernel.reads, 2)
  await kernel.answer(new Map())
  wait(100)
  assert.equal(kernel.reads, 2, 'it answered at once, and is left alone for 200 ms')
  wait(100)
  assert.equal(kernel.reads, 3)
  pressure.stop()
})
