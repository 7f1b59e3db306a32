/** Inflating within bounds: never more than a byte beyond a package, and only so many at a time. */

import assert from 'node:assert/strict'
import test from 'node:test'
import { deflateSync } from 'node:zlib'
import { type Inflated, Inflations } from '../../../../src/relay/dialects/chatmaster/inflations.js'

const run = (input: Buffer, inflations = new Inflations()) =>
  new Promise<Inflated>((resolve) => inflations.run(input, resolve))

test('X12 a stream is found to be whole, partial, damaged or too large at every length', async () => {
  const stream = deflateSync('{"type":"message","data":{"message":"Hi"}}')
  for (let end = 1; end < stream.length; end++)
    assert.deepEqual(await run(stream.subarray(0, end)), { kind: 'partial' })
  for (const behind of ['', 'x', 'anything at all']) {
    const inflated = await run(Buffer.concat([stream, Buffer.from(behind)]))
    assert.ok(inflated.kind === 'whole')
    assert.equal(inflated.consumed, stream.length)
    assert.equal(inflated.bytes.toString(), '{"type":"message","data":{"message":"Hi"}}')
  }
  assert.deepEqual(await run(Buffer.from('no stream')), { kind: 'damaged' })
  assert.equal((await run(deflateSync(Buffer.alloc(65_536)))).kind, 'whole')
  assert.deepEqual(await run(deflateSync(Buffer.alloc(65_537))), { kind: 'too-large' })
})

test('X12 however far a bomb would go, it is too large', async () => {
  const inflations = new Inflations()
  const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024))
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => run(bomb, inflations)))
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['too-large']))
  // Its beginning is enough to tell: nothing waits for the rest.
  assert.deepEqual(await run(bomb.subarray(0, 200)), { kind: 'too-large' })
})

test('X12 each request has one result, after the call', async () => {
  const inflations = new Inflations()
  const stream = deflateSync('x')
  let done = 0
  const all = Array.from(
    { length: 100 },
    () => new Promise<void>((resolve) => inflations.run(stream, () => resolve(void done++))),
  )
  assert.equal(done, 0)
  await Promise.all(all)
  assert.equal(done, 100)
})
