/** Who is sent what of a turn, in which order, and how few writes and encodings that takes. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Batch } from '../../../src/relay/fanout/batch.js'
import { ChunkPool } from '../../../src/relay/fanout/chunk.js'
import type { Recipient } from '../../../src/relay/fanout/recipient.js'
import { RoomFanout } from '../../../src/relay/fanout/room-fanout.js'
import type { RoomEvent } from '../../../src/relay/hub/events.js'
import { Hub } from '../../../src/relay/hub/hub.js'
import { FakeEncoding, joined, left, message, type Person, threePeople, World } from './world.js'

test('an event is encoded once for each encoding in the room, however many there are', () => {
  const { world, plain, fancy, amy } = threePeople()
  const people = Array.from({ length: 100 }, (_, i) => world.person(`p${i}`, i % 2 === 0 ? plain : fancy))
  const room = world.room(amy, ...people)
  for (let count = 0; count < 10; count++) room.tell(message(amy, `m${count}`), amy.recipient)
  world.flusher.flush()
  assert.equal(plain.encodes, 10)
  assert.equal(fancy.encodes, 10)
  world.assertDrained(amy, ...people)
})

test('a turn is one write for each recipient, over several rooms, answers and gaps', () => {
  const { world, amy, bob, cyd } = threePeople()
  const tea = world.room(amy, bob, cyd)
  const den = world.room(bob, amy)
  for (let round = 0; round < 5; round++) {
    tea.tell(message(amy, 'a'), amy.recipient)
    den.tell(message(bob, 'b'), bob.recipient)
    tea.tell(message(bob, 'c'), bob.recipient)
    cyd.receive(amy, 'psst')
    amy.send('answer\n')
  }
  world.flusher.flush()
  assert.deepEqual(
    [amy, bob, cyd].map(({ sink }) => sink.writes),
    [1, 1, 1],
  )
  world.assertDrained(amy, bob, cyd)
})

test('everybody without exceptions is sent the very same buffer', () => {
  const { world, amy, plain } = threePeople()
  const others = Array.from({ length: 5 }, (_, index) => world.person(`p${index}`, plain))
  const room = world.room(amy, ...others)
  room.tell(message(amy, 'one'), amy.recipient)
  room.tell(message(amy, 'two'), amy.recipient)
  world.flusher.flush()
  const pieces = others.map(({ sink }) => sink.lastPieces[0])
  assert.equal(new Set(pieces).size, 1)
  assert.equal(pieces[0]?.toString(), 'plain|Amy|one\nplain|Amy|two\n')
  assert.equal(amy.sink.writes, 0, 'there is nothing for her')
})

test('M4 the sender takes what is around the own messages, wherever they stand', () => {
  // Each letter is who says the next message of the turn.
  for (const order of ['A', 'AB', 'BA', 'ABA', 'BAB', 'AAB', 'BAAB', 'ABBA', 'AABAAB', 'BBAABBAAB']) {
    const { world, amy, bob, cyd } = threePeople()
    const room = world.room(amy, bob, cyd)
    for (const [index, who] of [...order].entries()) {
      const speaker = who === 'A' ? amy : bob
      room.tell(message(speaker, `${index}`), speaker.recipient)
    }
    world.flusher.flush()
    const heard = (own: string) =>
      [...order].flatMap((who, i) => (who === own ? [] : [`plain|${who === 'A' ? 'Amy' : 'Bob'}|${i}\n`]))
    assert.equal(amy.received(), heard('A').join(''), `${order} as Amy hears it`)
    assert.equal(bob.received(), heard('B').join(''), `${order} as Bob hears it`)
    assert.equal(cyd.received().match(/fancy/g)?.length, order.length)
    assert.equal(world.flusher.stats.deliveries, 2 * order.length)
    world.assertDrained(amy, bob, cyd)
  }
})

test('whether somebody is told of themselves is the encoding’s rule, for each lane by itself', () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy, bob)
  room.tell(joined(amy), amy.recipient)
  world.flusher.flush()
  assert.equal(amy.received(), 'plain|Amy|joined\n')
  assert.equal(bob.received(), 'plain|Amy|joined\n')
})

test('M6 who comes in the middle of a turn gets what follows, who leaves gets what came before', () => {
  const { world, amy, bob, cyd, plain } = threePeople()
  const dan = world.person('Dan', plain)
  const room = world.room(amy, bob, cyd)
  room.tell(message(amy, '1'), amy.recipient)
  room.add(dan.recipient)
  room.tell(message(amy, '2'), amy.recipient)
  room.remove(bob.recipient)
  room.tell(message(amy, '3'), amy.recipient)
  room.remove(dan.recipient)
  room.tell(message(amy, '4'), amy.recipient)
  room.add(dan.recipient)
  room.tell(message(amy, '5'), amy.recipient)
  world.flusher.flush()
  const lines = (...numbers: number[]) => numbers.map((number) => `plain|Amy|${number}\n`).join('')
  assert.equal(bob.received(), lines(1, 2))
  assert.equal(dan.received(), lines(2, 3, 5))
  assert.equal(cyd.received().length, 5 * 'fancy|Amy|1\n'.length)
  assert.equal(world.flusher.stats.deliveries, 2 + 3 + 5)
  world.assertDrained(amy, bob, cyd, dan)
})

test('removing from a room that one is not in does nothing', () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy)
  const other = world.room(bob)
  room.remove(bob.recipient)
  room.tell(message(amy, '1'), amy.recipient)
  other.tell(message(amy, '2'), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.received(), 'plain|Amy|2\n')
})

test('M5 an answer goes behind what the rooms were told before it, and before what they are told after', () => {
  const { world, amy, bob, cyd } = threePeople()
  const tea = world.room(amy, bob, cyd)
  const den = world.room(bob, cyd)
  tea.tell(message(amy, '1'), amy.recipient)
  den.tell(message(cyd, '2'), cyd.recipient)
  bob.send('answer\n')
  bob.send('another\n')
  tea.tell(message(amy, '3'), amy.recipient)
  world.flusher.flush()
  const got = bob.received().split('\n')
  assert.deepEqual(got.slice(0, 2).sort(), ['plain|Amy|1', 'plain|Cyd|2'])
  assert.deepEqual(got.slice(2), ['answer', 'another', 'plain|Amy|3', ''])
  assert.equal(world.flusher.stats.deliveries, 5)
  world.assertDrained(amy, bob, cyd)
})

test('M5 what one says in one room, then in others, then directly, reaches a member of all in that order', () => {
  const { world, amy, bob, cyd } = threePeople()
  const rooms = [world.room(amy, bob, cyd), world.room(bob, amy), world.room(cyd, bob, amy)]
  const order = [0, 1, 0, 2, 2, 1, 0]
  for (const [index, room] of order.entries()) rooms[room]?.tell(message(amy, `${index}`), amy.recipient)
  bob.receive(amy, 'direct')
  rooms[2]?.tell(message(amy, 'last'), amy.recipient)
  world.flusher.flush()
  const words = [...order.keys(), 'direct', 'last']
  assert.equal(bob.received(), words.map((word) => `plain|Amy|${word}\n`).join(''))
  assert.equal(bob.sink.writes, 1)
  world.assertDrained(amy, bob, cyd)
})

test('M5 somebody who left a room and speaks in another is heard in order too', () => {
  const { world, amy, bob, cyd } = threePeople()
  const tea = world.room(amy, bob)
  const den = world.room(amy, bob, cyd)
  tea.tell(message(amy, '1'), amy.recipient)
  tea.remove(amy.recipient)
  den.tell(message(amy, '2'), amy.recipient)
  tea.add(amy.recipient)
  tea.tell(joined(amy), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.received(), 'plain|Amy|1\nplain|Amy|2\nplain|Amy|joined\n')
})

test('M5 what somebody of another node says in one room, then in others, then directly, is heard in that order', () => {
  const { world, amy, bob, cyd } = threePeople()
  const hub = new Hub<Recipient>({
    audience: () => new RoomFanout(world.outboxes),
    now: () => 0,
    defaultRoom: 'general',
    announceUpTo: 10,
    recent: { ageMs: 1000, entries: 10 },
    later: () => {},
    observe: () => {},
  })
  for (const { name, recipient } of [amy, bob, cyd]) {
    const session = hub.claim(name, 'plain', recipient)
    assert.ok(typeof session !== 'string')
    for (const room of ['tea', 'den', 'hall']) hub.join(session, room)
  }
  world.flusher.flush()
  const before = [bob, cyd].map((person) => person.received().length)
  const zoe = hub.elsewhere.came({ name: 'Zoe', dialect: 'far', refersToMessages: false, node: 'far' })
  const target = hub.session('Bob')
  assert.ok(zoe !== null && target !== undefined)
  const about = { at: 0, id: 'x', name: 'Zoe', dialect: 'far', saidAt: null }
  for (const [index, room] of ['tea', 'den', 'tea', 'tea', 'hall', 'tea', 'den'].entries()) {
    hub.elsewhere.said(zoe, { kind: 'message', room, text: `${index}`, ...about })
    if (index === 3)
      hub.elsewhere.direct(zoe, [target], { kind: 'direct', to: 'Bob', text: 'psst', ...about })
  }
  hub.elsewhere.joined(zoe, 'den', { isFounder: false, founding: 0, isPrivate: false })
  world.flusher.flush()
  const heard = [bob, cyd].map((person, index) =>
    person
      .received()
      .slice(before[index])
      .match(/[^|]+(?=\n)/g),
  )
  assert.deepEqual(heard[0], ['0', '1', '2', '3', 'psst', '4', '5', '6', 'joined'])
  assert.deepEqual(heard[1], ['0', '1', '2', '3', '4', '5', '6', 'joined'])
  world.assertDrained(amy, bob, cyd)
})

test('what an encoding has no form for is no event, no write and no delivery', () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy, bob)
  room.tell(left(amy), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.sink.writes, 0)
  assert.equal(world.flusher.stats.deliveries, 0)
  room.tell(left(amy), amy.recipient)
  room.tell(message(amy, '1'), amy.recipient)
  room.tell(left(amy), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.received(), 'plain|Amy|1\n')
})

test('a turn of many megabytes is whole and in order', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  const wanted: string[] = []
  for (let index = 0; index < 400; index++) {
    const speaker = index % 3 === 0 ? bob : amy
    const text = `${index}${'x'.repeat(index * 50)}`
    room.tell(message(speaker, text), speaker.recipient)
    if (speaker === amy) wanted.push(`plain|Amy|${text}\n`)
  }
  world.flusher.flush()
  assert.ok(bob.received() === wanted.join(''))
  assert.equal(world.flusher.stats.deliveries, 800)
  const { batchEvents, batchBytes } = world.flusher.stats
  assert.equal(batchEvents.sum, 800, 'once for each of the two lanes')
  assert.ok(batchBytes.sum > 7e6)
  world.assertDrained(amy, bob, cyd)
})

test('an event larger than anything before it fits, at any fill of the memory', () => {
  const { world, amy, bob, cyd } = threePeople()
  const room = world.room(amy, bob, cyd)
  bob.sink.full = true
  let wanted = ''
  for (const length of [1, 4000, 4095, 4096, 10, 70_000, 3, 300_000, 1, 8191, 500]) {
    const text = 'y'.repeat(length)
    room.tell(message(amy, text), amy.recipient)
    wanted += `plain|Amy|${text}\n`
    if (length % 2 === 0) world.flusher.flush()
  }
  world.flusher.flush()
  bob.sink.full = false
  bob.sink.take()
  assert.ok(bob.received() === wanted)
  world.assertDrained(amy, bob, cyd)
})

test('an encoding that fails costs whoever spoke, and everybody else gets the event', () => {
  const { world, amy, bob, cyd, plain } = threePeople()
  const room = world.room(amy, bob, cyd)
  const encode = plain.encode.bind(plain)
  room.tell(message(amy, 'before'), amy.recipient)
  const error = new Error('cannot be encoded')
  plain.encode = (event: RoomEvent, batch) => {
    encode(event, batch)
    throw error
  }
  room.tell(message(amy, 'bad'), amy.recipient)
  assert.deepEqual(world.encodingFailures, [{ error, source: amy.sink }])
  plain.encode = encode
  room.tell(message(amy, 'good'), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.received(), 'plain|Amy|before\nplain|Amy|good\n', 'nothing of half an event')
  assert.equal(cyd.received(), 'fancy|Amy|before\nfancy|Amy|bad\nfancy|Amy|good\n')
  assert.equal(world.flusher.stats.deliveries, 5)
})

test('an encoding that fails over a direct message costs its sender', () => {
  const { world, amy, bob, plain } = threePeople()
  plain.encodePrivate = () => {
    throw new Error('cannot be encoded')
  }
  bob.receive(amy, 'bad')
  assert.deepEqual(
    world.encodingFailures.map(({ source }) => source),
    [amy.sink],
  )
  bob.send('an answer\n')
  world.flusher.flush()
  assert.equal(bob.received(), 'an answer\n')
})

test('C11 who is left out of an event gets what is around it, in every lane, and costs the others nothing', () => {
  const { world, amy, bob, cyd, plain } = threePeople()
  const others = Array.from({ length: 3 }, (_, index) => world.person(`p${index}`, plain))
  const stranger = world.person('Dee', plain)
  const room = world.room(amy, bob, cyd, ...others)
  const without = new Set([bob.recipient, cyd.recipient, stranger.recipient])
  room.tell(message(amy, 'one'), amy.recipient)
  room.tell(message(amy, 'two'), amy.recipient, without)
  room.tell(message(amy, 'three'), amy.recipient, without)
  room.tell(message(amy, 'four'), amy.recipient)
  world.flusher.flush()
  assert.equal(bob.received(), 'plain|Amy|one\nplain|Amy|four\n')
  assert.equal(cyd.received().replaceAll('fancy', 'plain'), bob.received())
  assert.equal(stranger.received(), '')
  assert.equal(new Set(others.map(({ sink }) => sink.lastPieces[0])).size, 1)
  assert.equal(world.flusher.stats.deliveries, 2 * 2 + 3 * 4)
  world.assertDrained(amy, bob, cyd, ...others)
})

test('who acts is told of it where the encoding says so, also when left out with others', () => {
  const { world, amy, bob } = threePeople()
  const room = world.room(amy, bob)
  room.tell(joined(amy), amy.recipient, new Set([amy.recipient, bob.recipient]))
  world.flusher.flush()
  assert.equal(amy.received(), 'plain|Amy|joined\n')
  assert.equal(bob.received(), '')
})

/** People of one encoding, of whom is noted who was written to directly. */
function crowd(count: number) {
  const world = new World()
  const plain = new FakeEncoding('plain')
  const people = Array.from({ length: count }, (_, index) => world.person(`p${index}`, plain))
  const traffic = { bytesOut: 0 }
  const direct: string[] = []
  for (const { name, sink } of people) {
    Object.defineProperty(sink, 'traffic', { value: traffic })
    const write = sink.writeDirectly.bind(sink)
    sink.writeDirectly = (bytes) => {
      direct.push(name)
      return write(bytes)
    }
  }
  const room = world.room(...people)
  /** @returns who was written to directly, in the order of the lane */
  const says = (index: number, text: string) => {
    direct.length = 0
    const from = people[index] as Person
    room.tell(message(from, text), from.recipient)
    world.flusher.flush()
    return [...direct]
  }
  return { world, people: people as [Person, Person, Person, ...Person[]], room, traffic, says }
}

test('whoever has nothing else to be sent is written to directly, from the first event on, and what they say themselves changes nothing', () => {
  const { says, people, world } = crowd(4)
  assert.deepEqual(says(0, 'a'), ['p1', 'p2', 'p3'])
  assert.deepEqual(says(1, 'b'), ['p0', 'p2', 'p3'])
  people[2].send('alone')
  assert.deepEqual(says(1, 'c'), ['p0', 'p3'], 'who was sent something in this turn gets it with that')
  assert.deepEqual(says(1, 'd'), ['p0', 'p2', 'p3'])
  assert.equal(people[2].received(), 'plain|p0|a\nplain|p1|b\naloneplain|p1|c\nplain|p1|d\n')
  world.assertDrained(...people)
})

test('when somebody leaves, the last one takes the place, and is written to as before', () => {
  const { says, people, room } = crowd(4)
  room.remove(people[1].recipient)
  assert.deepEqual(says(0, 'a').sort(), ['p2', 'p3'])
  people[3]?.send('x')
  room.remove(people[2].recipient)
  assert.deepEqual(says(0, 'b'), [], 'who was not written to directly is not then either')
  assert.deepEqual(says(0, 'c'), ['p3'])
  // Leaving the other room tells the lane that somebody is in one room only, who is not in it any more.
  room.add(people[1].recipient)
  assert.deepEqual(says(0, 'd').sort(), ['p1', 'p3'])
})

test('more people than a lane begins with are all written to directly, and the deliveries are counted', () => {
  const { says, people, room } = crowd(70)
  assert.equal(says(0, 'a').length, 69)
  assert.equal(room.deliveries, 69)
  room.remove(people[1].recipient)
  assert.equal(says(0, 'b').length, 68)
  assert.equal(room.deliveries, 69 + 68)
})

test('bytes that are written directly are counted, but for those that the kernel does not take', () => {
  const { says, people, traffic } = crowd(3)
  const bytes = 'plain|p0|hello\n'.length
  says(0, 'hello')
  assert.equal(traffic.bytesOut, 2 * bytes)
  people[2].sink.full = true
  says(0, 'hello')
  assert.equal(traffic.bytesOut, 3 * bytes + (bytes >> 1))
  assert.equal(people[2].recipient.outbox.queuedBytes, bytes, 'which waits as what is outstanding')
})

test('what is said in one turn is queued before its end when it is more than 256 KiB, and written at its end', () => {
  for (const [more, isQueued] of [
    [0, false],
    [1, true],
  ] as const) {
    const { room, people, world } = crowd(2)
    const [amy, bob] = people
    const text = 'x'.repeat(256 * 1024 - 'plain|p0|\n'.length + more)
    room.tell(message(amy, text), amy.recipient)
    assert.equal(bob.recipient.outbox.queuedBytes > 0, isQueued)
    assert.equal(bob.sink.writes, 0)
    world.flusher.flush()
    assert.equal(bob.sink.writes, 1)
    world.assertDrained(amy, bob)
  }
})

test('F16 each event of a batch counts once for whoever misses it, around what they said themselves', () => {
  const world = new World({ softLimitBytes: 30, hardLimitBytes: 60 })
  const plain = new FakeEncoding('plain')
  const amy = world.person('Amy', plain)
  const dan = world.person('Dan', plain, 'drop-oldest')
  const room = world.room(amy, dan)
  dan.sink.full = true
  dan.send('first')
  world.flusher.flush()
  for (const [who, text] of [
    [amy, '1'],
    [dan, '2'],
    [amy, '3'],
    [amy, '4'],
    [dan, '5'],
  ] as const)
    room.tell(message(who, text), who.recipient)
  world.flusher.flush()
  assert.equal(dan.recipient.outbox.queuedBytes, 5 + 3 * 'plain|Amy|1\n'.length)
  room.tell(message(amy, '6'), amy.recipient)
  room.tell(message(amy, '7'), amy.recipient)
  world.flusher.flush()
  dan.sink.full = false
  dan.sink.take()
  assert.equal(world.pressure.stats.droppedEvents, 3)
  assert.equal(dan.received(), 'firstmissed 3\nplain|Amy|6\nplain|Amy|7\n')
})

test('bytes and texts are appended behind each other, whatever a character takes', () => {
  const batch = new Batch(new ChunkPool())
  batch.append(Buffer.from('a,'))
  batch.appendText('bü,', 'latin1')
  batch.appendText('cü€', 'utf8')
  const bytes = Buffer.concat([Buffer.from('a,'), Buffer.from('bü,', 'latin1'), Buffer.from('cü€')])
  assert.equal(batch.bytes, bytes.length)
  assert.deepEqual(Buffer.from(batch.slice(0, batch.bytes, 3).bytes), bytes)
})
