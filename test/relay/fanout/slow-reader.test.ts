/**
 * That a reader is judged by what it acknowledges and not by what the kernel takes for it, which comes in lumps of a third of
 * the kernel's buffer: with a kernel and a clock of the test's own, at the shipped limits.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChunkPool } from '../../../src/relay/fanout/chunk.js'
import { Pressure } from '../../../src/relay/fanout/pressure.js'
import type { HeldByKernel, KernelView, SlowPolicy } from '../../../src/relay/fanout/sink.js'
import { isStuck, SLOWNESS, SlowReader } from '../../../src/relay/fanout/slow-reader.js'
import { FakeSink } from './world.js'

const KIB = 1024
const LIMITS = {
  softLimitBytes: 256 * KIB,
  hardLimitBytes: 1024 * KIB,
  graceMs: 10_000,
  minDrainBytesPerSecond: 64 * KIB,
  retainedLimitBytes: 256 * 1024 * KIB,
}
/** What Linux keeps for a connection on the loopback, and how much of it has to be free before it takes more. */
const SEND_BUFFER = 4096 * KIB
const LUMP = SEND_BUFFER / 3

/** A peer that reads at a rate, behind a kernel that takes in lumps. */
class LumpyKernel extends FakeSink implements KernelView {
  override readonly kernelKey = 'peer'
  acknowledged = 0
  taken = 0
  #held: ReadonlyMap<string, HeldByKernel> | null = new Map()
  readonly #tells: boolean

  constructor(tells: boolean) {
    super()
    this.#tells = tells
  }

  override get takenBytes(): number {
    return this.taken
  }

  /** Acknowledges so much, and takes what there is room for. */
  read(): Promise<ReadonlyMap<string, HeldByKernel> | null> {
    return Promise.resolve(this.#held)
  }

  pass(bytes: number, offered: number): void {
    this.acknowledged = Math.min(this.acknowledged + bytes, this.taken)
    const free = SEND_BUFFER - (this.taken - this.acknowledged)
    if (free >= LUMP) this.taken += Math.min(free, offered)
    const unacknowledgedBytes = this.taken - this.acknowledged
    this.#held = this.#tells ? new Map([['peer', { unacknowledgedBytes, unanswered: 0 }]]) : null
  }
}

/** A room goes on saying things at `pace` while it may; the reader reads at `rate`. */
async function run(rate: number, seconds: number, { tells = true } = {}) {
  const sink = new LumpyKernel(tells)
  let nowMs = 0
  const pressure = new Pressure(LIMITS, new ChunkPool(), () => nowMs, sink)
  const changes: number[] = []
  const listener = { slownessChanged: (_before: number, after: number) => changes.push(after) }
  sink.taken = SEND_BUFFER
  let said = SEND_BUFFER + 300 * KIB
  const reader = new SlowReader(pressure, sink, 'cut', listener)
  let longestStillMs = 0
  let stillMs = 0
  let longestQueue = 0
  for (; nowMs < seconds * 1000 && sink.cutOffs === 0; nowMs += 100) {
    const full = (reader.slowness & SLOWNESS.full) !== 0
    stillMs = full ? stillMs + 100 : 0
    longestStillMs = Math.max(longestStillMs, stillMs)
    // A flood while the room is free, the minimum rate while it waits.
    said += full ? 6.4 * KIB : 200 * KIB
    sink.pass(rate / 10, said - sink.taken)
    reader.queued(said - sink.taken)
    longestQueue = Math.max(longestQueue, said - sink.taken)
    pressure.tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
  pressure.stop()
  return { sink, reader, pressure, changes, cutAfterMs: nowMs, longestStillMs, longestQueue }
}

test('a steady reader just above the minimum rate lives, whatever lumps the kernel takes in', async () => {
  for (const rate of [70_000, 100_000, 300_000, 700_000]) {
    const { sink, changes } = await run(rate, 120)
    assert.equal(sink.cutOffs, 0, `${rate} bytes/s`)
    assert.ok(!changes.some(isStuck), `${rate} bytes/s is never stuck`)
  }
})

test('a reader under the minimum rate is cut off, and one that has stopped within the grace time and a second', async () => {
  const slower = await run(50_000, 120)
  assert.ok(slower.sink.cutOffs > 0)
  const stopped = await run(0, 120)
  assert.ok(stopped.cutAfterMs >= 10_000 && stopped.cutAfterMs <= 11_000, `${stopped.cutAfterMs} ms`)
})

test('a room goes on at the pace of its slow reader between two lumps, and what is queued is bounded', async () => {
  const { longestStillMs, longestQueue } = await run(300_000, 60)
  assert.ok(longestStillMs <= 2000, `${longestStillMs} ms`)
  assert.ok(longestQueue < LIMITS.hardLimitBytes + LUMP + 500 * KIB, `${longestQueue} bytes`)
})

test('where the system does not tell, what the kernel takes has to do', async () => {
  const stopped = await run(0, 120, { tells: false })
  assert.ok(stopped.cutAfterMs >= 10_000 && stopped.cutAfterMs <= 11_000, `${stopped.cutAfterMs} ms`)
  const fast = await run(700_000, 60, { tells: false })
  assert.equal(fast.sink.cutOffs, 0)
})

test('a look that comes back when the reader is fine again judges nobody', async () => {
  const { reader, pressure, sink } = await run(100_000, 1)
  pressure.tick()
  reader.end()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(reader.slowness, 0)
  assert.equal(pressure.stats.behind + pressure.stats.stuck, 0)
  assert.equal(sink.cutOffs, 0)
})

/** A reader at the shipped limits and what its listener has heard, with a kernel that is not asked. */
function readerOf(policy: SlowPolicy = 'cut') {
  const time = { nowMs: 60_000 }
  const pressure = new Pressure(LIMITS, new ChunkPool(), () => time.nowMs, null)
  const sink = new LumpyKernel(true)
  const changes: [number, number][] = []
  const reader = new SlowReader(pressure, sink, policy, {
    slownessChanged: (before, after) => changes.push([before, after]),
  })
  pressure.stop()
  const look = (afterMs: number, taken: number, unacknowledged: number | null) => {
    time.nowMs += afterMs
    sink.taken = taken
    reader.looked(time.nowMs, taken, unacknowledged)
  }
  return { reader, sink, changes, look, stats: pressure.stats }
}

test('M6 a queue is full above the hard limit, and no longer at seven eighths of it', () => {
  const { reader, changes } = readerOf()
  const { slow, full } = SLOWNESS
  const hard = LIMITS.hardLimitBytes
  for (const bytes of [hard, hard + 1, hard + 2, hard, (hard * 7) / 8 + 1]) reader.queued(bytes)
  assert.deepEqual(changes, [
    [0, slow],
    [slow, slow | full],
  ])
  reader.queued((hard * 7) / 8)
  reader.queued(hard)
  reader.end()
  assert.deepEqual(changes.slice(2), [
    [slow | full, slow],
    [slow, 0],
  ])
})

test('M6 a look that knows more than the one before takes back nothing that was acknowledged', () => {
  const { reader, sink, look } = readerOf()
  look(100, 4000 * KIB, null)
  // The system tells only now, and holds most of what was thought to be acknowledged.
  look(100, 4000 * KIB, 3000 * KIB)
  assert.equal(reader.slowness, SLOWNESS.slow)
  assert.equal(sink.cutOffs, 0)
})

test('M6 who is stuck and reads again is only behind, and who is stuck and goes is not counted any more', () => {
  const { reader, look, stats } = readerOf()
  look(3000, 0, 0)
  assert.deepEqual([stats.behind, stats.stuck], [0, 1])
  look(100, 1000 * KIB, 0)
  assert.deepEqual([stats.behind, stats.stuck], [1, 0])
  look(3000, 1000 * KIB, 0)
  reader.end()
  assert.deepEqual([stats.behind, stats.stuck], [0, 0])
})

test('F16 who may miss events is not cut off, however long they read nothing', () => {
  const { reader, sink, look } = readerOf('drop-oldest')
  look(60_000, 0, 0)
  assert.ok(isStuck(reader.slowness))
  assert.equal(sink.cutOffs, 0)
})
