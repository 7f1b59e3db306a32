/** That every value is counted in the bucket whose bounds hold it, up to the largest numbers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Magnitudes } from '../../../src/relay/fanout/magnitudes.js'

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
