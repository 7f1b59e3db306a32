/** That many are spread over the whole while and few over less, each once and in order. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { inTurn } from '../../../src/relay/net/in-turn.js'

/** Runs it on a clock of its own. @returns when each had its turn */
async function turnsOf(t: TestContext, count: number, overMs: number): Promise<number[]> {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const turns: number[] = []
  let over = false
  const items = Array.from({ length: count }, (_, index) => index)
  const running = inTurn(items, overMs, (item) => {
    assert.equal(item, turns.length)
    turns.push(now)
  }).then(() => {
    over = true
  })
  for (; !over && now < 100_000; now += 5) {
    await new Promise(setImmediate)
    t.mock.timers.tick(5)
  }
  await running
  t.mock.restoreAll()
  t.mock.timers.reset()
  return turns
}

test('10,000 are spread over all of it', async (t) => {
  const turns = await turnsOf(t, 10_000, 2000)
  assert.equal(turns.length, 10_000)
  assert.equal(turns.at(-1), 2000)
  for (const [quarter, at] of [0.25, 0.5, 0.75].entries()) {
    const done = turns.filter((turn) => turn <= at * 2000).length
    assert.ok(Math.abs(done - at * 10_000) < 100, `quarter ${quarter}: ${done}`)
  }
})

test('a hundred take a tenth of a second, and none takes nothing', async (t) => {
  assert.equal((await turnsOf(t, 100, 2000)).at(-1), 100)
  assert.deepEqual(await turnsOf(t, 0, 2000), [])
})

test('over nothing is at once', async (t) => {
  assert.deepEqual(new Set(await turnsOf(t, 500, 0)), new Set([0]))
})
