/** That whoever is refused a thousand times a second is a few records and a sum, and the sum is right. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type RefusalSum, Refusals } from '../../../src/relay/observe/refusals.js'

function withClock(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sums: RefusalSum[] = []
  return { sums, refusals: new Refusals((sum) => sums.push(sum)) }
}

test('the first ten of an address in a second are recorded, the rest is summed up by dialect and reason', (t) => {
  const { sums, refusals } = withClock(t)
  for (let second = 0; second < 2; second++) {
    let recorded = 0
    for (let round = 0; round < 1000; round++) {
      if (refusals.count('192.0.2.1', 'sendto', round % 2 === 0 ? 'taken' : 'invalid')) recorded++
    }
    assert.equal(recorded, 10)
    assert.ok(refusals.count('192.0.2.2', 'sendto', 'taken'), 'another address is not touched')
    assert.deepEqual(sums, [])
    t.mock.timers.tick(1000)
    assert.deepEqual(sums.splice(0), [
      { address: '192.0.2.1', dialect: 'sendto', reason: 'taken', count: 495 },
      { address: '192.0.2.1', dialect: 'sendto', reason: 'invalid', count: 495 },
    ])
  }
  t.mock.timers.tick(10_000)
  assert.deepEqual(sums, [])
})

test('beyond 256 addresses in a second all others share one sum', (t) => {
  const { sums, refusals } = withClock(t)
  let recorded = 0
  for (let host = 0; host < 10_000; host++) {
    if (refusals.count(`2001:db8::${host.toString(16)}`, 'framed', 'invalid')) recorded++
  }
  assert.equal(recorded, 256)
  refusals.flush()
  assert.deepEqual(sums, [{ address: null, dialect: 'framed', reason: 'invalid', count: 10_000 - 256 }])
  refusals.flush()
  assert.equal(sums.length, 1)
})
