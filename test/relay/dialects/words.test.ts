/** Words and lists that the dialects share. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { namePieces } from '../../../src/relay/dialects/name-pieces.js'
import { loggedName, people } from '../../../src/relay/dialects/words.js'

test('so many people, with a verb where a dialect wants one', () => {
  assert.equal(people(1), '1 person')
  assert.equal(people(212), '212 people')
  assert.equal(people(1, ' is', ' are'), '1 person is')
  assert.equal(people(0, ' is', ' are'), '0 people are')
})

test('M3 a name that was refused is logged without anything that a terminal or a log would act upon', () => {
  assert.equal(loggedName('Bob'), 'Bob')
  assert.equal(loggedName(''), '')
  assert.equal(loggedName('\x1b[2J\x9b\x7f\u202eé\n'), '\\u001b[2J\\u009b\\u007f\\u202e\\u00e9\\u000a')
  assert.equal(loggedName('x'.repeat(1000)).length, 64)
})

test('lists in pieces: all names in order, none split, each piece fits, and only the last does not end in the separator', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.array(name, { maxLength: 60 }), fc.integer({ min: 9, max: 40 }), (names, most) => {
      const pieces = namePieces(names, ' ', most)
      assert.ok(pieces.length >= 1)
      assert.ok(pieces.every((piece) => piece.length <= most))
      assert.ok(pieces.slice(0, -1).every((piece) => piece.endsWith(' ')))
      assert.equal(pieces.join(''), names.join(' '))
    }),
  )
  assert.deepEqual(
    namePieces(['a', 'b'], ' ', 4, (text) => text.replace(' ', '__')),
    ['a__b'],
  )
})
