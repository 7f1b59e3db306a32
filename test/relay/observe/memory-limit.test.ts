/** When the operator is told that there is too little memory, and in which words. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryWarning } from '../../../src/relay/observe/memory-limit.js'

const MIB = 1024 * 1024
const RETAINED = 256 * MIB

test('without a limit, and with enough for all that may be retained, there is nothing to say', () => {
  for (const limit of [undefined, 0, 400 * MIB, 2 ** 50, 2 ** 64]) {
    assert.equal(memoryWarning(limit, RETAINED), null, `${limit}`)
  }
  assert.equal(memoryWarning(256 * MIB, 64 * MIB), null)
})

test('less than any relay needs', () => {
  for (const retained of [RETAINED, MIB]) {
    assert.equal(
      memoryWarning(64 * MIB, retained),
      'the memory limit is 64 MiB: the relay needs at least 144 MiB',
    )
    assert.match(memoryWarning(144 * MIB - 1, retained) ?? '', /is 143 MiB: .* at least 144 MiB$/)
  }
})

test('less than this one may come to need', () => {
  assert.equal(
    memoryWarning(300 * MIB, RETAINED),
    'the memory limit is 300 MiB: with a retainedLimitBytes of 256 MiB the relay may come to 400 MiB while readers are slow, and would be killed',
  )
})
