/** That records of several processes reach one output whole. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WholeLines } from '../../src/workers/whole-lines.js'

const TEXT = Buffer.from('{"a":"é"}\n{"b":2}\n{"torn')

test('lines come whole, wherever they are cut, and one that is torn does not come', () => {
  for (let at = 0; at <= TEXT.length; at++) {
    const lines: string[] = []
    const whole = new WholeLines((line) => lines.push(line))
    whole.take(TEXT.subarray(0, at))
    whole.take(TEXT.subarray(at))
    assert.deepEqual(lines, ['{"a":"é"}\n', '{"b":2}\n'])
  }
})

test('a line that never ends is not kept for ever', () => {
  const lines: string[] = []
  const whole = new WholeLines((line) => lines.push(line))
  for (let count = 0; count < 40; count++) whole.take(Buffer.alloc(64 * 1024, 'x'))
  whole.take(Buffer.from('\nnext\n'))
  assert.equal(lines.at(-1), 'next\n')
  assert.ok((lines[0]?.length ?? 0) < 1_200_000)
})
