/** What is published and not acknowledged: what is sent when, in which order, and what becomes of it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Unacknowledged } from '../../../../src/relay/backplane/nats/unacknowledged.js'
import { seeded } from '../../../fixtures/random.js'

function queue(messages: number, added: number): Unacknowledged {
  const all = new Unacknowledged({ messages, bytes: 1024 })
  for (let number = 0; number < added; number++) add(all, number)
  return all
}

const add = (all: Unacknowledged, number: number, atMs = 0) =>
  all.add({ subject: 'room.tea', id: String(number), bytes: Buffer.alloc(10) }, atMs)

function taken(all: Unacknowledged, nowMs = 0): number[] {
  const numbers: number[] = []
  for (let entry = all.take(nowMs); entry !== null; entry = all.take(nowMs)) numbers.push(entry.number)
  return numbers
}

test('so many are under way at once, in order, and each that is kept lets another one go', () => {
  const all = queue(3, 6)
  assert.deepEqual(taken(all), [0, 1, 2])
  assert.equal(all.isBehind, true)
  all.kept(1)
  assert.deepEqual(taken(all), [3])
  all.kept(0)
  all.kept(2)
  assert.deepEqual(taken(all), [4, 5])
  assert.deepEqual([all.isBehind, all.count], [false, 3])
  assert.equal(all.kept(0), null)
})

test('so many bytes are under way at once, and one batch at least', () => {
  const all = new Unacknowledged({ messages: 100, bytes: 15 })
  for (let number = 0; number < 4; number++) add(all, number)
  assert.deepEqual(taken(all), [0, 1])
})

test('M5 after the link was gone everything that is not kept goes again, in order', () => {
  const all = queue(10, 5)
  taken(all)
  all.kept(2)
  all.refused(1)
  all.unsend()
  // An answer that had been under way.
  all.kept(0)
  add(all, 5)
  assert.deepEqual(taken(all), [1, 3, 4, 5])
})

test('what was refused, or not answered in time, goes again when it is asked for', () => {
  const all = queue(10, 3)
  taken(all, 100)
  add(all, 3)
  taken(all, 200)
  all.kept(0)
  all.refused(2)
  assert.equal(all.refuseUnanswered(150), 1)
  assert.deepEqual(
    [all.takeRefused(300)?.number, all.takeRefused(300)?.number, all.takeRefused(300)],
    [2, 1, null],
  )
  assert.equal(all.refuseUnanswered(250), 1)
})

test('whatever happens, everything is kept in the end, and nothing is left over', (t) => {
  const random = seeded(t)
  const all = new Unacknowledged({ messages: 8, bytes: 1024 })
  const underWay = new Set<number>()
  let added = 0
  const send = () => {
    for (const number of taken(all)) underWay.add(number)
  }
  for (let step = 0; step < 3000; step++) {
    const one = [...underWay][0]
    switch (random.below(6)) {
      case 0:
        if (random.below(40) === 0) {
          all.unsend()
          underWay.clear()
        }
        break
      case 1:
      case 2:
        add(all, added++)
        break
      case 3:
        if (one !== undefined && underWay.delete(one) && random.below(5) === 0) all.refused(one)
        else if (one !== undefined) all.kept(one)
        break
      case 4: {
        const refused = all.takeRefused(0)
        if (refused !== null) underWay.add(refused.number)
        break
      }
      default:
        send()
    }
  }
  all.unsend()
  const order: number[] = []
  for (let round = taken(all); round.length > 0; round = taken(all)) {
    order.push(...round)
    for (const number of round) all.kept(number)
  }
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  )
  assert.deepEqual([all.count, all.bytes, all.isBehind, all.oldest], [0, 0, false, null])
})

test('what is kept behind something that is not takes its place alone, and counts until it goes', () => {
  const all = queue(10_000, 1000)
  taken(all)
  assert.equal(all.heldBytes, all.bytes)
  const each = all.bytes / 1000
  for (let number = 1; number < 1000; number++) all.kept(number)
  assert.equal(all.bytes, each)
  assert.equal(all.heldBytes, each + 999 * (each - 10))
  all.kept(0)
  assert.deepEqual([all.bytes, all.heldBytes, all.oldest], [0, 0, null])
})
