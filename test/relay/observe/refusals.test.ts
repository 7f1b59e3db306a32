/** That whoever is refused a thousand times a second is a few records and a sum, and the sum is right. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Refusal, type RefusalSum, Refusals } from '../../../src/relay/observe/refusals.js'

const WINDOW_MS = 10_000

function withClock(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sums: RefusalSum[] = []
  return { taken: () => sums.splice(0), refusals: new Refusals((sum) => sums.push(sum)) }
}

test('the first thirty of an address in ten seconds are recorded, the rest is summed up by what happened', (t) => {
  const { taken, refusals } = withClock(t)
  const kinds: Refusal[] = [
    { event: 'rejected', dialect: 'sendto', reason: 'taken' },
    { event: 'closed', dialect: 'sendto', reason: 'refused' },
    { event: 'connected', dialect: 'framed' },
  ]
  for (let window = 0; window < 2; window++) {
    let recorded = 0
    for (let round = 0; round < 1000; round++) {
      for (const kind of kinds) if (refusals.count('192.0.2.1', kind)) recorded++
    }
    assert.equal(recorded, 30)
    assert.ok(refusals.count('192.0.2.2', kinds[0] as Refusal), 'another address is not touched')
    assert.deepEqual(taken(), [])
    t.mock.timers.tick(WINDOW_MS)
    assert.deepEqual(
      taken().sort((one, another) => one.event.localeCompare(another.event)),
      [
        { ...kinds[1], address: '192.0.2.1', count: 990 },
        { ...kinds[2], address: '192.0.2.1', count: 990 },
        { ...kinds[0], address: '192.0.2.1', count: 990 },
      ],
    )
  }
  t.mock.timers.tick(10 * WINDOW_MS)
  assert.deepEqual(taken(), [])
})

test('beyond 64 addresses in ten seconds all others share one sum; an IPv6 address counts for its /64', (t) => {
  const { taken, refusals } = withClock(t)
  const invalid = { event: 'rejected', dialect: 'framed', reason: 'invalid' } as const
  let recorded = 0
  for (let host = 0; host < 10_000; host++) {
    if (refusals.count(`192.0.${host >> 8}.${host & 255}`, invalid)) recorded++
  }
  assert.equal(recorded, 64)
  refusals.flush()
  assert.deepEqual(taken(), [{ ...invalid, address: null, count: 10_000 - 64 }])
  refusals.flush()
  assert.deepEqual(taken(), [])
  for (let host = 0; host < 100; host++) refusals.count(`2001:db8::${host.toString(16)}`, invalid)
  refusals.flush()
  assert.deepEqual(taken(), [{ ...invalid, address: '2001:db8:0:0::/64', count: 70 }])
})

test('of all addresses together a hundred are recorded in ten seconds', (t) => {
  const { taken, refusals } = withClock(t)
  const full = { event: 'rejected', dialect: 'framed', reason: 'full' } as const
  let recorded = 0
  for (let round = 0; round < 1000; round++) {
    if (refusals.count(`192.0.2.${round % 50}`, full)) recorded++
  }
  assert.equal(recorded, 100)
  t.mock.timers.tick(WINDOW_MS)
  const sums = taken()
  assert.equal(sums.length, 50)
  assert.equal(
    sums.reduce((sum, { count }) => sum + count, 0),
    900,
  )
  assert.ok(refusals.count('192.0.2.1', full), 'and again in the next')
})
