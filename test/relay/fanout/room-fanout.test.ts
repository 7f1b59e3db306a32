/** What a room counts and what it makes those pay who act in it, and how only some of its people are told something. */

import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import { RoomFanout } from '../../../src/relay/fanout/room-fanout.js'
import type { RoomEvent } from '../../../src/relay/hub/events.js'
import { FakeEncoding, joined, left, message, type Person, threePeople, World } from './world.js'

const LIMITS = { softLimitBytes: 1000, hardLimitBytes: 100_000, minDrainBytesPerSecond: 1000 }
/** More than somebody may say at once to a room that is congested (`pacer.ts`). */
const MUCH = 'z'.repeat(2000)

const paused = ({ sink }: Person) => sink.pauses.has(PAUSE.room)

/** Amy and Bob keep up, Cyd and Dan do not, and because of them the room is congested. Zoe is not in it. */
function congestedRoom() {
  const world = new World(LIMITS)
  const plain = new FakeEncoding('plain')
  const fancy = new FakeEncoding('fancy')
  const [amy, bob, cyd, dan, zoe] = ['Amy', 'Bob', 'Cyd', 'Dan', 'Zoe'].map((name) =>
    world.person(name, plain),
  ) as [Person, Person, Person, Person, Person]
  const eve = world.person('Eve', fancy)
  const room = world.room(amy, bob, cyd, dan, eve)
  cyd.sink.full = dan.sink.full = true
  room.tell(message(bob, MUCH), null)
  world.flusher.flush()
  assert.ok(room.congested)
  return { world, plain, fancy, room, amy, bob, cyd, dan, eve, zoe }
}

/** As an encoding that finds out in the middle of an event that it cannot. */
function failing(encoding: FakeEncoding): Error {
  const error = new Error('cannot be encoded')
  const encode = encoding.encode.bind(encoding)
  encoding.encode = (event: RoomEvent, batch) => {
    encode(event, batch)
    throw error
  }
  return error
}

test('a room counts messages, and what its people were told in each way', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  room.tell(message(amy, '1'), amy.recipient)
  room.tell(joined(bob), bob.recipient)
  room.tell(message(bob, '2'), null)
  world.flusher.flush()
  assert.equal(room.messages, 2)
  assert.equal(room.deliveries, 2 + 3 + 3)
  room.tellOnly(message(amy, '3'), amy.recipient, [bob.recipient, cyd.recipient])
  assert.equal(room.deliveries, 8 + 2)
  assert.equal(world.flusher.stats.deliveries, 8 + 2)
})

test('a message is paid for by its bytes, and what else is told by how many hear it', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  room.tell(message(amy, 'hello'), amy.recipient)
  assert.equal(amy.sink.presenceDeliveries, 0)
  room.tell(joined(amy), amy.recipient)
  assert.equal(amy.sink.presenceDeliveries, 3)
  room.tell(joined(bob), null)
  assert.deepEqual(
    [amy, bob, cyd].map(({ sink }) => sink.presenceDeliveries),
    [3, 0, 0],
    'what nobody here did costs nobody',
  )
})

test('C11 who is left out costs whoever speaks as much as five who are not', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob)
  // Cyd is not in the room, and whether Amy is told is for her dialect to say: neither is an exception here.
  const without = new Set([amy.recipient, bob.recipient, cyd.recipient])
  room.tell(message(amy, 'hello'), amy.recipient, without)
  assert.equal(amy.sink.presenceDeliveries, 5)
  room.tell(message(amy, 'hello'), amy.recipient, new Set())
  assert.equal(amy.sink.presenceDeliveries, 5)
})

test('an encoding that the last of its people has left is not asked any more', () => {
  const { world, fancy, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  room.remove(cyd.recipient)
  room.tell(message(amy, '1'), amy.recipient)
  world.flusher.flush()
  assert.equal(fancy.encodes, 0)
  room.add(cyd.recipient)
  room.tell(message(amy, '2'), amy.recipient)
  world.flusher.flush()
  assert.equal(cyd.received(), 'fancy|Amy|2\n')
})

test('an encoding that fails over what nobody of this node said costs nobody, and the others hear it', () => {
  const { world, plain, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  const error = failing(plain)
  room.tell(message(amy, '1'), null)
  room.tellOnly(message(amy, '2'), null, [bob.recipient, cyd.recipient])
  world.flusher.flush()
  assert.deepEqual(world.encodingFailures, [
    { error, source: null },
    { error, source: null },
  ])
  assert.equal(bob.received(), '')
  assert.equal(cyd.received(), 'fancy|Amy|1\nfancy|Amy|2\n')
})

test('what is collected stands in the queues, and is written with the rest of the turn', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  room.tell(message(amy, '1'), amy.recipient)
  room.collect()
  assert.equal(bob.sink.writes, 0)
  assert.ok(bob.recipient.outbox.queuedBytes > 0)
  room.tell(message(amy, '2'), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.received(), 'plain|Amy|1\nplain|Amy|2\n')
  assert.equal(bob.sink.writes, 1)
  world.assertDrained(amy, bob, cyd)
})

test('whoever is in one room is written to past the queue, and whoever is in two is not', () => {
  const { world, amy, bob } = threePeople()
  const tea = world.room(amy, bob)
  const den = world.room()
  const past = mock.method(bob.sink, 'writeDirectly')
  const hears = (text: string) => {
    const before = past.mock.callCount()
    tea.tell(message(amy, text), amy.recipient)
    world.flusher.flush()
    assert.ok(bob.received().endsWith(`plain|Amy|${text}\n`))
    return past.mock.callCount() - before
  }
  assert.equal(hears('1'), 1)
  den.add(bob.recipient)
  assert.equal(hears('2'), 0)
  den.remove(bob.recipient)
  assert.equal(hears('3'), 1)
})

test('M6 a room says whether it is congested, and whether it is so here', () => {
  const { world, room, cyd, dan } = congestedRoom()
  assert.ok(room.congested && room.isCongestedHere)
  room.isCongestedElsewhere = true
  for (const { sink } of [cyd, dan]) {
    sink.full = false
    sink.take()
  }
  world.flusher.flush()
  assert.deepEqual([room.congested, room.isCongestedHere], [true, false])
  room.isCongestedElsewhere = false
  assert.deepEqual([room.congested, room.isCongestedHere], [false, false])
})

test('M6 other nodes hear of a room from its own listener', () => {
  const world = new World(LIMITS)
  const heard: boolean[] = []
  const room = new RoomFanout(world.outboxes, { nodes: 2, changed: (is) => heard.push(is) })
  const amy = world.person('Amy', new FakeEncoding('plain'))
  room.add(amy.recipient)
  amy.sink.full = true
  room.tell(message(amy, MUCH), null)
  world.flusher.flush()
  assert.deepEqual(heard, [true])
  room.remove(amy.recipient)
  assert.deepEqual(heard, [true, false])
})

test('M6 who is not in a congested room does not wait for it: nobody would let them go when they leave', () => {
  const { room, bob, amy, zoe } = congestedRoom()
  room.tell(message(zoe, MUCH), zoe.recipient)
  room.tellOnly(message(zoe, MUCH), zoe.recipient, [bob.recipient])
  assert.ok(!paused(zoe))
  room.tell(message(amy, MUCH), amy.recipient)
  assert.ok(paused(amy))
})

test('only those who are named are told, once encoded for each encoding, and in memory that they share', () => {
  const { world, plain, fancy, amy, bob, cyd } = threePeople()
  const others = Array.from({ length: 4 }, (_, index) => world.person(`p${index}`, plain))
  const room = world.room(amy, bob, cyd, ...others)
  const told = [cyd, ...others]
  for (const { sink } of told) sink.full = true
  room.tellOnly(
    message(amy, 'x'.repeat(1000)),
    amy.recipient,
    told.map(({ recipient }) => recipient),
  )
  assert.deepEqual([plain.encodes, fancy.encodes], [1, 1])
  world.flusher.flush()
  assert.equal(new Set(others.map(({ sink }) => sink.lastPieces[0])).size, 1)
  assert.ok(world.pool.retainedBytes < 3000, 'two copies, however many wait for them')
  for (const { sink } of told) sink.take()
  for (const other of others) assert.equal(other.received(), `plain|Amy|${'x'.repeat(1000)}\n`)
  assert.equal(cyd.received(), `fancy|Amy|${'x'.repeat(1000)}\n`)
  assert.deepEqual(
    [amy, bob].map(({ sink }) => sink.writes),
    [0, 0],
  )
  world.assertDrained(amy, bob, cyd, ...others)
})

test('M5 what only some are told is behind what all were told before it, here and elsewhere, and before what follows', () => {
  const { world, amy, bob, cyd } = threePeople()
  const tea = world.room(amy, bob, cyd)
  const den = world.room(amy, bob)
  den.tell(message(amy, '1'), amy.recipient)
  tea.tell(message(amy, '2'), amy.recipient)
  tea.tellOnly(message(amy, '3'), amy.recipient, [bob.recipient])
  tea.tell(message(amy, '4'), amy.recipient)
  den.tellOnly(message(amy, '5'), amy.recipient, [bob.recipient])
  tea.tell(message(amy, '6'), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.received(), [1, 2, 3, 4, 5, 6].map((word) => `plain|Amy|${word}\n`).join(''))
  assert.equal(cyd.received(), [2, 4, 6].map((word) => `fancy|Amy|${word}\n`).join(''))
  assert.equal(bob.sink.writes, 1)
  world.assertDrained(amy, bob, cyd)
})

test('who tells only some pays for five each, and the relay itself pays nothing', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  room.tellOnly(message(bob, '1'), null, [amy.recipient, cyd.recipient])
  assert.equal(amy.sink.presenceDeliveries, 0)
  room.tellOnly(message(amy, '2'), amy.recipient, [bob.recipient, cyd.recipient])
  assert.equal(amy.sink.presenceDeliveries, 10)
  world.flusher.flush()
  assert.equal(amy.received(), 'plain|Bob|1\n')
  assert.equal(cyd.received(), 'fancy|Bob|1\nfancy|Amy|2\n')
})

test('M6 who tells only some of a congested room much has to wait, and who tells them little has not', () => {
  const { fancy, room, amy, bob, eve } = congestedRoom()
  // What counts is the longest form of it; one dialect has none at all.
  fancy.line = () => ''
  const both = [bob.recipient, eve.recipient]
  room.tellOnly(message(bob, 'hello'), bob.recipient, both)
  room.tellOnly(message(amy, MUCH), amy.recipient, both)
  assert.deepEqual([bob, amy].map(paused), [false, true])
})

test('what a dialect has no form for is not delivered to only some either', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  room.tellOnly(left(amy), amy.recipient, [bob.recipient, cyd.recipient])
  world.flusher.flush()
  assert.deepEqual(
    [bob, cyd].map(({ sink }) => sink.writes),
    [0, 0],
  )
  assert.equal(room.deliveries, 0)
  assert.deepEqual(world.encodingFailures, [])
})

test('an encoding that fails over what only some are told costs whoever spoke, once, and the others hear it', () => {
  const { world, plain, amy, bob, cyd } = threePeople()
  const dan = world.person('Dan', plain)
  const room = world.room(amy, bob, cyd, dan)
  const error = failing(plain)
  room.tellOnly(message(amy, '1'), amy.recipient, [bob.recipient, cyd.recipient, dan.recipient])
  world.flusher.flush()
  assert.deepEqual(world.encodingFailures, [{ error, source: amy.sink }])
  assert.deepEqual(
    [bob, dan].map((person) => person.received()),
    ['', ''],
    'nothing of half an event',
  )
  assert.equal(cyd.received(), 'fancy|Amy|1\n')
  assert.equal(room.deliveries, 1)
})
