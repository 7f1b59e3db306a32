/** That what happens very often is said at most once a second, with how often it was. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OnceASecond } from '../../../src/relay/observe/once-a-second.js'

test('the first is said at once, those of a second together, and silence says nothing', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const said: [string, number][] = []
  const errors = new OnceASecond<string>((latest, count) => said.push([latest, count]))
  for (const one of ['a', 'b', 'c']) errors.happened(one)
  assert.deepEqual(said, [['a', 1]])
  t.mock.timers.tick(1000)
  assert.deepEqual(said.slice(1), [['c', 2]])
  t.mock.timers.tick(5000)
  assert.equal(said.length, 2)
  errors.happened('d')
  assert.deepEqual(said.at(-1), ['d', 1])
})
