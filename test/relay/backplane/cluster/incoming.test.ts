/** What one node says in one subject, as it arrives: in order, once, and what is missing counted or fetched. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Incoming, type Numbered } from '../../../../src/relay/backplane/cluster/incoming.js'
import type { SpokenOp } from '../../../../src/relay/backplane/cluster/ops.js'

function receiver(fills: boolean) {
  const heard: number[] = []
  const asked: string[] = []
  const state = { lost: 0 }
  const incoming = new Incoming({
    apply: (ops) => heard.push(...ops.map(({ who }) => who)),
    lost: (count) => {
      state.lost += count
    },
    keeper: fills ? { fill: () => asked.push('fill'), place: () => asked.push('place') } : null,
  })
  return { incoming, heard, asked, state }
}

/** Records that say themselves which number they have. */
function batch(first: number, count: number): Numbered {
  const ops = Array.from({ length: count }, (_, index): SpokenOp => {
    return { kind: 'receipt', who: first + index, id: 'x', at: 0 }
  })
  return { first, ops }
}

const head = (next: number, since: number | null = null, began = 0) => {
  return { subject: 'room.tea', next, began, since } as const
}

test('records are heard in order, and each once', () => {
  const { incoming, heard, state } = receiver(false)
  incoming.head(head(0, 0))
  incoming.batch(batch(0, 3))
  incoming.batch(batch(1, 3))
  incoming.batch(batch(0, 2))
  incoming.batch(batch(4, 1))
  assert.deepEqual(heard, [0, 1, 2, 3, 4])
  assert.equal(state.lost, 0)
})

test('a hole is counted, whether more comes behind it or not', () => {
  const { incoming, heard, state } = receiver(false)
  incoming.batch(batch(10, 1))
  incoming.batch(batch(13, 1))
  assert.equal(state.lost, 2)
  assert.equal(incoming.head(head(20, 10)), false)
  assert.equal(state.lost, 8)
  assert.deepEqual(heard, [10, 13])
})

test('what came before it was for this node is not missed, and what came after is', () => {
  const { incoming, state } = receiver(false)
  assert.equal(incoming.head(head(5)), true, 'it has to ask where it begins')
  incoming.batch(batch(7, 1))
  incoming.head(head(8, 5))
  assert.equal(state.lost, 2)
  incoming.head(head(8, 5))
  assert.equal(state.lost, 2)
})

test('numbers that were never used are not missed', () => {
  const { incoming, state, heard } = receiver(false)
  incoming.head(head(3, 3))
  incoming.head(head(40, null, 40))
  incoming.batch(batch(40, 1))
  assert.equal(state.lost, 0)
  assert.deepEqual(heard, [40])
})

test('what is missing is looked for, and what comes later waits', () => {
  const { incoming, heard, asked, state } = receiver(true)
  incoming.head(head(0, 0))
  incoming.batch(batch(0, 1))
  incoming.batch(batch(3, 1))
  incoming.batch(batch(4, 2))
  incoming.head(head(8, 0))
  assert.deepEqual([heard, asked, incoming.missing], [[0], ['fill'], 1])
  incoming.found([batch(0, 1), batch(4, 2), batch(1, 2)])
  assert.deepEqual([heard, incoming.missing], [[0, 1, 2, 3, 4, 5], 6])
  incoming.found([batch(7, 1)])
  incoming.giveUp()
  assert.deepEqual([heard, incoming.missing, state.lost], [[0, 1, 2, 3, 4, 5, 7], null, 1])
  incoming.found([batch(6, 1)])
  assert.equal(heard.length, 7)
})

test('what is missing and comes late after all fills the hole', () => {
  const { incoming, heard, asked, state } = receiver(true)
  incoming.head(head(0, 0))
  incoming.batch(batch(2, 1))
  incoming.batch(batch(0, 1))
  incoming.batch(batch(1, 1))
  assert.deepEqual([heard, asked, incoming.missing, state.lost], [[0, 1, 2], ['fill'], null, 0])
})

test('what is heard before it is known where it begins waits for that, where what is missing can be had', () => {
  const { incoming, heard, asked, state } = receiver(true)
  incoming.batch(batch(7, 1))
  assert.deepEqual([heard, asked], [[], ['place']])
  incoming.head(head(8, 5))
  assert.deepEqual([heard, asked, incoming.missing], [[], ['place', 'fill'], 5])
  incoming.found([batch(5, 2)])
  assert.deepEqual([heard, state.lost], [[5, 6, 7], 0])
  const other = receiver(true)
  other.incoming.batch(batch(7, 1))
  other.incoming.begin()
  assert.deepEqual(other.heard, [7])
})

test('M5 what a node has said as one incarnation comes before what it says as the next', () => {
  const { incoming: former, heard } = receiver(true)
  former.head(head(0, 0))
  former.batch(batch(1, 1))
  const sink = { apply: (ops: readonly SpokenOp[]) => heard.push(...ops.map(({ who }) => who)), lost() {} }
  const incoming = new Incoming({ ...sink, keeper: { fill() {}, place() {} } }, former)
  incoming.head(head(10, 10))
  incoming.batch(batch(10, 1))
  incoming.batch(batch(11, 1))
  assert.deepEqual(heard, [])
  former.found([batch(0, 1)])
  assert.deepEqual(heard, [0, 1, 10, 11])
})

test('not more than so much waits for what is looked for', () => {
  const { incoming, heard, state } = receiver(true)
  incoming.head(head(0, 0))
  incoming.batch(batch(0, 1))
  incoming.batch(batch(2, 1))
  incoming.batch(batch(3, 100_001))
  assert.equal(state.lost, 1)
  assert.equal(heard.length, 1 + 1 + 100_001)
})
