/** F7, M2, M3: which bytes are text, for all of them, and that all of Unicode can be shown in ASCII. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toAscii } from '../../../../src/relay/dialects/ascii.js'
import { readText } from '../../../../src/relay/dialects/framed/text.js'

const PRINTABLE = /^[\x20-\x7e]*$/

test('F7 M3 each of the 256 bytes, in the middle of a text and at its end', () => {
  for (let byte = 0; byte < 256; byte++) {
    const clean = byte === 0x09 || (byte >= 0x20 && byte <= 0x7e)
    const padding = byte === 0x00 || byte === 0x0a || byte === 0x0d
    const character = String.fromCharCode(byte)
    const words = `byte ${byte}`
    assert.equal(readText(Uint8Array.of(0x61, byte, 0x62), 0, 3), clean ? `a${character}b` : null, words)
    assert.equal(
      readText(Uint8Array.of(0x61, byte), 0, 2),
      clean ? `a${character}` : padding ? 'a' : null,
      words,
    )
    assert.equal(readText(Uint8Array.of(byte, 0x61), 0, 2), clean ? `${character}a` : null, words)
    assert.equal(readText(Uint8Array.of(byte), 0, 1), clean ? character : padding ? '' : null, words)
  }
})

test('M3 CR, LF, CRLF and NUL padding at the end is trimmed', () => {
  for (const padding of ['\n', '\r\n', '\r', '\0', '\0'.repeat(1000), '\n\0\0', '\r\n\r\n']) {
    const bytes = Buffer.from(`Hi${padding}`)
    assert.equal(readText(bytes, 0, bytes.length), 'Hi', JSON.stringify(padding))
  }
  assert.equal(readText(Buffer.from('\0\n\r'), 0, 3), '')
  assert.equal(readText(Buffer.from('Hi \t\n'), 0, 5), 'Hi \t', 'spaces and tabs are the speaker’s')
  assert.equal(readText(Buffer.from('a\nb\n'), 0, 4), null)
})

test('only the given part is read, of any view into any memory', () => {
  const memory = new Uint8Array(100).fill(0xff)
  memory.set(Buffer.from('inside'), 40)
  assert.equal(readText(memory, 40, 46), 'inside')
  assert.equal(readText(memory.subarray(38, 50), 2, 8), 'inside')
  assert.equal(readText(memory, 40, 47), null)
  assert.equal(readText(memory, 40, 40), '')
})

test('a text is a copy: the bytes may be overwritten', () => {
  const bytes = Buffer.from('before')
  const text = readText(bytes, 0, 6)
  bytes.fill(0x78)
  assert.equal(text, 'before')
})

test('any bytes are text or not as the rule says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const trimmed = Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\r\n\0]+$/, '')
      const wanted = /^[\t\x20-\x7e]*$/.test(trimmed) ? trimmed : null
      assert.equal(readText(bytes, 0, bytes.length), wanted)
    }),
  )
})

test('M2 everything in Unicode comes out as printable ASCII', () => {
  for (let code = 0x80; code <= 0x10ffff; code++) {
    const ascii = toAscii(String.fromCodePoint(code))
    if (!PRINTABLE.test(ascii)) assert.fail(`U+${code.toString(16)} became ${JSON.stringify(ascii)}`)
  }
})

test('M2 text is transliterated, and ASCII stays as it is', () => {
  assert.equal(toAscii('Zoë, où? – à Łódź'), 'Zoe, ou? - a Lodz')
  assert.equal(toAscii('Ċ'), 'C', 'U+010A is no line feed')
  assert.equal(toAscii('plain ~ [text]\t!'), 'plain ~ [text]\t!')
  assert.equal(toAscii(''), '')
  assert.notEqual(toAscii('Привет'), '')
  assert.match(toAscii('Hi 😀'), /^Hi ./)
})
