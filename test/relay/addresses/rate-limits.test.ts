/** Token buckets, with a clock of the test's own: how much there is, when there is more, and what is remembered. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RateLimits } from '../../../src/relay/addresses/rate-limits.js'

function limits(perSecond: number, burst: number, most?: number) {
  const clock = { ms: 1000 }
  const all = new RateLimits({ perSecond, burst }, () => clock.ms, most)
  const takeAll = (key = 'one') => {
    let taken = 0
    while (all.take(key)) taken++
    return taken
  }
  return { clock, all, takeAll }
}

test('the burst may be had at once, and then what time brings, never more than the burst', () => {
  for (const [perSecond, burst] of [
    [1, 1],
    [3, 30],
    [7, 70],
    [1, 10_000],
    [10_000, 100_000],
  ] as const) {
    const { clock, all, takeAll } = limits(perSecond, burst)
    assert.ok(!all.isSpent('one'))
    assert.equal(takeAll(), burst)
    assert.ok(all.isSpent('one'))
    clock.ms += 1000
    assert.equal(takeAll(), Math.min(perSecond, burst))
    clock.ms += 1e7
    assert.equal(takeAll(), burst)
    assert.equal(takeAll('other'), burst)
  }
})

test('it is what a bucket with tokens would say', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 4, 5),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3000)), { maxLength: 80 }),
      (perSecond, burst, steps) => {
        const { clock, all } = limits(perSecond, burst)
        const tokens = new Map<string, number>()
        for (const [key, passMs] of steps) {
          clock.ms += passMs
          for (const [one, has] of tokens) tokens.set(one, Math.min(burst, has + (passMs * perSecond) / 1000))
          const has = tokens.get(key) ?? burst
          const allowed = has >= 1 - 1e-5
          assert.equal(all.isSpent(key), !allowed)
          assert.equal(all.take(key), allowed)
          tokens.set(key, allowed ? has - 1 : has)
        }
      },
    ),
  )
})

test('whoever has a full bucket is forgotten, and no more are remembered than there may be', () => {
  const { clock, all } = limits(1, 10, 1000)
  for (let key = 0; key < 100; key++) all.take(`${key}`)
  assert.equal(all.size, 100)
  clock.ms += 60_000
  all.take('late')
  clock.ms += 10_001
  all.take('later')
  assert.ok(all.size <= 2, `${all.size}`)
  for (let key = 0; key < 100_000; key++) all.take(`${key}`)
  assert.ok(all.size <= 1000, `${all.size}`)
})
