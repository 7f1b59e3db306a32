/** M3, N2, R3: which characters pass, for every character of the first plane. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byBytes, hasControl, isName, isRoomName, withoutPadding } from '../../src/hub/text.js'

test('M3 exactly C0 without tab, DEL and C1 are control characters', () => {
  for (let code = 0; code <= 0xffff; code++) {
    const control = (code < 0x20 && code !== 0x09) || (code >= 0x7f && code <= 0x9f)
    assert.equal(hasControl(`a${String.fromCharCode(code)}b`), control, `U+${code.toString(16)}`)
  }
  assert.equal(hasControl(''), false)
  assert.equal(hasControl('tab\tand 😀'), false)
})

test('M3 trailing CR, LF, CRLF and NUL padding is trimmed, and nothing else', () => {
  const cases: [string, string][] = [
    ['Hi', 'Hi'],
    ['Hi\n', 'Hi'],
    ['Hi\r\n', 'Hi'],
    ['Hi\0\0\0', 'Hi'],
    ['Hi\n\0', 'Hi'],
    ['Hi ', 'Hi '],
    ['Hi\t', 'Hi\t'],
    ['\nHi', '\nHi'],
    ['H\ni\n', 'H\ni'],
    ['\r\n', ''],
    ['', ''],
  ]
  for (const [text, trimmed] of cases) assert.equal(withoutPadding(text), trimmed, JSON.stringify(text))
})

test('trimming takes no time to speak of when the padding is not at the end', () => {
  const text = `${'\0'.repeat(65_000)}x\n`
  const begun = performance.now()
  assert.equal(withoutPadding(text).length, 65_001)
  // An expression that looks back from every NUL needs several seconds.
  assert.ok(performance.now() - begun < 500)
})

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
  assert.equal(byBytes('a', 'a'), 0)
})
