/** F8 C9 J3 J4 X2 X10 S3: a list is encoded once for as long as it is the same list, and kept by whoever it is queued for once. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnswerCache } from '../../../src/relay/dialects/answer-cache.js'
import { ChunkPool } from '../../../src/relay/fanout/chunk.js'

test('a list is encoded once, whoever asks, and again when it is another list', () => {
  let encoded = 0
  const cache = new AnswerCache<readonly string[]>((names) => {
    encoded++
    return names.map((name) => Buffer.from(name))
  })
  const names = ['Amy', 'Bob']
  const answer = cache.get(names)
  assert.deepEqual(
    answer.map(({ bytes }) => bytes.toString()),
    names,
  )
  assert.equal(cache.get(names), answer)
  assert.equal(encoded, 1)
  assert.notEqual(cache.get([...names]), answer)
  assert.equal(encoded, 2)
  assert.equal(cache.get(names), answer, 'lists of several rooms do not push each other out')
})

test('a thousand places in queues retain it once', () => {
  const pool = new ChunkPool()
  const cache = new AnswerCache<readonly string[]>(() => [Buffer.alloc(5000)])
  const names = ['Amy']
  for (let time = 0; time < 1000; time++) for (const { memory } of cache.get(names)) memory?.retain(pool)
  assert.equal(pool.retainedBytes, 5000)
  for (let time = 0; time < 1000; time++) for (const { memory } of cache.get(names)) memory?.release(pool)
  assert.equal(pool.retainedBytes, 0)
})
