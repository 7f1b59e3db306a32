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

test('a flush waits for the turn in which no connection comes, and not for ever', async () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy, bob)
  world.flusher.expectMore()
  room.tell(message(amy, '1'), amy.recipient)
  const deadline = performance.now() + 5000
  // Connections come in every turn from here on.
  while (bob.sink.writes === 0) {
    assert.ok(performance.now() < deadline, 'the flush never came')
    await turn()
    world.flusher.expectMore()
  }
  assert.equal(bob.received(), 'plain|Amy|1\n')
  await turn()
  await turn()
  room.tell(message(amy, '2'), amy.recipient)
  await turn()
  await turn()
  await turn()
  assert.equal(bob.received(), 'plain|Amy|1\nplain|Amy|2\n')
})

test('each message counts with the time from its read to the end of the flush that writes it', async () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy, bob)
  const { deliveryMicroseconds } = world.flusher.stats
  const counted = () => deliveryMicroseconds.counts.reduce((total, count) => total + count)
  const readMs = performance.now() - 50
  // Alone there is nobody to write to, and so no flush that it could be counted with.
  world.flusher.told(readMs - 1000)
  room.tell(message(amy, '1'), amy.recipient)
  for (const read of [readMs, readMs, readMs + 10]) world.flusher.told(read)
  assert.equal(counted(), 0)
  await turn()
  assert.equal(counted(), 3)
  const { sum } = deliveryMicroseconds
  assert.ok(sum >= 140_000 && sum < 1_000_000, `${sum}`)
  await turn()
  room.tell(message(amy, '2'), amy.recipient)
  await turn()
  assert.equal(counted(), 3, 'and once')
})

/** A clock that goes when it is told to, and a lane that takes a while to write. */
function slowLane(t: TestContext, flusher: Flusher) {
  const clock = { now: 1000 }
  t.mock.method(performance, 'now', () => clock.now)
  const lane = {
    takesMs: 0,
    written: 0,
    collect() {
      lane.written++
      clock.now += lane.takesMs
    },
    settle() {},
    /** Something is said in it. */
    tell() {
      flusher.listLane(lane)
      flusher.told(clock.now)
    },
  }
  return { clock, lane }
}

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
