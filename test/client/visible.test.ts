import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visible } from '../../src/client/visible.js'

test('M3 what a terminal would act on is written out', () => {
  assert.equal(visible('\x1b[2J\x1b]0;title\x07'), '^[[2J^[]0;title^G')
  assert.equal(visible('a\rb\nc\0d\x7fe'), 'a^Mb^Jc^@d^?e')
  assert.equal(visible('\u009b31m'), '\\u{9b}31m')
  assert.equal(visible('left\u202eright'), 'left\\u{202e}right')
  assert.equal(visible('a\u2028b'), 'a\\u{2028}b')
})

test('M3 no C0, DEL or C1 is left of any of them, except tab', () => {
  for (let code = 0; code <= 0xff; code++) {
    const character = String.fromCharCode(code)
    const shown = visible(`a${character}b`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be gone
    assert.doesNotMatch(shown, /[\x00-\x08\x0a-\x1f\x7f-\x9f]/, `U+${code.toString(16)}`)
  }
  assert.equal(visible('a\tb'), 'a\tb')
})

test('M3 line ends and padding after a text are dropped', () => {
  assert.equal(visible('Hi\r\n'), 'Hi')
  assert.equal(visible('Hi\0\0\0\0'), 'Hi')
  assert.equal(visible('\n'), '')
})

test('what joins emoji stays, and nowhere else', () => {
  const family = '👨\u200d👩🏽\u200d👧 ❤\ufe0f\u200d🔥'
  assert.equal(visible(family), family)
  assert.equal(visible('a\u200db 👨\u200d'), 'a\\u{200d}b 👨\\u{200d}')
})

test('text that is harmless stays as it is', () => {
  for (const text of ['', '[Bob] Hi', 'café 北京 😀', '  spaces  ']) assert.equal(visible(text), text)
})
