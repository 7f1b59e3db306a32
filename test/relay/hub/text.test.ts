/** N2, R3: which characters pass, for every character of the first plane. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byBytes, isName, isRoomName } from '../../../src/relay/hub/text.js'

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
