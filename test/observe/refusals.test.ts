/** That refusals without end are a few lines a second, and that none of them is uncounted. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RefusalSums } from '../../src/observe/refusals.js'

test('the first few of a second are written as they are, the rest as one with a count', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sums: [string, number][] = []
  const refusals = new RefusalSums<string>((last, count) => sums.push([last, count]))
  const alone = Array.from({ length: 1000 }, (_, index) => refusals.add('10.0.0.1', `${index}`))
  assert.equal(alone.filter(Boolean).length, 5)
  assert.ok(refusals.add('10.0.0.2', 'somebody else'))
  assert.deepEqual(sums, [])
  t.mock.timers.tick(1000)
  assert.deepEqual(sums, [['999', 995]])
  assert.ok(refusals.add('10.0.0.1', 'the next second'))
  t.mock.timers.tick(1000)
  assert.equal(sums.length, 1, 'nothing was withheld')
})

test('addresses without end are one', () => {
  const sums: number[] = []
  const refusals = new RefusalSums<number>((_last, count) => sums.push(count))
  let written = 0
  for (let address = 0; address < 5000; address++) if (refusals.add(`${address}`, address)) written++
  assert.equal(written, 1000 + 5)
  refusals.flush()
  assert.deepEqual(sums, [5000 - 1005])
})
