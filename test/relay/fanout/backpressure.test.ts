/** What becomes of readers that do not keep up, and of those who send to them, with a clock of the test's own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAUSE } from '../../../src/relay/fanout/pauses.js'
import type { PressureLimits } from '../../../src/relay/fanout/pressure.js'
import { FakeEncoding, message, type Person, World } from './world.js'

const LIMITS: PressureLimits = {
  softLimitBytes: 1000,
  hardLimitBytes: 4000,
  graceMs: 10_000,
  minDrainBytesPerSecond: 100,
  retainedLimitBytes: 2 ** 40,
}

const plain = new FakeEncoding('plain')

/** More than somebody may say at once to a room that is congested (`pacer.ts`). */
const MUCH = 1100

/** A room of `size` people, the first of whom speaks. */
function roomOf(size: number, limits: Partial<PressureLimits> = {}) {
  const world = new World({ ...LIMITS, ...limits })
  const people = Array.from({ length: size }, (_, index) => world.person(`p${index}`, plain))
  const room = world.room(...people)
  const speaker = people[0] as Person
  const sayAs = (person: Person, bytes: number) => {
    room.tell(message(person, 'z'.repeat(bytes)), person.recipient)
    world.flusher.flush()
  }
  const say = (bytes: number) => sayAs(speaker, bytes)
  const wait = (ms: number) => world.wait(ms)
  return { world, people, room, speaker, say, sayAs, wait, stats: world.pressure.stats }
}

function free(...people: Person[]): void {
  for (const { sink } of people) {
    sink.full = false
    sink.take()
  }
}

test('a reader above soft is behind, and fine again below it', () => {
  const { people, say, stats } = roomOf(10)
  const slow = people[1] as Person
  slow.sink.full = true
  say(900)
  assert.equal(stats.behind, 0)
  say(900)
  assert.equal(stats.behind, 1)
  assert.ok(slow.recipient.outbox.slow)
  assert.ok(slow.sink.pauses.has(PAUSE.answers), 'no more requests of one who does not read')
  free(slow)
  assert.equal(stats.behind, 0)
  assert.ok(!slow.sink.pauses.has(PAUSE.answers))
})

test('a turn above every limit is nothing when the kernel takes it', () => {
  const { say, stats, people } = roomOf(3)
  say(50_000)
  assert.equal(stats.behind, 0)
  assert.ok(people.every(({ sink }) => sink.cutOffs === 0))
})

test('more than a quarter behind slows down who sends, until it is under an eighth', () => {
  const { people, say, speaker, stats } = roomOf(16)
  const slow = people.slice(1, 6)
  for (const { sink } of slow) sink.full = true
  say(2000)
  assert.equal(stats.congestedRooms, 1, 'five of sixteen')
  assert.ok(!speaker.sink.pauses.has(PAUSE.room), 'it was not congested yet when this was said')
  say(MUCH)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
  free(...slow.slice(0, 3))
  assert.ok(speaker.sink.pauses.has(PAUSE.room), 'two of sixteen is an eighth, not under it')
  free(slow[3] as Person)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
  assert.equal(stats.congestedRooms, 0)
})

test('a quarter behind slows down nobody', () => {
  const { people, say, speaker, stats } = roomOf(16)
  for (const { sink } of people.slice(1, 5)) sink.full = true
  say(2000)
  say(MUCH)
  assert.equal(stats.behind, 4)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
})

test('a congested room goes on at the minimum rate, and whoever says little does not wait', () => {
  const { people, say, sayAs, speaker, wait } = roomOf(16, {
    softLimitBytes: 5000,
    hardLimitBytes: 100_000,
    minDrainBytesPerSecond: 10_000,
  })
  const talker = people[1] as Person
  for (const { sink } of people.slice(2, 8)) sink.full = true
  say(6000)
  let said = 0
  let small = 0
  for (let tick = 0; tick < 20; tick++) {
    while (!speaker.sink.pauses.has(PAUSE.room)) {
      say(200)
      said += 200
    }
    sayAs(talker, 10)
    small++
    assert.ok(!talker.sink.pauses.has(PAUSE.room), `after ${small} small messages`)
    wait(100)
  }
  assert.ok(
    said > 10_000 && said < 14_000,
    `${said} bytes in two seconds, of a share of 5,000 a second and what is free`,
  )
})

test('a stuck reader does not hold the room, and is cut off at the end of the grace time', () => {
  const { people, say, wait, speaker, stats } = roomOf(2)
  const dead = people[1] as Person
  dead.sink.full = true
  say(1500)
  say(1500)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
  wait(2400)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
  wait(200)
  assert.equal(stats.stuck, 1)
  assert.equal(stats.behind, 0)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
  say(5000)
  say(5000)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room), 'above hard too')
  wait(7000)
  assert.equal(dead.sink.cutOffs, 0)
  wait(500)
  assert.ok(dead.sink.cutOffs > 0)
})

test('of one who is stuck only so much is kept: then its room slows down until it is cut off', () => {
  const { people, say, wait, speaker } = roomOf(100)
  const dead = people[1] as Person
  dead.sink.full = true
  say(2000)
  wait(2600)
  for (let count = 0; count < 64; count++) say(4000)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
  say(MUCH)
  say(MUCH)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
})

test('where many are stuck at once it is hardly their own doing: they are waited for', () => {
  const { people, say, wait, speaker, stats } = roomOf(40)
  for (const { sink } of people.slice(1, 18)) sink.full = true
  say(2000)
  say(MUCH)
  wait(2600)
  assert.equal(stats.stuck, 17)
  say(MUCH)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
  free(...people.slice(1, 18))
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
})

test('a reader just above the minimum rate is kept, one just under it is cut off', () => {
  const KIB = 1024
  const limits = { softLimitBytes: 256 * KIB, hardLimitBytes: 1024 * KIB, minDrainBytesPerSecond: 64 * KIB }
  for (const [rate, kept] of [
    [68 * KIB, true],
    [60 * KIB, false],
  ] as const) {
    const { people, say, wait } = roomOf(2, limits)
    const { sink, recipient } = people[1] as Person
    sink.full = true
    let drained = 0
    for (let second = 1; second <= 300 && sink.cutOffs === 0; second++) {
      while (recipient.outbox.queuedBytes < 700 * KIB) say(8 * KIB)
      // Takes whole writes, so that progress comes in lumps.
      while (drained + sink.outstandingBytes <= second * rate) {
        drained += sink.outstandingBytes
        sink.take()
      }
      wait(1000)
    }
    assert.equal(sink.cutOffs === 0, kept, `${rate} bytes a second`)
  }
})

test('at the hard limit a reader that drains slows its room down, and is not cut off', () => {
  const { people, say, speaker, stats } = roomOf(100)
  const slow = people[1] as Person
  slow.sink.full = true
  for (let count = 0; count < 5; count++) say(1000)
  assert.equal(slow.sink.cutOffs, 0)
  assert.equal(stats.congestedRooms, 1)
  say(MUCH)
  assert.ok(speaker.sink.pauses.has(PAUSE.room), 'one of a hundred, and nobody is lost')
  free(slow)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
  assert.equal(stats.congestedRooms, 0)
})

test('whoever leaves a congested room goes on at once, and so does whoever waits for two rooms only after both', () => {
  const { world, people, room, say, speaker } = roomOf(100)
  const slow = people[1] as Person
  const other = world.room(speaker, slow)
  slow.sink.full = true
  for (let count = 0; count < 5; count++) say(1000)
  say(MUCH)
  other.tell(message(speaker, 'z'.repeat(MUCH)), speaker.recipient)
  room.remove(speaker.recipient)
  assert.ok(speaker.sink.pauses.has(PAUSE.room), 'the other room is congested too')
  other.remove(speaker.recipient)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
})

test('a direct message to somebody who is slow makes its sender wait, if it is more than a few lines', () => {
  const { people, say, wait } = roomOf(10)
  const [, target, sender, talker] = people as [Person, Person, Person, Person]
  target.sink.full = true
  say(2000)
  target.receive(sender, 'z'.repeat(MUCH))
  target.receive(talker, 'hello')
  assert.ok(sender.sink.pauses.has(PAUSE.direct))
  assert.ok(!talker.sink.pauses.has(PAUSE.direct))
  wait(3000)
  assert.ok(!sender.sink.pauses.has(PAUSE.direct), 'its share has caught up')
  target.receive(sender, 'z'.repeat(MUCH))
  assert.ok(sender.sink.pauses.has(PAUSE.direct))
  free(target)
  assert.ok(!sender.sink.pauses.has(PAUSE.direct))
})

test('whoever waits for somebody slow and goes is forgotten', () => {
  const { people, say, sayAs, wait, world } = roomOf(10)
  const [, target, sender] = people as [Person, Person, Person]
  target.sink.full = true
  for (let count = 0; count < 5; count++) say(1000)
  target.receive(sender, 'z'.repeat(MUCH))
  sayAs(sender, MUCH)
  const before = new Set(sender.sink.pauses)
  assert.deepEqual(before, new Set([PAUSE.direct, PAUSE.room]))
  sender.sink.gone = true
  wait(100)
  assert.deepEqual(sender.sink.pauses, new Set(), 'it is held by nobody any more')
  assert.ok(world.pressure.stats.behind > 0)
})

test('what is retained in all is bounded: above it the longest queue is cut off, and nobody who reads waits', () => {
  const { people, say, speaker, world, wait } = roomOf(100, {
    retainedLimitBytes: 100_000,
    softLimitBytes: 2000,
    hardLimitBytes: 2 ** 30,
  })
  const [, longest, shorter] = people as [Person, Person, Person]
  longest.sink.full = shorter.sink.full = true
  longest.send('a'.repeat(90_000))
  shorter.send('b'.repeat(40_000))
  say(3000)
  assert.ok(world.pool.retainedBytes > 100_000)
  wait(100)
  assert.equal(longest.sink.evictions, 1)
  assert.equal(shorter.sink.evictions, 0)
  assert.ok(world.pool.retainedBytes < 100_000)
  say(MUCH)
  assert.deepEqual(speaker.sink.pauses, new Set())
})

test('half of what may be retained in all is too much for more than the hard limit', () => {
  const { people, say, wait, speaker } = roomOf(100, { retainedLimitBytes: 20_000 })
  const dead = people[1] as Person
  dead.sink.full = true
  say(2000)
  wait(2600)
  for (let count = 0; count < 5; count++) say(3000)
  say(MUCH)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
})

test('F16 the oldest are dropped whole, and the reader is told how many in their place', () => {
  const world = new World(LIMITS)
  const speaker = world.person('Amy', plain)
  const reader = world.person('Bob', plain, 'drop-oldest')
  const room = world.room(speaker, reader)
  reader.sink.full = true
  const say = (text: string) => {
    room.tell(message(speaker, text.padEnd(90, '.')), speaker.recipient)
    world.flusher.flush()
  }
  say('first')
  for (let count = 0; count < 200; count++) {
    say(`n${count}`)
    if (count === 20) reader.send('an answer\n')
    assert.ok(reader.recipient.outbox.queuedBytes <= LIMITS.hardLimitBytes + 200)
  }
  reader.sink.full = false
  reader.sink.take()
  const lines = reader
    .received()
    .split('\n')
    .filter((line) => line !== '')
  const notices = lines.filter((line) => line.startsWith('missed'))
  const heard = lines
    .filter((line) => line.startsWith('plain|Amy|n'))
    .map((line) => Number(/n(\d+)/.exec(line)?.[1]))
  const missed = notices.reduce((total, line) => total + Number(line.split(' ')[1]), 0)
  assert.ok(lines[0]?.startsWith('plain|Amy|first'), 'what the kernel had begun with is whole')
  assert.ok(missed > 0)
  assert.equal(heard.length + missed, 200, 'every one was heard or said to be missed')
  assert.deepEqual(
    heard,
    [...heard].sort((a, b) => a - b),
  )
  assert.equal(heard.at(-1), 199)
  assert.ok(lines.includes('an answer'), 'answers are not dropped')
  assert.equal(world.pressure.stats.droppedEvents, missed)
  assert.equal(reader.sink.cutOffs, 0)
  assert.equal(world.pressure.stats.congestedRooms, 0, 'whoever may miss messages makes nobody wait')
  world.assertDrained(speaker, reader)
})
