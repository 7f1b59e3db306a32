/** M1: that ids are unique and sort as text in the order in which they were given, whatever the clock does. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MessageIds } from '../../../src/relay/hub/message-ids.js'

function assertSorted(ids: readonly string[]): void {
  for (let index = 1; index < ids.length; index++) {
    assert.ok((ids[index - 1] as string) < (ids[index] as string), `${ids[index - 1]} before ${ids[index]}`)
  }
}

test('M1 ids sort as given on a clock that jumps either way', () => {
  const jumps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -(10 ** 9), max: 10 ** 9 })), {
    minLength: 2,
  })
  fc.assert(
    fc.property(fc.constantFrom(10 ** 12, 36 ** 8 - 3, 36 ** 8 + 10 ** 10), jumps, (start, steps) => {
      let now = start
      const ids = new MessageIds(() => now)
      assertSorted(
        steps.map((step) => {
          now = Math.max(0, now + step)
          return ids.next()
        }),
      )
    }),
  )
})

test('M1 ids from the beginning of time sort too', () => {
  let now = 0
  const ids = new MessageIds(() => now)
  const given: string[] = []
  for (; now < 40; now++) for (let count = 0; count < 40; count++) given.push(ids.next())
  assertSorted(given)
})

test('M1 a hundred thousand ids of one millisecond are unique, sorted and of one length', () => {
  const ids = new MessageIds(() => 1_700_000_000_000)
  const given = Array.from({ length: 100_000 }, () => ids.next())
  assertSorted(given)
  assert.deepEqual(new Set(given.map((id) => id.length)), new Set([14]))
  assert.match(given[0] as string, /^[0-9a-z]{14}$/)
})

test('M1 a millisecond that never ends because the clock stepped far back does not run out of ids', () => {
  // A year ahead by mistake, then set right: the last millisecond is kept for a year.
  let now = 1_700_000_000_000
  const perMillisecond = 100
  const ids = new MessageIds(() => now, '', perMillisecond)
  const given = [ids.next()]
  now -= 1000
  for (let count = 0; count < 10 * perMillisecond; count++) given.push(ids.next())
  now += 1005
  for (let count = 0; count < perMillisecond; count++) given.push(ids.next())
  now += 1000
  given.push(ids.next())
  assertSorted(given)
})
