/** When a turn is written: right after it by itself, or a little later while connections keep coming. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Flusher } from '../../../src/relay/fanout/flusher.js'
import { message, threePeople } from './world.js'

test('what is told in one turn is written right after it, without being asked', async () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy, bob)
  room.tell(message(amy, '1'), amy.recipient)
  room.tell(message(amy, '2'), amy.recipient)
  assert.equal(bob.sink.writes, 0)
  await turn()
  assert.equal(bob.sink.writes, 1)
  room.tell(message(amy, '3'), amy.recipient)
  await turn()
  assert.equal(bob.received(), 'plain|Amy|1\nplain|Amy|2\nplain|Amy|3\n')
})

test('what has to be safe before anybody is written to is made so, once a flush', async () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy, bob)
  const writesThen: number[] = []
  world.flusher.beforeWriting = () => writesThen.push(bob.sink.writes)
  for (const text of ['1', '2']) {
    room.tell(message(amy, text), amy.recipient)
    await turn()
  }
  assert.deepEqual(writesThen, [0, 1])
  assert.equal(bob.sink.writes, 2)
})

/** A clock that goes when it is told to, and a lane that takes a while to write. */
function slowLane(t: TestContext, flusher: Flusher) {
  const clock = { now: 1000 }
  t.mock.method(performance, 'now', () => clock.now)
  const lane = {
    takesMs: 0,
    written: 0,
    settled: 0,
    collect(last: boolean) {
      assert.ok(last, 'it ends the turn')
      lane.written++
      clock.now += lane.takesMs
    },
    settle() {
      lane.settled++
    },
    /** Something is said in it. */
    tell() {
      flusher.listLane(lane)
      flusher.told(clock.now)
    },
  }
  return { clock, lane }
}

test('a flush waits for the turn in which no connection comes', async (t) => {
  const flusher = new Flusher()
  const { lane } = slowLane(t, flusher)
  flusher.expectMore()
  lane.tell()
  await turn()
  assert.equal(lane.written, 0)
  await turn()
  assert.equal(lane.written, 1)
})

test('connections that keep coming put a flush off for as long as the last one took, for a millisecond at least and fifty at most', async (t) => {
  for (const [lastMs, untilMs] of [
    [0, 1],
    [20, 20],
    [400, 50],
  ] as const) {
    const flusher = new Flusher()
    const { clock, lane } = slowLane(t, flusher)
    lane.takesMs = lastMs
    lane.tell()
    await turn()
    const begun = clock.now
    flusher.listLane(lane)
    for (; lane.written === 1; clock.now += 0.5) {
      assert.ok(clock.now <= begun + untilMs, `after ${lastMs} ms it is due after ${untilMs}`)
      flusher.expectMore()
      await turn()
    }
    assert.equal(clock.now - begun - lastMs, untilMs + 0.5)
    t.mock.restoreAll()
  }
})

test('all that was listed in a turn is one flush, and memory is settled behind it', async (t) => {
  const flusher = new Flusher()
  const { lane } = slowLane(t, flusher)
  lane.takesMs = 3
  const outbox = { written: 0, flush: () => void outbox.written++ }
  flusher.listLane(lane)
  flusher.listOutbox(outbox)
  await turn()
  await turn()
  assert.deepEqual([lane.written, lane.settled, outbox.written], [1, 1, 1])
  const { flushMicroseconds, deliveryMicroseconds } = flusher.stats
  assert.equal(flushMicroseconds.sum, 3000)
  assert.equal(
    flushMicroseconds.counts.reduce((total, count) => total + count),
    1,
  )
  assert.equal(deliveryMicroseconds.sum, 0, 'nobody has said anything')
})

test('each message counts with the time from its read to the end of the flush that writes it, once', async (t) => {
  const flusher = new Flusher()
  const { clock, lane } = slowLane(t, flusher)
  const { deliveryMicroseconds } = flusher.stats
  // Alone there is nobody to write to, and so no flush that it could be counted with.
  flusher.told(clock.now - 1000)
  lane.takesMs = 0.5
  flusher.listLane(lane)
  const readMs = clock.now - 50
  for (const read of [readMs, readMs, readMs + 10]) flusher.told(read)
  assert.equal(deliveryMicroseconds.sum, 0)
  await turn()
  assert.equal(deliveryMicroseconds.sum, 2 * 50_500 + 40_500)
  await turn()
  flusher.listLane(lane)
  flusher.told(clock.now - 7)
  await turn()
  assert.equal(deliveryMicroseconds.sum, 2 * 50_500 + 40_500 + 7500)
  assert.equal(
    deliveryMicroseconds.counts.reduce((total, count) => total + count),
    4,
  )
})

test('messages that keep coming put a flush off from a millisecond on, for an eighth of what the last one took', async (t) => {
  for (const [lastMs, heldMs] of [
    [0.5, null],
    [1, 0.125],
    [8, 1],
  ] as const) {
    const flusher = new Flusher()
    const { clock, lane } = slowLane(t, flusher)
    lane.takesMs = lastMs
    lane.tell()
    await turn()
    lane.tell()
    await turn()
    assert.equal(lane.written, heldMs === null ? 2 : 1, `after one of ${lastMs} ms`)
    if (heldMs !== null) {
      flusher.told(clock.now)
      clock.now += heldMs
      await turn()
      assert.equal(lane.written, 2, 'and not for longer')
    }
    t.mock.restoreAll()
  }
})

test('before a flush that takes long, messages that are still coming are waited for, and not for ever', async (t) => {
  const flusher = new Flusher()
  const { clock, lane } = slowLane(t, flusher)
  lane.takesMs = 100
  lane.tell()
  await turn()
  assert.equal(lane.written, 1, 'nothing is known yet of how long it takes')
  lane.tell()
  let turns = 0
  while (lane.written === 1) {
    assert.ok(turns < 100, 'the flush never came')
    await turn()
    turns++
    clock.now++
    flusher.told(clock.now)
  }
  assert.ok(turns > 2, `${turns} turns`)

  lane.tell()
  await turn()
  assert.equal(lane.written, 2, 'a turn that has brought messages')
  await turn()
  assert.equal(lane.written, 3, 'and one that has not')
})

test('a flush that takes no time waits for nobody', async (t) => {
  const flusher = new Flusher()
  const { lane } = slowLane(t, flusher)
  for (let count = 1; count <= 3; count++) {
    lane.tell()
    await turn()
    assert.equal(lane.written, count)
  }
})
