/** What ends a connection's turn. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TurnBudget } from '../../../src/relay/net/turn-budget.js'

test('what a turn carries out was read when it begins, unless it has waited', () => {
  const turn = new TurnBudget(() => 7)
  turn.begin()
  assert.equal(turn.readMs, 7)
  turn.begin(3)
  assert.equal(turn.readMs, 3)
})

test('a turn ends with its requests, its time, or what it has told thousands, and the next one has all of it again', () => {
  let nowMs = 0
  const turn = new TurnBudget(() => nowMs)
  for (let round = 0; round < 2; round++) {
    turn.begin()
    for (let request = 1; request < 1024; request++) assert.ok(!turn.requestDone())
    assert.ok(turn.requestDone())
  }
  turn.begin()
  assert.ok(!turn.requestDone())
  nowMs += 2
  assert.ok(turn.requestDone())
  turn.begin()
  for (let rename = 0; rename < 5; rename++) {
    turn.spend(3000)
    assert.ok(!turn.requestDone())
  }
  turn.spend(3000)
  assert.ok(turn.requestDone())
  turn.begin()
  assert.ok(!turn.requestDone())
})
