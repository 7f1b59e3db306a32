/** That memory is written again only when nobody refers to it, and that no more of it is kept than allowed. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Batch } from '../../../src/relay/fanout/batch.js'
import { type Chunk, ChunkPool, MIN_CHUNK_BYTES, type SharedMemory } from '../../../src/relay/fanout/chunk.js'

function put(batch: Batch, text: string): void {
  batch.reserve(text.length).write(text, batch.end, 'latin1')
  batch.commit(text.length)
}

test('a chunk has room for what was asked and its size is a power of two', () => {
  const pool = new ChunkPool()
  for (const bytes of [0, 1, MIN_CHUNK_BYTES, MIN_CHUNK_BYTES + 1, 100_000, 3 * 2 ** 20]) {
    const { length } = pool.take(bytes).buffer
    assert.ok(length >= Math.max(bytes, MIN_CHUNK_BYTES))
    assert.equal(Math.log2(length) % 1, 0)
  }
})

test('a chunk is taken again only once it is abandoned and nobody refers to it, in either order', () => {
  const pool = new ChunkPool()
  const first = pool.take(1)
  first.retain()
  first.retain()
  assert.notEqual(pool.take(1), first)
  first.abandon()
  first.release()
  assert.notEqual(pool.take(1), first)
  first.release()
  assert.equal(pool.take(1), first)
  first.retain()
  first.release()
  assert.notEqual(pool.take(1), first, 'still in use')
  first.abandon()
  assert.equal(pool.take(1), first)
})

test('retained bytes count each chunk once, however many refer to it', () => {
  const pool = new ChunkPool()
  const chunks = [pool.take(1), pool.take(10_000)]
  for (const chunk of chunks) for (let count = 0; count < 5; count++) chunk.retain()
  assert.equal(pool.retainedBytes, MIN_CHUNK_BYTES + 16_384)
  for (const chunk of chunks) for (let count = 0; count < 4; count++) chunk.release()
  assert.equal(pool.retainedBytes, MIN_CHUNK_BYTES + 16_384)
  for (const chunk of chunks) chunk.release()
  assert.equal(pool.retainedBytes, 0)
})

test('unused memory is kept up to a limit, and chunks of a flood are not kept at all', () => {
  const pool = new ChunkPool()
  const taken: Chunk[] = Array.from({ length: 4000 }, () => pool.take(1))
  const large = pool.take(4 * 2 ** 20)
  for (const chunk of [...taken, large]) chunk.abandon()
  const kept = new Set(Array.from({ length: 4000 }, () => pool.take(1)))
  const again = taken.filter((chunk) => kept.has(chunk)).length
  assert.equal(again * MIN_CHUNK_BYTES, 8 * 2 ** 20)
  assert.notEqual(pool.take(4 * 2 ** 20), large)
})

test('slices keep their bytes while the batch goes on, grows and moves', () => {
  const pool = new ChunkPool()
  const batch = new Batch(pool)
  const held: { bytes: Buffer; memory: SharedMemory | null; text: string }[] = []
  for (let round = 0; round < 60; round++) {
    const text = String.fromCharCode(33 + round).repeat(1 + ((round * 379) % 3000))
    put(batch, text)
    const slice = batch.slice(0, batch.bytes, 1)
    slice.memory?.retain(pool)
    held.push({ ...slice, text })
    // Some turns end with their batch unfinished, so that it is moved when it grows.
    if (round % 3 === 0) {
      batch.finish()
      batch.settle()
    }
  }
  for (const { bytes, memory, text } of held) {
    assert.ok(bytes.toString('latin1').endsWith(text))
    memory?.release(pool)
  }
})

test('a chunk that nobody waits for is given back after the turn, and one that is waited for goes on being filled', () => {
  const pool = new ChunkPool()
  const batch = new Batch(pool)
  put(batch, 'quick')
  const first = batch.slice(0, 5, 1).memory
  batch.finish()
  batch.settle()
  assert.equal(pool.take(1), first, 'back in the pool')
  put(batch, 'slow')
  const slow = batch.slice(0, 4, 1)
  slow.memory?.retain(pool)
  batch.finish()
  batch.settle()
  put(batch, 'next')
  assert.equal(batch.slice(0, 4, 1).memory, slow.memory)
  assert.equal(slow.bytes.toString(), 'slow')
  assert.equal(batch.slice(0, 4, 1).bytes.toString(), 'next')
})

test('settling in the middle of a turn keeps what the turn has put in', () => {
  const pool = new ChunkPool()
  const batch = new Batch(pool)
  put(batch, 'half')
  batch.settle()
  pool.take(1).buffer.fill('?')
  put(batch, ' and half')
  assert.equal(batch.slice(0, batch.bytes, 1).bytes.toString(), 'half and half')
})
