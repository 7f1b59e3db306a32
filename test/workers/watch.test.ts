/** Which workers hang, by a clock of the test's own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Watch } from '../../src/workers/watch.js'

const LOOK_MS = 500

interface Silent {
  readonly name: string
  isStarting: boolean
  heardMs: number
  isSilent: boolean
}

function watchOf(hungMs: number | 'off') {
  const workers = [
    { name: 'one', isStarting: false, heardMs: 0, isSilent: false },
    { name: 'two', isStarting: false, heardMs: 0, isSilent: false },
  ] as [Silent, Silent]
  const found: string[] = []
  const state = { now: 0, hungMs }
  const watch = new Watch({
    workers: () => workers,
    hungMs: () => state.hungMs,
    hung: ({ name }, silentMs) => found.push(`${name} ${silentMs}`),
    now: () => state.now,
  })
  /** Time passes, in which only `two` says something. */
  const pass = (milliseconds: number) => {
    for (const end = state.now + milliseconds; state.now < end; ) {
      state.now += LOOK_MS
      workers[1].heardMs = state.now
      workers[1].isSilent = false
      watch.look()
    }
  }
  return { workers, found, state, watch, pass }
}

test('who says nothing is silent after half of the deadline, and hangs at its end, which is said once', () => {
  const { workers, found, pass } = watchOf(10_000)
  pass(4_500)
  assert.deepEqual(
    workers.map(({ isSilent }) => isSilent),
    [false, false],
  )
  pass(500)
  assert.deepEqual(
    workers.map(({ isSilent }) => isSilent),
    [true, false],
  )
  pass(4_500)
  assert.deepEqual(found, [])
  pass(5_000)
  assert.deepEqual(found, ['one 10000'])
})

test('what was said while the supervisor itself stood still is read before anybody is blamed', () => {
  const { found, state, watch, pass } = watchOf(10_000)
  pass(2_000)
  state.now += 60_000
  watch.look()
  assert.deepEqual(found, [])
  pass(9_500)
  assert.deepEqual(found, [])
  pass(500)
  assert.deepEqual(found, ['one 10000'])
})

test('without a deadline nobody hangs, and a reload sets one', () => {
  const { found, state, pass } = watchOf('off')
  pass(60_000)
  assert.deepEqual(found, [])
  state.hungMs = 10_000
  pass(500)
  assert.deepEqual(found, ['one 60500'])
})

test('who begins has a minute for each thing that it does in one go', () => {
  const { workers, found, pass } = watchOf(10_000)
  workers[0].isStarting = true
  pass(59_500)
  assert.deepEqual(found, [])
  pass(500)
  assert.deepEqual(found, ['one 60000'])
})
