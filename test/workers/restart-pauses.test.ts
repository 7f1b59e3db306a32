/** That nobody waits for the first replacement, and that what cannot work does not keep the machine busy. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RestartPauses } from '../../src/workers/restart-pauses.js'

test('the first crash waits for nothing, further ones longer and longer, up to half a minute', () => {
  let now = 0
  const pauses = new RestartPauses(() => now)
  const crashAgain = () => {
    pauses.started()
    now += 1000
    return pauses.crashed()
  }
  assert.deepEqual(
    Array.from({ length: 10 }, crashAgain),
    [0, 250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000],
  )
  assert.equal(pauses.crashes, 10)
})

test('whoever was well for a minute has begun anew', () => {
  let now = 0
  const pauses = new RestartPauses(() => now)
  for (let count = 0; count < 5; count++) pauses.crashed()
  pauses.started()
  now += 60_000
  assert.equal(pauses.crashed(), 0)
  assert.equal(pauses.crashes, 1)
})
