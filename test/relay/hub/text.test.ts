/** N2, R3: which characters pass, for every character of the first plane. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byBytes, isName, isRoomName, isText, withoutPadding } from '../../../src/relay/hub/text.js'

test('N2 R3 names and room names are visible ASCII of at most 32 and 64 characters', () => {
  for (const text of ['!', '~', 'Bob', '__proto__', '@everyone', 'x'.repeat(32)])
    assert.ok(isName(text), text)
  for (const text of ['', ' ', 'x'.repeat(33), 'Bob\n', 'Bob\r', 'a\u2028', 'é'])
    assert.ok(!isName(text), text)
  assert.ok(isRoomName('x'.repeat(64)))
  assert.ok(!isRoomName('x'.repeat(65)))
  assert.ok(!isRoomName('a\n'))
})

test('sorting is by byte value', () => {
  assert.deepEqual(['b', 'a', 'B', '_', 'aa', '~', '!'].sort(byBytes), ['!', 'B', '_', 'a', 'aa', 'b', '~'])
  assert.deepEqual([byBytes('a', 'a'), byBytes('b', 'a'), byBytes('a', 'b')], [0, 1, -1])
})

test('M3 text has tabs and whatever shows itself, no controls and no half of a pair', () => {
  for (let code = 0; code <= 0xffff; code++) {
    const isControl = (code < 0x20 && code !== 0x09) || (code >= 0x7f && code <= 0x9f)
    const isHalf = code >= 0xd800 && code <= 0xdfff
    for (const text of [String.fromCharCode(code), `a${String.fromCharCode(code)}b`])
      assert.equal(isText(text), !isControl && !isHalf, `U+${code.toString(16)}`)
  }
  assert.ok(isText('') && isText('👨‍👩‍👧'))
})

test('M3 padding is CR, LF and NUL at the end, and nothing else', () => {
  for (const padding of ['', '\r', '\n', '\r\n', '\0\0\0', '\n\0\r'])
    for (const text of ['', 'Bob', 'a b', 'a\nb', '\0a'])
      assert.equal(withoutPadding(`${text}${padding}`), text)
  for (const text of ['Bob ', 'Bob\t', '\nBob']) assert.equal(withoutPadding(text), text)
})
