/** M3 That what a log or a terminal shows is what is there, and that JSON stays what it was. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printableJson, shownText } from '../src/printable.js'

test('any JSON means the same and has nothing in it that is not printable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson(`${JSON.stringify({ text })}\n`)
      assert.deepEqual(JSON.parse(json), { text })
      assert.match(json, /^[^\p{C}\p{Zl}\p{Zp}]*\n$/u)
    }),
  )
})

test('marks of direction and separators of lines are escaped, letters and pictures are not', () => {
  assert.equal(printableJson('"a\u202eb\u2028c\u200dd"'), '"a\\u202eb\\u2028c\\u200dd"')
  assert.equal(printableJson('"Zo\u00eb \u{1f600}"\n'), '"Zo\u00eb \u{1f600}"\n')
  assert.equal(printableJson('"\u{e0001}"'), '"\\udb40\\udc01"')
})

test('what an operator wrote is shown as it is where it is plain', () => {
  assert.equal(shownText('logDir'), 'logDir')
  assert.equal(shownText('log dir'), '"log dir"')
  assert.equal(shownText('\x1b[2J\u202e'), '"\\u001b[2J\\u202e"')
})
