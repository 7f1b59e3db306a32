/** How a DIRECT is read. Rule F9. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDirect } from '../../../../src/relay/dialects/framed/direct.js'

function read(payload: string, ...here: readonly string[]): readonly [string, string] {
  const { to, text } = readDirect(payload, (name) => here.includes(name))
  return [to, text]
}

test('F9 an @ and a /w in front are taken off where nobody has such a name', () => {
  assert.deepEqual(read('Amy Hi', 'Amy'), ['Amy', 'Hi'])
  assert.deepEqual(read('@Amy Hi', 'Amy'), ['Amy', 'Hi'])
  assert.deepEqual(read('/w Amy Hi', 'Amy'), ['Amy', 'Hi'])
  assert.deepEqual(read('/w @Amy Hi', 'Amy'), ['Amy', 'Hi'])
  assert.deepEqual(read('@/w Hi', '/w'), ['/w', 'Hi'])
})

test('F9 the name as it is written comes first', () => {
  assert.deepEqual(read('@Amy Hi', 'Amy', '@Amy'), ['@Amy', 'Hi'])
  assert.deepEqual(read('/w @Amy Hi', 'Amy', '@Amy'), ['@Amy', 'Hi'])
  assert.deepEqual(read('/w Amy Hi', 'Amy', '/w'), ['/w', 'Amy Hi'])
  assert.deepEqual(read('@ Hi', '@'), ['@', 'Hi'])
})

test('F9 where nobody is called any of it, the plain name is what is missing', () => {
  assert.deepEqual(read('@Amy Hi'), ['Amy', 'Hi'])
  assert.deepEqual(read('/w @Amy Hi'), ['Amy', 'Hi'])
  assert.deepEqual(read('/w Hi'), ['/w', 'Hi'])
  assert.deepEqual(read('@ Hi'), ['', 'Hi'])
  assert.deepEqual(read('Amy'), ['', 'Amy'])
  assert.deepEqual(read(''), ['', ''])
})
