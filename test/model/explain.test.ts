/** What one who has not read for a while may have been told by several sessions: any order that keeps that of each. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cursor, type Expected } from './cursor.js'
import { Explanation } from './explain.js'
import { World } from './reference-model.js'

const READER = 'reader'

/** @param sessions what each session had the reader told, by its id */
function isExplained(
  told: readonly string[],
  sessions: Readonly<Record<string, readonly string[]>>,
): boolean {
  const expected: Expected[] = Object.entries(sessions).flatMap(([by, units]) =>
    units.map((unit) => ({ unit, by, room: 'general' })),
  )
  const before = { world: new World(), unread: new Map([[READER, expected]]), cut: new Set<string>() }
  const { candidates } = Explanation.of([before], {
    order: 'cluster',
    tongues: new Map(),
    parts: [],
    asks: new Map(),
    cursors: new Map([[READER, new Cursor(told, 'cluster', false)]]),
    mayBeCut: [],
    inOrder: () => [],
    isPossible: () => true,
  })
  return candidates.length > 0
}

const SECOND_OF_THE_NAME = ['Dan came', 'Dan: hi', 'Dan left']

test('M5 two sessions that had the same name one after the other are told apart by what follows', () => {
  const told = [...SECOND_OF_THE_NAME, 'Dan came']
  assert.ok(isExplained(told, { 6: ['Dan came'], 7: SECOND_OF_THE_NAME }))
  assert.ok(isExplained(told, { 6: SECOND_OF_THE_NAME, 7: ['Dan came'] }))
})

test('M5 of each session there is one order, and all of it has to come', () => {
  assert.ok(
    !isExplained(['Dan: hi', 'Dan came', 'Dan left', 'Dan came'], { 6: ['Dan came'], 7: SECOND_OF_THE_NAME }),
  )
  assert.ok(!isExplained(SECOND_OF_THE_NAME, { 6: ['Dan came'], 7: SECOND_OF_THE_NAME }))
  assert.ok(!isExplained([...SECOND_OF_THE_NAME, 'Dan came'], { 7: SECOND_OF_THE_NAME }))
})
