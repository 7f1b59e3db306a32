/** What becomes of readers that do not keep up, and of those who send to them, with a clock of the test's own. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAUSE } from '../../src/fanout/pauses.js'
import type { PressureLimits } from '../../src/fanout/pressure.js'
import { FakeEncoding, message, type Person, World } from './world.js'

const LIMITS: PressureLimits = {
  softLimitBytes: 1000,
  hardLimitBytes: 4000,
  graceMs: 10_000,
  minDrainBytesPerSecond: 100,
  retainedLimitBytes: 2 ** 40,
}

const plain = new FakeEncoding('plain')

/** A room of `size` people, the first of whom speaks. */
function roomOf(size: number, limits: Partial<PressureLimits> = {}) {
  const world = new World({ ...LIMITS, ...limits })
  const people = Array.from({ length: size }, (_, index) => world.person(`p${index}`, plain))
  const room = world.room(...people)
  const speaker = people[0] as Person
  const say = (bytes: number) => {
    room.tell(message(speaker, 'z'.repeat(bytes)), speaker.recipient)
    world.flusher.flush()
  }
  const wait = (ms: number) => {
    world.nowMs += ms
    for (const { recipient } of people) recipient.outbox.checkProgress(world.nowMs)
  }
  return { world, people, room, speaker, say, wait, stats: world.pressure.stats }
}

test('a reader above soft is behind, and fine again below it', () => {
  const { people, say, stats } = roomOf(10)
  const slow = people[1] as Person
  slow.sink.full = true
  say(900)
  assert.equal(stats.behind, 0)
  say(900)
  assert.equal(stats.behind, 1)
  assert.ok(slow.recipient.outbox.behind)
  assert.ok(slow.sink.pauses.has(PAUSE.answers), 'no more requests of one who does not read')
  slow.sink.full = false
  slow.sink.take()
  assert.equal(stats.behind, 0)
  assert.ok(!slow.sink.pauses.has(PAUSE.answers))
})

test('a turn above every limit is nothing when the kernel takes it', () => {
  const { say, stats, people } = roomOf(3)
  say(50_000)
  assert.equal(stats.behind, 0)
  assert.ok(people.every(({ sink }) => sink.cutOffs === 0))
})

test('more than a quarter behind pauses who sends, until it is under an eighth', () => {
  const { people, say, speaker, stats } = roomOf(16)
  const slow = people.slice(1, 6)
  for (const { sink } of slow) sink.full = true
  say(2000)
  assert.equal(stats.congestedRooms, 1, 'five of sixteen')
  assert.ok(!speaker.sink.pauses.has(PAUSE.room), 'it was not congested yet when this was said')
  say(1)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
  const free = (person: Person | undefined) => {
    ;(person as Person).sink.full = false
    person?.sink.take()
  }
  for (const person of slow.slice(0, 3)) free(person)
  assert.ok(speaker.sink.pauses.has(PAUSE.room), 'two of sixteen is an eighth, not under it')
  free(slow[3])
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
  assert.equal(stats.congestedRooms, 0)
})

test('a quarter behind pauses nobody', () => {
  const { people, say, speaker, stats } = roomOf(16)
  for (const { sink } of people.slice(1, 5)) sink.full = true
  say(2000)
  say(1)
  assert.equal(stats.behind, 4)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
})

test('a stuck reader no longer stops the room, and is cut off at the end of the grace time', () => {
  const { people, say, wait, speaker, stats } = roomOf(2)
  const dead = people[1] as Person
  dead.sink.full = true
  say(2000)
  say(1)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
  wait(2400)
  assert.ok(speaker.sink.pauses.has(PAUSE.room))
  wait(200)
  assert.equal(stats.stuck, 1)
  assert.equal(stats.behind, 0)
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
  wait(7000)
  assert.equal(dead.sink.cutOffs, 0)
  wait(500)
  assert.ok(dead.sink.cutOffs > 0)
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

test('at the hard limit a reader that drains makes its room wait; a stuck one is cut off', () => {
  const { people, say, wait, speaker, stats } = roomOf(100)
  const slow = people[1] as Person
  slow.sink.full = true
  for (let count = 0; count < 5; count++) say(1000)
  assert.equal(slow.sink.cutOffs, 0)
  assert.equal(stats.congestedRooms, 1)
  say(1)
  assert.ok(speaker.sink.pauses.has(PAUSE.room), 'one of a hundred, and nobody is lost')
  wait(2600)
  assert.ok(slow.sink.cutOffs > 0, 'stuck, and over the limit')
  assert.ok(!speaker.sink.pauses.has(PAUSE.room))
})

test('a direct message to somebody who is behind makes its sender wait', () => {
  const { people, say, stats } = roomOf(10)
  const [, target, sender] = people as [Person, Person, Person]
  target.sink.full = true
  say(2000)
  target.receive(sender, 'hello')
  assert.ok(sender.sink.pauses.has(PAUSE.direct))
  target.sink.full = false
  target.sink.take()
  assert.ok(!sender.sink.pauses.has(PAUSE.direct))
  assert.equal(stats.behind, 0)
})

test('what is retained in all is bounded: whoever sends is paused above it', () => {
  const { people, say, speaker, world } = roomOf(100, {
    retainedLimitBytes: 8000,
    softLimitBytes: 2 ** 30,
    hardLimitBytes: 2 ** 30,
  })
  const slow = people[1] as Person
  slow.sink.full = true
  for (let count = 0; count < 3; count++) say(3000)
  assert.ok(world.pool.retainedBytes > 8000)
  say(1)
  assert.ok(speaker.sink.pauses.has(PAUSE.retained))
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
