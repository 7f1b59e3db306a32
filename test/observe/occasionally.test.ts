/** That what happens all the time is said once a second, and that the counts add up. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Occasionally } from '../../src/observe/occasionally.js'

test('the first is said at once, the others of its second at its end, and then it is quiet', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const said: [number, number][] = []
  const report = new Occasionally<number>((last, count) => said.push([last, count]))
  for (let item = 1; item <= 5000; item++) report.happened(item)
  assert.deepEqual(said.splice(0), [[1, 1]])
  t.mock.timers.tick(1000)
  assert.deepEqual(said.splice(0), [[5000, 4999]])
  report.happened(5001)
  assert.deepEqual(said, [])
  t.mock.timers.tick(1000)
  assert.deepEqual(said.splice(0), [[5001, 1]])
  t.mock.timers.tick(5000)
  assert.deepEqual(said, [])
  report.happened(5002)
  assert.deepEqual(said, [[5002, 1]])
})
