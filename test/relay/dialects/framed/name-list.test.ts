/** F8: that any list of names comes out as LIST frames that can be read again, no name split. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { COMMAND } from '../../../../src/relay/dialects/framed/commands.js'
import { encodeNames } from '../../../../src/relay/dialects/framed/name-list.js'
import { decodeAll } from '../../frame/streams.js'

/** Reads frames as a client does. */
function readNames(bytes: Buffer): { names: string[]; frames: number } {
  const { frames } = decodeAll([bytes])
  let text = ''
  for (const [index, { command, payload }] of frames.entries()) {
    assert.equal(command, COMMAND.LIST)
    const part = payload.toString('latin1')
    assert.equal(
      part.endsWith(' '),
      index < frames.length - 1,
      'a space at the end says that another follows',
    )
    assert.ok(!part.startsWith(' '), 'names are not split, nor their spaces')
    text += part
  }
  return { names: text === '' ? [] : text.split(' '), frames: frames.length }
}

const anyName = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 32,
})

test('F8 any names are one or more frames, in order and whole', () => {
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 50 }), (names) => {
      assert.deepEqual(readNames(encodeNames(names)), { names, frames: 1 })
    }),
  )
})

test('F8 lists of any total length around the size of a frame are split between names', () => {
  for (let last = 1; last <= 32; last++) {
    for (const length of [1, 2, 31, 32]) {
      // So many names that the last of them are about where the first frame is full.
      const count = Math.ceil(65_535 / (length + 1)) + 2
      const names = Array.from({ length: count }, () => 'n'.repeat(length))
      names.splice(3, 0, 'x'.repeat(last))
      const got = readNames(encodeNames(names))
      assert.ok(got.names.join(' ') === names.join(' '), `${count} names of ${length}, one of ${last}`)
      assert.equal(got.frames, 2)
    }
  }
})

test('F8 a list that just fits is one frame, and one name more makes two', () => {
  // 4,096 names of 15 and their spaces are 65,536 bytes, of which the last space is not sent.
  const names = Array.from({ length: 4096 }, (_, index) => `${index}`.padStart(15, '0'))
  assert.ok(readNames(encodeNames(names)).frames <= 2)
  assert.equal(readNames(encodeNames(names.slice(0, 4095))).frames, 1)
  assert.equal(readNames(encodeNames([...names, 'more'])).frames, 2)
  for (const list of [names, [...names, 'more']]) {
    assert.deepEqual(readNames(encodeNames(list)).names, list)
  }
})

test('F8 fifty thousand long names', () => {
  const names = Array.from({ length: 50_000 }, (_, index) => `${index}`.padStart(32, '~'))
  const got = readNames(encodeNames(names))
  assert.deepEqual(got.names, names)
  assert.equal(got.frames, Math.ceil((50_000 * 33) / 65_535))
})

test('F8 nobody there is one empty frame', () => {
  assert.deepEqual(encodeNames([]), Buffer.of(COMMAND.LIST, 0, 0))
})
