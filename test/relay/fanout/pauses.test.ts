/** That a pause is counted once and for as long as it was, each cause by itself, and ends when nobody wants it any more. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPauseClocks, Holds, PAUSE, PauseClock, wordOf } from '../../../src/relay/fanout/pauses.js'
import { FakeSink } from './world.js'

/** Not 0, as the clock of a process that has run for a while. */
const BEGUN_MS = 60_000

function clockAt(startMs: number) {
  const time = { nowMs: startMs }
  return { time, now: () => time.nowMs }
}

test('a pause lasts from its beginning to its end, and counts while it still goes on', () => {
  const { time, now } = clockAt(BEGUN_MS)
  const clock = new PauseClock(now)
  assert.equal(clock.seconds, 0, 'nothing is paused before the first')
  clock.begin()
  assert.deepEqual([clock.active, clock.total], [1, 1])
  time.nowMs += 1500
  assert.equal(clock.seconds, 1.5)
  clock.end()
  assert.deepEqual([clock.active, clock.total], [0, 1])
  time.nowMs += 10_000
  assert.equal(clock.seconds, 1.5, 'and not after it')
})

test('connections that are paused at once count each for itself', () => {
  const { time, now } = clockAt(BEGUN_MS)
  const clock = new PauseClock(now)
  clock.begin()
  time.nowMs += 1000
  clock.begin()
  time.nowMs += 2000
  assert.equal(clock.seconds, 3 + 2)
  clock.end()
  time.nowMs += 4000
  assert.equal(clock.seconds, 3 + 2 + 4)
  clock.end()
  time.nowMs += 500
  clock.begin()
  time.nowMs += 250
  assert.equal(clock.seconds, 3 + 2 + 4 + 0.25)
  assert.deepEqual([clock.active, clock.total], [1, 3])
})

test('every cause has a clock of its own, and a word by which it is found', () => {
  const { time, now } = clockAt(BEGUN_MS)
  const clocks = createPauseClocks(now)
  assert.deepEqual(Object.keys(clocks).sort(), Object.keys(PAUSE).sort())
  // Each cause is paused one second longer than the one before it: whoever shared a clock would be found out.
  const causes = Object.values(PAUSE)
  for (const cause of causes) {
    clocks[wordOf(cause)].begin()
    time.nowMs += 1000
  }
  for (const [index, cause] of causes.entries()) {
    const clock = clocks[wordOf(cause)]
    assert.deepEqual([clock.total, clock.seconds], [1, causes.length - index], wordOf(cause))
  }
  for (const [word, cause] of Object.entries(PAUSE)) assert.equal(wordOf(cause), word)
})

test('M6 whom several hold is paused once, and goes on when the last of them lets go', () => {
  const calls: string[] = []
  const sink = new FakeSink()
  const other = new FakeSink()
  sink.pause = (cause) => calls.push(`pause ${wordOf(cause)}`)
  sink.resume = (cause) => calls.push(`resume ${wordOf(cause)}`)
  const holds = new Holds(PAUSE.direct)
  for (let count = 0; count < 3; count++) holds.hold(sink)
  holds.hold(other)
  holds.letGo(sink)
  holds.letGo(sink)
  assert.deepEqual(calls, ['pause direct'])
  holds.letGo(sink)
  assert.deepEqual(calls, ['pause direct', 'resume direct'])
  assert.deepEqual(other.pauses, new Set([PAUSE.direct]), 'it is held for itself')
  holds.hold(sink)
  assert.equal(calls.at(-1), 'pause direct', 'it can be held again')
})
