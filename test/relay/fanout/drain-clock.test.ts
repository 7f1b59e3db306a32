/** Where exactly a reader who is slower than the minimum rate is stuck, and where it is cut off. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DrainClock } from '../../../src/relay/fanout/drain-clock.js'

const GRACE_MS = 10_000
const BEGUN_MS = 60_000

test('M6 who reads nothing has the whole grace time, and lags after a quarter of it', () => {
  const clock = new DrainClock(GRACE_MS, 1000, BEGUN_MS)
  const at = (ms: number) => {
    clock.advance(BEGUN_MS + ms, 0)
    return [clock.lagging, clock.spent]
  }
  assert.deepEqual(at(2500), [false, false])
  assert.deepEqual(at(2501), [true, false])
  assert.deepEqual(at(9999), [true, false])
  assert.deepEqual(at(10_000), [true, true])
})

test('M6 who reads at just the minimum rate never lags, and cannot save up for a rest', () => {
  const clock = new DrainClock(GRACE_MS, 1000, BEGUN_MS)
  let ms = BEGUN_MS
  for (let second = 0; second < 60; second++) {
    ms += 1000
    clock.advance(ms, 1000)
    assert.ok(!clock.lagging)
  }
  clock.advance(ms, 1_000_000)
  clock.advance(ms + 2501, 0)
  assert.ok(clock.lagging)
})
