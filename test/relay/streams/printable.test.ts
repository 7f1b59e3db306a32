/** That nothing unprintable is left in a line of a log, and that who parses the line reads the same as before. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  oneLine,
  printable,
  printableWhenParsed,
  quoted,
  shown,
} from '../../../src/relay/streams/printable.js'

/** Whatever an operator would not see, or see as something else. */
const HIDDEN = [
  ...[
    '\0',
    '\x1b',
    '\x7f',
    '\x80',
    '\x9b',
    '\x9f',
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u115f',
    '\u180e',
    '\u3164',
  ],
  ...[
    '\u200b',
    '\u200c',
    '\u200d',
    '\u200e',
    '\u200f',
    '\u2028',
    '\u2029',
    '\u202a',
    '\u202e',
    '\u2060',
    '\u2066',
  ],
  ...[
    '\u2069',
    '\ufeff',
    '\ufff9',
    '\ue000',
    '\u{e0001}',
    '\u{e0041}',
    '\u{f0000}',
    '\u0378',
    '\ud800',
    '\udc00',
  ],
]
const PLAIN = ['', 'Hi "all" \\ {}', 'Zoë', 'Привет', '你好', 'שלום', '😀', '\\u202e', '\\\\u001b', '\t']

/** Printable characters alone, and the line feed at the end. */
const CLEAN = /^(?:[^\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])*\n?$/u

test('what hides is escaped as JSON can, and parsed it is the same text', () => {
  for (const text of HIDDEN) {
    for (const around of [text, `a${text}b`, text + text, `\\${text}`, `ë${text}"`]) {
      const line = `${JSON.stringify({ [around]: around })}\n`
      const safe = printable(line)
      assert.match(safe, CLEAN, quoted(text))
      assert.deepEqual(JSON.parse(safe), JSON.parse(line))
    }
  }
})

test('what is plain stays as it is', () => {
  for (const text of PLAIN) {
    const line = `${JSON.stringify(text)}\n`
    assert.equal(printable(line), line)
    assert.equal(printableWhenParsed(line), line)
  }
})

test('for who shows what is in the line nothing of it is unprintable, and line feeds and tabs stay', () => {
  for (const text of HIDDEN) {
    for (const around of [`a${text}b`, text + text, `\\${text}`]) {
      const shownText = JSON.parse(printableWhenParsed(JSON.stringify(around))) as string
      assert.match(shownText, CLEAN)
      assert.match(shownText, /\\u[0-9a-f]{4}|\\[bfr]/)
    }
  }
  assert.equal(JSON.parse(printableWhenParsed('"Error: a\\n\\tat b"')), 'Error: a\n\tat b')
})

test('words for people are on one line, and quoted where they have to be', () => {
  assert.equal(shown('logMaxBytes'), 'logMaxBytes')
  assert.equal(shown('no\x1b[2Jsuch'), '"no\\u001b[2Jsuch"')
  assert.equal(shown('two\nlines'), '"two\\nlines"')
  assert.equal(oneLine('a\nb\u202e'), 'a\\nb\\u202e')
  assert.equal(oneLine('\x1b'), '\\u001b', 'also where nothing else is')
  assert.equal(quoted(undefined), 'undefined')
})
