/** Who has to wait for somebody who is slow and whom they tell something alone, and who does not. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outbox } from '../../../src/relay/fanout/outbox.js'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import { FakeEncoding, type Person, World } from './world.js'

const LIMITS = { softLimitBytes: 1000, hardLimitBytes: 100_000, minDrainBytesPerSecond: 1000 }
/** More than somebody may say at once to one who is slow (`pacer.ts`). */
const MUCH = 'z'.repeat(2000)

function people() {
  const world = new World(LIMITS)
  const plain = new FakeEncoding('plain')
  const [amy, bob, cyd] = ['Amy', 'Bob', 'Cyd'].map((name) => world.person(name, plain)) as [
    Person,
    Person,
    Person,
  ]
  const beSlow = (person: Person) => {
    person.sink.full = true
    person.send(MUCH)
    world.flusher.flush()
    assert.ok(person.recipient.outbox.slow)
  }
  return { world, plain, amy, bob, cyd, beSlow }
}

const fromElsewhere = {
  kind: 'direct',
  at: 0,
  id: '',
  dialect: '',
  name: 'Zoe',
  to: 'Bob',
  text: MUCH,
  saidAt: null,
} as const

const waits = ({ sink }: Person) => sink.pauses.has(PAUSE.direct)

test('M6 nobody waits for somebody who keeps up, however much they tell them', () => {
  const { amy, bob } = people()
  bob.receive(amy, MUCH)
  bob.receive(amy, MUCH)
  assert.ok(!waits(amy))
})

test('M6 all who wait for somebody slow go on when that one has caught up', () => {
  const { amy, bob, cyd, beSlow } = people()
  beSlow(bob)
  bob.receive(amy, MUCH)
  bob.receive(cyd, MUCH)
  assert.deepEqual([amy, cyd].map(waits), [true, true])
  bob.sink.full = false
  bob.sink.take()
  assert.deepEqual([amy, cyd].map(waits), [false, false])
})

test('M6 who tells themselves something does not have to wait for themselves', () => {
  const { bob, beSlow } = people()
  beSlow(bob)
  bob.receive(bob, MUCH)
  assert.ok(!waits(bob))
})

test('M6 other nodes hear of somebody who is slow and told something from there, and only then', () => {
  const { world, amy, bob, beSlow } = people()
  bob.recipient.receive(fromElsewhere, null)
  const targets: Outbox[] = []
  Object.assign(world.outboxes, { slowTarget: (outbox: Outbox) => targets.push(outbox) })
  bob.recipient.receive(fromElsewhere, null)
  assert.deepEqual(targets, [], 'this one keeps up')
  beSlow(bob)
  bob.receive(amy, 'hello')
  assert.deepEqual(targets, [], 'this is said here')
  bob.recipient.receive(fromElsewhere, null)
  assert.deepEqual(targets, [bob.recipient.outbox])
})

test('where there are no other nodes the relay itself may tell somebody slow something', () => {
  const { world, bob, beSlow } = people()
  beSlow(bob)
  bob.recipient.receive(fromElsewhere, null)
  bob.sink.full = false
  bob.sink.take()
  assert.ok(bob.received().endsWith(`plain|Zoe|${MUCH}\n`))
  world.assertDrained(bob)
})

test('an encoding that fails over what nobody of this node said costs nobody', () => {
  const { world, plain, bob } = people()
  const error = new Error('cannot be encoded')
  plain.encodePrivate = () => {
    throw error
  }
  bob.recipient.receive(fromElsewhere, null)
  assert.deepEqual(world.encodingFailures, [{ error, source: null }])
})
