/**
 * That random interleavings of everything that fan-out can do send each recipient what a naive list says, through
 * kernels that are full at random, and that no bytes change under a stalled one (M4–M6).
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RoomFanout } from '../../../src/relay/fanout/room-fanout.js'
import { FakeEncoding, type FakeSink, joined, message, type Person, World } from './world.js'

const ROOMS = 3
const PEOPLE = 6

/** One line that somebody must be sent. */
interface Wanted {
  readonly line: string
  /** -1 for a line to this one alone. */
  readonly room: number
  /** Who said it; -1 for the relay itself. */
  readonly actor: number
}

/** Above this, one turn's share of one recipient may be more than one write. */
const LARGE_WRITE_BYTES = 256 * 1024

function writtenBytes(sink: FakeSink): number {
  return sink.takenBytes + sink.outstandingBytes
}

class Model {
  readonly world = new World()
  readonly encodings = [new FakeEncoding('plain'), new FakeEncoding('fancy')]
  readonly people: Person[] = []
  readonly rooms: RoomFanout[] = []
  readonly wanted: Wanted[][] = []
  readonly #members: Set<number>[] = []
  readonly #gone = new Set<number>()
  #deliveries = 0
  #serial = 0

  constructor() {
    for (let who = 0; who < PEOPLE; who++) {
      this.people.push(this.world.person(`p${who}`, this.encodings[who % 2] as FakeEncoding))
      this.wanted.push([])
    }
    for (let room = 0; room < ROOMS; room++) {
      this.rooms.push(this.world.room())
      this.#members.push(new Set())
    }
  }

  say(who: number, where: number, length: number): void {
    const event = message(this.#of(who), `${this.#serial++}${'x'.repeat(length)}`)
    this.#tell(who, where, (person) => person.encoding.line(event), false)
    this.rooms[where]?.tell(event, this.#of(who).recipient)
  }

  join(who: number, where: number): void {
    const members = this.#members[where]
    if (this.#gone.has(who) || members === undefined || members.has(who)) return
    members.add(who)
    const event = { ...joined(this.#of(who)), name: `p${who} for the ${this.#serial++}th` }
    this.#tell(who, where, (person) => person.encoding.line(event), true)
    this.rooms[where]?.add(this.#of(who).recipient)
    this.rooms[where]?.tell(event, this.#of(who).recipient)
  }

  leave(who: number, where: number): void {
    this.#members[where]?.delete(who)
    this.rooms[where]?.remove(this.#of(who).recipient)
  }

  /** An answer of the relay, in memory of its own. */
  answer(who: number, length: number): void {
    const line = `answer ${this.#serial++}${'y'.repeat(length)}\n`
    if (!this.#gone.has(who)) this.wanted[who]?.push({ line, room: -1, actor: -1 })
    this.#of(who).send(line)
  }

  direct(who: number, to: number, length: number): void {
    const target = this.#of(to)
    const text = `direct ${this.#serial++}${'z'.repeat(length)}`
    const line = `${target.encoding.name}|${this.#of(who).name}|${text}\n`
    if (!this.#gone.has(to)) this.wanted[to]?.push({ line, room: -1, actor: who })
    target.receive(this.#of(who), text)
  }

  flush(): void {
    const before = this.people.map(({ sink }) => ({ writes: sink.writes, bytes: writtenBytes(sink) }))
    this.world.flusher.flush()
    for (const [who, { sink }] of this.people.entries()) {
      const { writes, bytes } = before[who] as { writes: number; bytes: number }
      const most = 1 + Math.floor((writtenBytes(sink) - bytes) / LARGE_WRITE_BYTES)
      assert.ok(
        sink.writes - writes <= most,
        'one write for each recipient and turn, but for very large ones',
      )
    }
  }

  stall(who: number): void {
    this.#of(who).sink.full = true
  }

  take(who: number, stillFull: boolean): void {
    const { sink } = this.#of(who)
    sink.full = stillFull
    if (!this.#gone.has(who)) sink.take()
  }

  /** The connection ends where it stands. */
  cut(who: number): void {
    if (this.#gone.has(who)) return
    for (let where = 0; where < ROOMS; where++) this.leave(who, where)
    this.#of(who).recipient.outbox.close()
    this.#gone.add(who)
  }

  finish(): void {
    this.flush()
    for (const [who] of this.people.entries()) this.take(who, false)
    this.flush()
    for (const [who, { sink, recipient }] of this.people.entries()) {
      assert.equal(recipient.outbox.queuedBytes, 0)
      this.#check(who, sink.received())
    }
    assert.equal(this.world.pool.retainedBytes, 0, 'no memory is held')
    assert.equal(this.world.flusher.stats.deliveries, this.#deliveries, 'deliveries')
  }

  #of(who: number): Person {
    return this.people[who] as Person
  }

  #tell(who: number, where: number, line: (person: Person) => string, actorToo: boolean): void {
    for (const member of this.#members[where] as Set<number>) {
      if (member === who && !actorToo) continue
      this.wanted[member]?.push({ line: line(this.#of(member)), room: where, actor: who })
      this.#deliveries++
    }
  }

  /**
   * Rooms may be told in another order than their members hear them, unless somebody could tell: each room's lines
   * keep their order with each other and with what is for this one alone, and so do each speaker's.
   */
  #check(who: number, received: string): void {
    const wanted = this.wanted[who] as Wanted[]
    const byLine = new Map(wanted.map((one) => [one.line, one]))
    assert.equal(byLine.size, wanted.length, 'lines differ')
    const lines = received.split('\n')
    const unfinished = lines.pop() as string
    if (!this.#gone.has(who)) assert.equal(unfinished, '', 'the last line is whole')
    const got = lines.map((line) => {
      const one = byLine.get(`${line}\n`)
      assert.ok(one !== undefined, `${this.#of(who).name} got what is not for it: ${line.slice(0, 50)}`)
      return one
    })
    const sameOrder = (words: string, chosen: (one: Wanted) => boolean) => {
      const wantedOnes = wanted.filter(chosen).map(({ line }) => line)
      const gotOnes = got.filter(chosen).map(({ line }) => line)
      // One that was cut off got a beginning of it all.
      const most = this.#gone.has(who) ? gotOnes.length : wantedOnes.length
      assert.deepEqual(gotOnes, wantedOnes.slice(0, most), `${this.#of(who).name}: ${words}`)
    }
    for (let where = 0; where < ROOMS; where++) {
      sameOrder(`room ${where} and answers`, ({ room }) => room === where || room === -1)
    }
    for (let actor = 0; actor < PEOPLE; actor++) {
      sameOrder(`what p${actor} said`, (one) => one.actor === actor)
    }
  }
}

const who = fc.nat(PEOPLE - 1)
const where = fc.nat(ROOMS - 1)
const length = fc.oneof(
  { weight: 10, arbitrary: fc.nat(40) },
  { weight: 4, arbitrary: fc.nat(3000) },
  { weight: 1, arbitrary: fc.integer({ min: 3000, max: 140_000 }) },
)
type Step = (model: Model) => void
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(who, where, length)
      .map(([w, r, l]) => named(`p${w} says ${l} in ${r}`, (m) => m.say(w, r, l))),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(who, where).map(([w, r]) => named(`p${w} joins ${r}`, (m) => m.join(w, r))),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(who, where).map(([w, r]) => named(`p${w} leaves ${r}`, (m) => m.leave(w, r))),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(who, length).map(([w, l]) => named(`p${w} is sent ${l}`, (m) => m.answer(w, l))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(who, who, length)
      .map(([w, t, l]) => named(`p${w} directs ${l} to p${t}`, (m) => m.direct(w, t, l))),
  },
  { weight: 5, arbitrary: fc.constant(named('flush', (m) => m.flush())) },
  { weight: 2, arbitrary: who.map((w) => named(`p${w} stalls`, (m) => m.stall(w))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(who, fc.boolean())
      .map(([w, full]) => named(`p${w} takes, full ${full}`, (m) => m.take(w, full))),
  },
  { weight: 1, arbitrary: who.map((w) => named(`p${w} is cut off`, (m) => m.cut(w))) },
)

/** So that a failure can be read. */
function named(words: string, act: Step): Step {
  return Object.assign(act, { [fc.toStringMethod]: () => words })
}

test('M4 M5 M6 everybody is sent what a naive list says, through kernels that are full at random', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(step, { minLength: 10, maxLength: 150, size: 'max' }),
      (severalRooms, steps) => {
        const model = new Model()
        // Most have come in already, so that most of what is said is heard; those in one room are written to directly.
        for (let person = 0; person < PEOPLE; person++) {
          for (let room = 0; room < ROOMS; room++) {
            if (severalRooms ? (person + room) % 3 !== 0 : room === 0) model.join(person, room)
          }
        }
        for (const act of steps) act(model)
        model.finish()
      },
    ),
    { numRuns: 400 },
  )
})
