/** When a room is congested, here or elsewhere, and what becomes of those who send to it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChunkPool } from '../../../src/relay/fanout/chunk.js'
import { Congestion } from '../../../src/relay/fanout/congestion.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import { Pressure } from '../../../src/relay/fanout/pressure.js'
import { SLOWNESS } from '../../../src/relay/fanout/slow-reader.js'
import { FakeSink } from './world.js'

const { slow, stuck, full } = SLOWNESS
const RATE = 1000
/** What one may say at once: FIRST_BYTES of `pacer.ts`, and what comes in 250 ms. */
const FIRST = 1024

function roomOf(members: number, nodes: number | null = null) {
  const time = { nowMs: 60_000 }
  const limits = {
    softLimitBytes: 1000,
    hardLimitBytes: 4000,
    graceMs: 10_000,
    minDrainBytesPerSecond: RATE,
    retainedLimitBytes: 2 ** 40,
  }
  const pressure = new Pressure(limits, new ChunkPool(), () => time.nowMs, null)
  const heard: boolean[] = []
  const listener = nodes === null ? null : { nodes, changed: (is: boolean) => heard.push(is) }
  const congestion = new Congestion(pressure, listener)
  for (let count = 0; count < members; count++) congestion.joined(0)
  const become = (count: number, before: number, after: number) => {
    for (let index = 0; index < count; index++) congestion.changed(before, after)
  }
  const wait = (ms: number) => {
    time.nowMs += ms
    pressure.tick()
  }
  return { congestion, pressure, heard, become, wait, stats: pressure.stats }
}

const waits = (sink: FakeSink) => sink.pauses.has(PAUSE.room)

test('a room whose people keep up is not congested, whoever comes and goes, and other nodes hear nothing of it', () => {
  const { congestion, heard, stats } = roomOf(3, 2)
  congestion.left(0)
  congestion.joined(0)
  congestion.isCongestedElsewhere = false
  assert.deepEqual([congestion.congested, congestion.isCongestedHere], [false, false])
  assert.deepEqual([stats.congestedRooms, stats.congestions], [0, 0])
  assert.deepEqual(heard, [])
})

test('M6 other nodes hear once that a room is congested, and once that it is not', () => {
  const { congestion, heard, become, stats } = roomOf(8, 2)
  become(4, 0, slow)
  assert.deepEqual([congestion.congested, congestion.isCongestedHere], [true, true])
  become(3, slow, 0)
  assert.deepEqual(heard, [true], 'one of eight is an eighth, not under it')
  become(1, slow, 0)
  assert.deepEqual(heard, [true, false])
  assert.deepEqual([congestion.congested, congestion.isCongestedHere], [false, false])
  become(3, 0, slow)
  assert.deepEqual([stats.congestedRooms, stats.congestions], [1, 2])
})

test('M6 a room that is congested at both sides is one congestion, until both have recovered', () => {
  const { congestion, heard, become, stats } = roomOf(4, 2)
  const sink = new FakeSink()
  become(2, 0, slow)
  congestion.guard(sink, 2 * FIRST)
  congestion.isCongestedElsewhere = true
  assert.ok(waits(sink), 'who waits goes on waiting')
  assert.deepEqual([stats.congestedRooms, stats.congestions], [1, 1])
  become(2, slow, 0)
  assert.deepEqual([congestion.congested, congestion.isCongestedHere], [true, false])
  assert.ok(waits(sink))
  congestion.isCongestedElsewhere = false
  assert.ok(!congestion.congested)
  assert.ok(!waits(sink))
  assert.deepEqual([stats.congestedRooms, stats.congestions], [0, 1])
  assert.deepEqual(heard, [true, false], 'only of those who are here')
})

test('M6 who sends to a room that is congested elsewhere waits as if it were so here', () => {
  const { congestion, heard } = roomOf(4, 2)
  const sink = new FakeSink()
  congestion.isCongestedElsewhere = true
  congestion.isCongestedElsewhere = true
  assert.deepEqual([congestion.congested, congestion.isCongestedHere], [true, false])
  congestion.guard(sink, 2 * FIRST)
  assert.ok(waits(sink))
  congestion.isCongestedElsewhere = false
  assert.ok(!waits(sink))
  assert.deepEqual(heard, [])
})

test('M6 whoever is slow and leaves is not waited for any more, and neither is anybody in an empty room', () => {
  const { congestion, become, heard } = roomOf(8, 2)
  become(3, 0, slow)
  for (let count = 0; count < 3; count++) congestion.left(slow)
  assert.ok(!congestion.congested)
  congestion.joined(slow | full)
  assert.ok(congestion.congested, 'who is full when they come counts at once')
  for (let count = 0; count < 5; count++) congestion.left(0)
  congestion.left(slow | full)
  assert.ok(!congestion.congested, 'nobody is left')
  assert.deepEqual(heard, [true, false, true, false])
})

test('M6 who keeps up and leaves makes the share of those who do not larger', () => {
  const { congestion, become } = roomOf(8)
  become(2, 0, slow)
  assert.ok(!congestion.congested, 'two of eight')
  congestion.left(0)
  assert.ok(congestion.congested, 'two of seven')
})

test('M6 many are stuck when they are more than fifteen and more than a fiftieth of the room', () => {
  for (const [members, are, waited] of [
    [20, 15, false],
    [20, 16, true],
    [800, 16, false],
    [799, 16, true],
  ] as const) {
    const { congestion, become } = roomOf(members)
    become(are, 0, slow | stuck)
    // One of them is full: the room waits only where they are many.
    become(1, slow | stuck, slow | stuck | full)
    assert.equal(congestion.congested, waited, `${are} of ${members}`)
  }
})

test('M6 those who send to a congested room have the minimum rate together, over all nodes', () => {
  // A node that is alone, or does not know yet who else has people there, has all of it.
  for (const [nodes, share] of [
    [null, RATE],
    [0, RATE],
    [1, RATE],
    [4, RATE / 4],
  ] as const) {
    const { congestion, become, wait } = roomOf(2, nodes)
    const sink = new FakeSink()
    become(1, 0, slow)
    congestion.guard(sink, FIRST + share / 4)
    assert.ok(!waits(sink), `what may be said at once, with ${nodes} nodes`)
    congestion.guard(sink, share)
    wait(900)
    assert.ok(waits(sink), `what takes a second, with ${nodes} nodes`)
    wait(200)
    assert.ok(!waits(sink), `and no more than that, with ${nodes} nodes`)
  }
})
