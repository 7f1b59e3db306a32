/** That every value is counted in the bucket whose bounds hold it, up to the largest numbers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Magnitudes, quantileOf } from '../../../src/relay/fanout/magnitudes.js'

test('bucket i holds what is above 2^(i-1) and up to 2^i', () => {
  for (let power = 0; power < 31; power++) {
    for (const [value, bucket] of [
      [2 ** power, power],
      [2 ** power + 1, power + 1],
    ] as const) {
      const magnitudes = new Magnitudes()
      magnitudes.add(value)
      assert.equal(magnitudes.counts[bucket], 1, `${value}`)
      assert.equal(magnitudes.sum, value)
    }
  }
})

test('a value that was several times counts as often', () => {
  const magnitudes = new Magnitudes()
  magnitudes.add(3, 4)
  assert.equal(magnitudes.counts[2], 4)
  assert.equal(magnitudes.sum, 12)
})

test('nothing and one are in the first bucket, and everything too large in the last', () => {
  const magnitudes = new Magnitudes()
  magnitudes.add(0)
  magnitudes.add(1)
  const large = [2 ** 31, 2 ** 31 + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER]
  for (const value of large) magnitudes.add(value)
  const { counts } = magnitudes
  assert.equal(counts[0], 2)
  assert.equal(counts.at(-1), large.length)
  assert.equal(
    counts.reduce((total, count) => total + count),
    2 + large.length,
  )
})

test('a share of all values is up to a value that is spread evenly within its bucket', () => {
  for (const [counts, share, value] of [
    [[4], 0.5, 0.5],
    [[4], 1, 1],
    [[2, 2, 4], 0.25, 1],
    [[2, 2, 4], 0.5, 2],
    [[2, 2, 4], 0.75, 3],
    [[2, 2, 4], 1, 4],
    [[0, 0, 4], 0.5, 3],
    [[2, 0, 2], 0.5, 1],
    [[0, 0, 0, 1], 0, 4],
  ] as const)
    assert.equal(quantileOf(counts, share), value, `${share} of ${counts}`)
})

test('of nothing there is no share', () => {
  assert.equal(quantileOf([], 0.5), null)
  assert.equal(quantileOf(new Magnitudes().counts, 0.5), null)
})
