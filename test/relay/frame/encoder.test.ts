/** That the encoder writes exactly its frames into the space given, and refuses what does not fit or would come out wrong. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeAscii, writeFrame, writeHeader, writeTextFrame } from '../../../src/relay/frame/encoder.js'
import { bytesOf, decodeAll, frame } from './streams.js'

const UNTOUCHED = 0xa5

test('frames written back to back are the frames that a decoder reads', () => {
  const anyFrames = fc.array(
    fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 300 })).map(([command, bytes]) => frame(command, bytes)),
  )
  fc.assert(
    fc.property(anyFrames, (frames) => {
      const wanted = bytesOf(frames)
      const target = new Uint8Array(wanted.length)
      let at = 0
      for (const { command, payload } of frames) at = writeFrame(target, at, command, payload)
      assert.equal(at, wanted.length)
      assert.ok(wanted.equals(target))
      assert.deepEqual(decodeAll([target]).frames, frames)
    }),
  )
})

test('text frames are one byte a character', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.string({ unit: 'binary-ascii', maxLength: 300 }), (command, text) => {
      const target = Buffer.alloc(3 + text.length)
      assert.equal(writeTextFrame(target, 0, command, text), target.length)
      assert.deepEqual(target, bytesOf([frame(command, text)]))
    }),
  )
})

test('nothing is written outside the frame, at any place in the space given', () => {
  const payload = Buffer.from('between')
  for (let at = 0; at <= 20; at++) {
    const target = Buffer.alloc(40, UNTOUCHED)
    const next = writeFrame(target, at, 4, payload)
    assert.equal(next, at + 3 + payload.length)
    assert.deepEqual(target.subarray(at, next), bytesOf([{ command: 4, payload }]))
    assert.ok([...target.subarray(0, at), ...target.subarray(next)].every((byte) => byte === UNTOUCHED))
  }
})

test('the longest payload is 65,535 bytes and one more is refused', () => {
  const target = new Uint8Array(3 + 65_536)
  assert.equal(writeFrame(target, 0, 2, new Uint8Array(65_535)), 3 + 65_535)
  assert.deepEqual([...target.subarray(0, 3)], [2, 0xff, 0xff])
  assert.throws(() => writeHeader(target, 0, 2, 65_536), /^RangeError: a payload of 65536 bytes .*\(65535\)$/)
  assert.throws(() => writeFrame(target, 0, 2, new Uint8Array(65_536)), RangeError)
  assert.throws(() => writeTextFrame(target, 0, 2, 'x'.repeat(65_536)), RangeError)
})

test('what does not fit the space given is refused before anything is written', () => {
  for (let space = 0; space < 8; space++) {
    const target = Buffer.alloc(space, UNTOUCHED)
    const untouched = Buffer.alloc(space, UNTOUCHED)
    assert.throws(() => writeFrame(target, 0, 2, Buffer.from('abcde')), RangeError)
    assert.throws(() => writeTextFrame(target, 0, 2, 'abcde'), RangeError)
    // The header alone would fit from 3 bytes on, but a header without its payload is of no use.
    assert.throws(() => writeHeader(target, 0, 2, 5), RangeError)
    assert.throws(() => writeAscii(target, 0, 'abcdefgh'), RangeError)
    assert.deepEqual(target, untouched)
  }
  assert.equal(writeFrame(Buffer.alloc(8), 0, 2, Buffer.from('abcde')), 8)
  assert.throws(
    () => writeFrame(Buffer.alloc(8), 1, 2, Buffer.from('abcde')),
    /^RangeError: 8 bytes at 1 do not fit the 8 bytes given$/,
  )
  assert.throws(() => writeAscii(Buffer.alloc(4), 5, ''), RangeError)
})

test('M2 every character above 0x7F is refused, not truncated', () => {
  const target = new Uint8Array(16)
  for (let code = 0; code <= 0xffff; code++) {
    const text = String.fromCharCode(code)
    if (code <= 0x7f) assert.equal(writeAscii(target, 0, text), 1)
    else assert.throws(() => writeAscii(target, 0, text), RangeError)
  }
  // U+010A would be a line feed and U+009B an escape sequence if cut to a byte or to 7 bits.
  assert.throws(() => writeTextFrame(target, 0, 2, 'Hi\u010a'), /U\+010a is not ASCII/)
  assert.throws(() => writeTextFrame(target, 0, 2, '\u{1f600}'), RangeError)
})
