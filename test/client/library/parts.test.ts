/** The parts of the client library that need no relay: the bounded buffer of events, the waits between attempts, and who takes an answer. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backoffMs } from '../../../src/client/library/backoff.js'
import { EventBuffer } from '../../../src/client/library/event-buffer.js'
import type { ChatEvent } from '../../../src/client/library/events.js'
import { Questions } from '../../../src/client/library/questions.js'

const said = (text: string): ChatEvent => ({
  kind: 'message',
  at: 0,
  id: null,
  from: 'Amy',
  text,
  room: 'general',
  sentAt: null,
})

async function textOf(buffer: EventBuffer): Promise<string> {
  const { value } = await buffer.next()
  if (value === undefined) return '(end)'
  return value.kind === 'message'
    ? value.text
    : value.kind === 'missed'
      ? `missed ${value.count}`
      : value.kind
}

test('events come in order, whether they or their reader were first', async () => {
  const buffer = new EventBuffer(10)
  buffer.push(said('1'))
  buffer.push(said('2'))
  assert.deepEqual([await textOf(buffer), await textOf(buffer)], ['1', '2'])
  const third = textOf(buffer)
  await assert.rejects(buffer.next(), /one loop at a time/)
  buffer.push(said('3'))
  assert.equal(await third, '3')
  const stopped = textOf(buffer)
  buffer.stopWaiting()
  assert.equal(await stopped, '(end)')
  buffer.push(said('4'))
  buffer.end(null)
  buffer.push(said('5'))
  assert.deepEqual(
    [await textOf(buffer), await textOf(buffer), await textOf(buffer)],
    ['4', '(end)', '(end)'],
  )
})

test('an end with an error is told once, after what waits', async () => {
  for (const waits of [true, false]) {
    const buffer = new EventBuffer(10)
    const waiting = waits ? textOf(buffer) : null
    if (!waits) buffer.push(said('1'))
    buffer.end(new Error('lost'))
    buffer.end(null)
    if (waiting === null) assert.equal(await textOf(buffer), '1')
    await assert.rejects(waiting ?? textOf(buffer), /lost/)
    assert.equal(await textOf(buffer), '(end)')
  }
})

test('what nobody reads is bounded, by number and by length, and the reader is told how many are missing', async () => {
  const buffer = new EventBuffer(3)
  for (let i = 1; i <= 10; i++) buffer.push(said(`${i}`))
  assert.equal(buffer.length, 3)
  const read: string[] = []
  for (let i = 0; i < 4; i++) read.push(await textOf(buffer))
  assert.deepEqual(read, ['missed 7', '8', '9', '10'])
  const long = new EventBuffer(1000)
  for (let i = 0; i < 100; i++) long.push(said('x'.repeat(64 * 1024)))
  assert.equal(long.length, 64)
  assert.equal(await textOf(long), 'missed 36')
  // A single one is kept however long it is.
  const huge = new EventBuffer(1)
  huge.push(said('x'.repeat(5 * 1024 * 1024)))
  assert.equal(huge.length, 1)
})

test('whatever comes and is read in whatever order: nothing is lost, doubled or out of order without being counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { maxLength: 3000 }),
      async (most, steps) => {
        const buffer = new EventBuffer(most)
        let pushed = 0
        let next = 0
        const read = async () => {
          const text = await textOf(buffer)
          const missed = /^missed (\d+)$/.exec(text)
          if (missed !== null) next += Number(missed[1])
          else assert.equal(text, `${next++}`)
        }
        for (const isPush of steps) {
          if (isPush) buffer.push(said(`${pushed++}`))
          else if (buffer.length > 0) await read()
          assert.ok(buffer.length <= most)
        }
        while (next < pushed) await read()
        assert.equal(buffer.length, 0)
      },
    ),
    { numRuns: 50 },
  )
})

test('waits are at random, from nothing up to a span that doubles and is capped', () => {
  const longest = Array.from({ length: 9 }, (_, attempt) => backoffMs(attempt, 500, 30_000, 0.999999))
  assert.deepEqual(longest, [499, 999, 1999, 3999, 7999, 15999, 29999, 29999, 29999])
  for (const attempt of [0, 5, 1000, Number.MAX_SAFE_INTEGER]) {
    assert.equal(backoffMs(attempt, 500, 30_000, 0), 0)
    assert.ok(backoffMs(attempt, 500, 30_000, 0.5) <= 15_000)
  }
})

test('an answer goes to the oldest question that takes it, and the end to all that are left', async () => {
  const questions = new Questions<string>()
  const ask = (mine: string) =>
    questions.ask((reply) => {
      if (reply === `no ${mine}`) throw new Error(reply)
      return reply === mine ? { value: reply } : reply === `${mine}…` ? 'more' : 'not-mine'
    })
  const [a, b, c, d] = [ask('a'), ask('b'), ask('a'), ask('d')]
  assert.equal(questions.offer('x'), false)
  assert.equal(questions.offer('b…'), true)
  for (const reply of ['b', 'a']) assert.equal(questions.offer(reply), true)
  assert.deepEqual([await a, await b], ['a', 'b'])
  assert.equal(questions.offer('no a'), true)
  await assert.rejects(c, /no a/)
  questions.end(new Error('over'))
  await assert.rejects(d, /over/)
  await assert.rejects(ask('e'), /over/)
})
