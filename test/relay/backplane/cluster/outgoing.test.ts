/** What a node publishes: in which batches, under which numbers, and in whose order. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Subject } from '../../../../src/relay/backplane/bus.js'
import type { SpokenOp } from '../../../../src/relay/backplane/cluster/ops.js'
import { type Actor, Outgoing } from '../../../../src/relay/backplane/cluster/outgoing.js'
import { readPacket } from '../../../../src/relay/backplane/cluster/packets.js'
import { noStats } from '../../../../src/relay/backplane/cluster/stats.js'

function sender() {
  const published: string[] = []
  const turns: (() => void)[] = []
  const outgoing = new Outgoing({
    node: 'n1',
    incarnation: 'i1',
    stats: noStats(),
    afterTurn: (callback) => turns.push(callback),
    publish: (subject, bytes, range) => {
      const { body, incarnation } = readPacket(bytes)
      assert.ok(body.kind === 'batch')
      assert.deepEqual(range, { incarnation, first: body.first, count: body.ops.length })
      published.push(`${subject} ${body.first}: ${body.ops.map(({ who }) => who).join(' ')}`)
    },
  })
  const endTurn = () => {
    for (const turn of turns.splice(0)) turn()
  }
  return { outgoing, published, endTurn }
}

const somebody = (): Actor => ({ lastChannel: null })
const op = (who: number): SpokenOp => ({ kind: 'receipt', who, id: 'x', at: 0 })

test('what is said in one turn is one batch for each subject, published when the turn is over', () => {
  const { outgoing, published, endTurn } = sender()
  outgoing.add('room.tea', op(1), somebody())
  outgoing.add('room.ale', op(2), somebody())
  outgoing.add('room.tea', op(3), somebody())
  assert.deepEqual(published, [])
  endTurn()
  assert.deepEqual(published, ['room.tea 0: 1 3', 'room.ale 0: 2'])
  outgoing.add('room.tea', op(4), somebody())
  endTurn()
  assert.equal(published[2], 'room.tea 2: 4')
})

test('M5 whoever turns from one subject to another has the first published before', () => {
  const { outgoing, published, endTurn } = sender()
  const amy = somebody()
  outgoing.add('room.tea', op(1), amy)
  outgoing.add('room.ale', op(9), somebody())
  outgoing.add('room.ale', op(2), amy)
  outgoing.add('room.tea', op(3), amy)
  outgoing.addToAll(['node.n2', 'node.n3'], op(4), amy)
  outgoing.add('room.tea', op(5), amy)
  endTurn()
  assert.deepEqual(published, [
    'room.tea 0: 1',
    'room.ale 0: 9 2',
    'room.tea 1: 3',
    'node.n2 0: 4',
    'node.n3 0: 4',
    'room.tea 2: 5',
  ])
})

test('a batch that has grown large is published at once', () => {
  const { outgoing, published } = sender()
  const text = 'x'.repeat(100_000)
  for (let who = 1; who <= 3; who++) {
    outgoing.add('room.tea', { kind: 'edited', who, id: 'x', at: 0, text }, somebody())
  }
  assert.deepEqual(published, ['room.tea 0: 1 2 3'])
})

test('numbers of a room that was forgotten do not come again', () => {
  const { outgoing, published, endTurn } = sender()
  outgoing.add('room.tea', op(1), somebody())
  outgoing.add('room.tea', op(2), somebody())
  endTurn()
  outgoing.drop('room.tea')
  outgoing.add('room.tea', op(3), somebody())
  endTurn()
  assert.equal(published[1], 'room.tea 2: 3')
  assert.deepEqual(outgoing.head('room.tea'), { subject: 'room.tea', next: 3, began: 2, since: null })
})

test('what is not said to anybody has a number', () => {
  const { outgoing, published, endTurn } = sender()
  outgoing.add('room.tea', op(1), somebody())
  outgoing.skip('room.tea')
  outgoing.add('room.tea', op(2), somebody())
  endTurn()
  assert.deepEqual(published, ['room.tea 0: 1', 'room.tea 2: 2'])
})

test('heads are told a few times after their subject was used, and always that of all', () => {
  const { outgoing, endTurn } = sender()
  outgoing.add('all', { kind: 'gone', who: 1, reason: 'left' }, somebody())
  outgoing.add('room.tea', op(1), somebody())
  endTurn()
  const told = () => outgoing.heads().map(({ subject }): Subject => subject)
  for (let times = 0; times < 3; times++) assert.deepEqual(told(), ['all', 'room.tea'])
  assert.deepEqual(told(), ['all'])
  outgoing.repeatHeads()
  assert.deepEqual(told(), ['all', 'room.tea'])
})

test('a new incarnation begins anew, and knows where the former one has come to', () => {
  const { outgoing, published, endTurn } = sender()
  const amy = somebody()
  outgoing.add('room.tea', op(1), amy)
  endTurn()
  outgoing.add('room.tea', op(2), amy)
  const heads = outgoing.begin('i2')
  assert.deepEqual(heads, [{ subject: 'room.tea', next: 2, began: 0, since: null }])
  outgoing.add('room.ale', op(3), amy)
  endTurn()
  assert.deepEqual(published, ['room.tea 0: 1', 'room.ale 0: 3'])
})

test('what waits for everything to be published is told then', () => {
  const { outgoing, published, endTurn } = sender()
  let seen = -1
  outgoing.add('room.tea', op(1), somebody())
  outgoing.onceSent(() => {
    seen = published.length
  })
  endTurn()
  assert.equal(seen, 1)
})
