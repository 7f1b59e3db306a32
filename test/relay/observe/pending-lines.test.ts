/** That lines come out as the bytes that went in, whatever they are made of and however they fill the memory. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PendingLines } from '../../../src/relay/observe/pending-lines.js'

const MUCH = 1 << 30

test('lines of two and three bytes a character are whole, also in memory that they just fill', () => {
  for (const character of ['x', 'ë', '你', '\u{1f600}']) {
    for (let length = 1000; length < 40_000; length += 997) {
      const pending = new PendingLines()
      const lines = Array.from({ length: 4 }, (_, index) => `${character.repeat(length + index)}\n`)
      for (const line of lines) assert.ok(pending.add(line, MUCH))
      assert.equal(pending.lines, 4)
      assert.ok(pending.take().equals(Buffer.from(lines.join(''))), `${length} of ${character}`)
      assert.equal(pending.lines, 0)
    }
  }
})

test('whatever lines come in whatever blocks, nothing is added or lost', () => {
  const line = fc
    .tuple(fc.constantFrom('x', 'é', '\u20ac', '\u{1f600}', 'ab\u20ac'), fc.integer({ min: 0, max: 20_000 }))
    .map(([text, times]) => `${text.repeat(times)}\n`)
  fc.assert(
    fc.property(fc.array(fc.array(line, { maxLength: 6 }), { maxLength: 6 }), (blocks) => {
      const pending = new PendingLines()
      let [before, wanted]: [Buffer, string] = [Buffer.alloc(0), '']
      for (const lines of blocks) {
        for (const one of lines) pending.add(one, MUCH)
        // It was still under way while the next lines came.
        assert.ok(before.equals(Buffer.from(wanted)))
        if (lines.length % 2 === 0) pending.written(before)
        before = pending.take()
        wanted = lines.join('')
        assert.ok(before.equals(Buffer.from(wanted)))
      }
    }),
    { numRuns: 60 },
  )
})

test('a block that was written is filled again, but for a flood’s', () => {
  const pending = new PendingLines()
  const next = (line: string) => {
    pending.add(line, MUCH)
    return pending.take()
  }
  const first = next('one\n')
  pending.written(first)
  const second = next('two\n')
  assert.equal(second.buffer, first.buffer)
  assert.notEqual(next('three\n').buffer, second.buffer, 'not while it is under way')
  const flood = next(`${'x'.repeat(5 * 1024 * 1024)}\n`)
  pending.written(flood)
  assert.notEqual(next('four\n').buffer, flood.buffer)
})

test('no more waits than may, to the byte', () => {
  const pending = new PendingLines()
  assert.ok(pending.add('\u20ac\u20ac\n', 10))
  assert.ok(!pending.add('\u20ac\n', 10))
  assert.ok(pending.add('\u00e9\n', 10))
  assert.ok(!pending.add('\n', 10))
  assert.equal(pending.take().toString(), '\u20ac\u20ac\n\u00e9\n')
})
