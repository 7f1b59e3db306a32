/** That deadlines run out in time, once and in order, with one timer for all of them. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { Deadlines } from '../../../src/relay/net/deadlines.js'

/** How late a deadline may be noticed. */
const RESOLUTION_MS = 100

function deadlinesOf(t: TestContext, durationMs: number, onExpired: (subject: string) => void = () => {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const clock = { ms: 1000 }
  const expired: string[] = []
  const deadlines = new Deadlines<string>({
    durationMs,
    now: () => clock.ms,
    expired: (subject) => {
      expired.push(subject)
      onExpired(subject)
    },
  })
  /** The clock and the timers go together, a millisecond at a time. */
  const pass = (ms: number) => {
    for (let count = 0; count < ms; count++) {
      clock.ms++
      t.mock.timers.tick(1)
    }
  }
  return { deadlines, expired, clock, pass }
}

test('a deadline runs out at its time and once', (t) => {
  const { deadlines, expired, pass } = deadlinesOf(t, 1000)
  deadlines.set('a')
  pass(999)
  assert.deepEqual(expired, [])
  pass(1)
  assert.deepEqual(expired, ['a'])
  pass(5000)
  assert.deepEqual(expired, ['a'])
})

test('F15 setting one again does not move it, and clearing and setting does', (t) => {
  const { deadlines, expired, pass } = deadlinesOf(t, 1000)
  deadlines.set('a')
  deadlines.set('b')
  pass(600)
  deadlines.set('a')
  deadlines.clear('b')
  deadlines.set('b')
  pass(400)
  assert.deepEqual(expired, ['a'])
  pass(600)
  assert.deepEqual(expired, ['a', 'b'])
})

test('one that was cleared does not run out, also when it was the oldest', (t) => {
  const { deadlines, expired, pass } = deadlinesOf(t, 1000)
  deadlines.set('a')
  pass(500)
  deadlines.set('b')
  deadlines.clear('a')
  deadlines.clear('never set')
  pass(1000)
  assert.deepEqual(expired, ['b'])
})

test('after all were cleared, the next one still runs out', (t) => {
  const { deadlines, expired, pass } = deadlinesOf(t, 1000)
  deadlines.set('a')
  deadlines.clear('a')
  pass(3000)
  deadlines.set('b')
  pass(1000)
  assert.deepEqual(expired, ['b'])
})

test('stopping forgets all of them, and what is set afterwards counts', (t) => {
  const { deadlines, expired, pass } = deadlinesOf(t, 1000)
  deadlines.set('a')
  deadlines.stop()
  pass(2000)
  assert.deepEqual(expired, [])
  deadlines.set('b')
  pass(1000)
  assert.deepEqual(expired, ['b'])
})

test('what happens when one runs out may set, clear and stop', (t) => {
  const actions: Record<string, () => void> = {
    setsItself: () => deadlines.set('setsItself'),
    clearsNext: () => deadlines.clear('next'),
    stops: () => deadlines.stop(),
  }
  const { deadlines, expired, pass } = deadlinesOf(t, 1000, (subject) => actions[subject]?.())
  for (const subject of ['setsItself', 'clearsNext', 'next', 'plain']) deadlines.set(subject)
  pass(1000)
  assert.deepEqual(expired, ['setsItself', 'clearsNext', 'plain'])
  pass(1000)
  assert.deepEqual(expired.slice(3), ['setsItself'])
  deadlines.set('stops')
  deadlines.set('after')
  pass(3000)
  assert.deepEqual(expired.slice(4), ['setsItself', 'stops'])
})

test('a thousand of them cost one timer', (t) => {
  const { deadlines, expired, pass } = deadlinesOf(t, 1000)
  const timers = t.mock.method(globalThis, 'setTimeout')
  for (let index = 0; index < 1000; index++) deadlines.set(`${index}`)
  assert.equal(timers.mock.callCount(), 1)
  pass(1000)
  assert.equal(expired.length, 1000)
  assert.equal(timers.mock.callCount(), 1)
})

test('a timer that comes early is no end: the clock decides', (t) => {
  const { deadlines, expired, clock } = deadlinesOf(t, 1000)
  deadlines.set('a')
  clock.ms += 990
  t.mock.timers.tick(1000)
  assert.deepEqual(expired, [])
  clock.ms += 100
  t.mock.timers.tick(100)
  assert.deepEqual(expired, ['a'])
})

test('whatever is set and cleared when, each runs out in order and not much late', (t) => {
  const step = fc.oneof(
    fc.tuple(fc.constant('set' as const), fc.nat(5)),
    fc.tuple(fc.constant('clear' as const), fc.nat(5)),
    fc.tuple(fc.constant('pass' as const), fc.nat(400)),
  )
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40, size: 'max' }),
      fc.integer({ min: 1, max: 700 }),
      (steps, durationMs) => {
        t.mock.timers.reset()
        const { deadlines, expired, clock, pass } = deadlinesOf(t, durationMs)
        const ends = new Map<string, number>()
        let seen = 0
        const compare = () => {
          for (; seen < expired.length; seen++) {
            const subject = expired[seen] as string
            const end = ends.get(subject)
            assert.ok(end !== undefined, `${subject} was not set`)
            assert.ok(clock.ms >= end, 'not early')
            assert.equal(Math.min(...ends.values()), end, 'the oldest first')
            ends.delete(subject)
          }
          for (const end of ends.values()) assert.ok(clock.ms < end + RESOLUTION_MS, 'not much late')
        }
        for (const [what, value] of [...steps, ['pass', 1000] as const]) {
          if (what === 'pass') {
            for (let count = 0; count < value; count++) {
              pass(1)
              compare()
            }
          } else if (what === 'set') {
            deadlines.set(`${value}`)
            if (!ends.has(`${value}`)) ends.set(`${value}`, clock.ms + durationMs)
          } else {
            deadlines.clear(`${value}`)
            ends.delete(`${value}`)
          }
        }
        assert.equal(ends.size, 0)
        deadlines.stop()
      },
    ),
    { numRuns: 40 },
  )
})

test('another duration holds for those that are set too, each from when it was set', (t) => {
  const { deadlines, expired, pass } = deadlinesOf(t, 1000)
  deadlines.set('a')
  pass(500)
  deadlines.set('b')
  deadlines.change(2000)
  pass(1400)
  assert.deepEqual(expired, [])
  pass(100)
  assert.deepEqual(expired, ['a'])
  deadlines.set('c')
  deadlines.change(300)
  pass(100)
  assert.deepEqual(expired, ['a', 'b'])
  pass(200)
  assert.deepEqual(expired, ['a', 'b', 'c'])
})
