import assert from 'node:assert/strict'
import test from 'node:test'
import { HeldBytes } from '../../../src/relay/streams/held-bytes.js'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

test('pieces come back in one, and nothing is held afterwards', () => {
  const held = new HeldBytes()
  held.add(Buffer.from('xxabxx'), 2, 4)
  held.add(Buffer.from('c'), 0, 1)
  held.add(Buffer.from('d'), 1, 1)
  assert.equal(held.length, 3)
  assert.equal(text(held.take()), 'abc')
  assert.equal(held.length, 0)
  assert.equal(held.take().length, 0)
})

test('what was taken is nobody else’s', () => {
  const held = new HeldBytes()
  held.add(Buffer.from('abc'), 0, 3)
  const taken = held.take()
  held.add(Buffer.from('xyz'), 0, 3)
  assert.equal(text(taken), 'abc')
})

test('memory follows what has arrived: at most twice of it, whatever the pieces', () => {
  for (const piece of [1, 7, 255, 256, 257, 5000]) {
    const held = new HeldBytes()
    const chunk = Buffer.alloc(piece, 'x')
    for (let at = 0; at < 20_000; at += piece) held.add(chunk, 0, piece)
    const taken = held.take()
    assert.equal(text(taken), 'x'.repeat(taken.length))
    assert.ok(
      taken.buffer.byteLength <= 2 * taken.length + 256,
      `${taken.buffer.byteLength} for ${taken.length}`,
    )
  }
})
