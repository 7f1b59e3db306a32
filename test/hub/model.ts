/**
 * A hub next to a naive model of one, which knows nothing but lists: whatever is done to both must come out the
 * same, for the caller, for everybody in the room, and for the observer.
 */

import assert from 'node:assert/strict'
import type { Audience, HubEvent, PrivateEvent, Recipient, RoomEvent } from '../../src/hub/events.js'
import { Hub } from '../../src/hub/hub.js'
import type { Session } from '../../src/hub/session.js'

/** Keeps what reached one person, in order. */
export class Ear implements Recipient {
  readonly heard: HubEvent[] = []

  receive(event: PrivateEvent): void {
    this.heard.push(event)
  }
}

/** Tells everyone but the actor, at once. */
export class RecordingAudience implements Audience<Ear> {
  readonly members: Ear[] = []

  add(recipient: Ear): void {
    assert.ok(!this.members.includes(recipient), 'nobody is added twice')
    this.members.push(recipient)
  }

  remove(recipient: Ear): void {
    const at = this.members.indexOf(recipient)
    if (at >= 0) this.members.splice(at, 1)
  }

  tell(event: RoomEvent, actor: Ear | null, except: ReadonlySet<Ear> | null = null): void {
    assert.notEqual(event.kind, 'crowd')
    if (event.kind === 'crowd') return
    for (const member of this.members) {
      if (member !== actor && except?.has(member) !== true) member.heard.push(event)
    }
  }
}

interface Person {
  readonly name: string
  readonly rooms: string[]
  readonly session: Session<Ear>
  readonly ear: Ear
  /** What this one must have heard, without ids and times. */
  readonly wanted: string[]
}

export const DEFAULT_ROOM = 'general'
const DIALECT = 'spoken'

export class HubWithModel {
  readonly hub: Hub<Ear>
  readonly observed: HubEvent[] = []
  readonly #people: Person[] = []
  /** Sessions that have ended: they must be able to do nothing. */
  readonly #ended: Session<Ear>[] = []
  readonly #audiences = new Map<string, RecordingAudience>()
  readonly #wantedObserved: string[] = []
  /** Message ids in the order in which they were given. */
  readonly #ids: string[] = []
  #audiencesMade = 0

  constructor(now: () => number) {
    this.hub = new Hub<Ear>({
      audience: (room) => {
        const audience = new RecordingAudience()
        this.#audiences.set(room, audience)
        this.#audiencesMade++
        return audience
      },
      now,
      defaultRoom: DEFAULT_ROOM,
      announceUpTo: Number.MAX_SAFE_INTEGER,
      recent: { ageMs: 1000, entries: 100 },
      later: () => assert.fail('no room here is too large to announce everybody'),
      observe: (event) => this.observed.push(event),
    })
  }

  claim(name: string): void {
    const ear = new Ear()
    const session = this.hub.claim(name, DIALECT, ear)
    if (!validModelName(name)) assert.equal(session, 'invalid')
    else if (this.#people.some((person) => person.name === name)) assert.equal(session, 'taken')
    else {
      assert.ok(typeof session !== 'string', `${name} is free and was refused`)
      assert.equal(session.name, name)
      this.#people.push({ name, rooms: [], session, ear, wanted: [] })
    }
  }

  join(who: number, room: string): void {
    const person = this.#person(who)
    if (person === null) return
    assert.equal(this.hub.join(person.session, room)?.name, room)
    if (person.rooms.includes(room)) return
    person.rooms.push(room)
    this.#tell(room, person, `joined ${room} ${person.name}`)
  }

  leave(who: number, which: number): void {
    const person = this.#person(who)
    if (person === null || person.rooms.length === 0) return
    const room = person.rooms[which % person.rooms.length] as string
    this.hub.leave(person.session, this.#roomOf(person, room), 'left')
    this.#left(person, room, 'left')
  }

  say(who: number, which: number, text: string): void {
    const person = this.#person(who)
    if (person === null || person.rooms.length === 0) return
    const room = person.rooms[which % person.rooms.length] as string
    this.#took(this.hub.messages.say(person.session, this.#roomOf(person, room), text))
    this.#tell(room, person, `message ${room} ${person.name} ${text}`)
  }

  /** Into a room that the speaker is not in. */
  sayOutside(who: number, other: number, text: string): void {
    const person = this.#person(who)
    const elsewhere = this.#person(other)
    if (person === null || elsewhere === null) return
    const room = elsewhere.rooms.find((name) => !person.rooms.includes(name))
    if (room === undefined) return
    assert.equal(this.hub.messages.say(person.session, this.#roomOf(elsewhere, room), text), null)
  }

  direct(who: number, to: string, text: string): void {
    const person = this.#person(who)
    if (person === null) return
    const target = this.#people.find(({ name }) => name === to)
    const outcome = this.hub.messages.direct(person.session, [to], text)
    if (target === undefined) {
      assert.deepEqual(outcome, { kind: 'missing', name: to })
      return
    }
    assert.ok(outcome.kind === 'sent')
    this.#took(outcome.id)
    const words = `direct ${person.name} ${to} ${text}`
    target.wanted.push(words)
    this.#wantedObserved.push(words)
  }

  end(who: number, reason: string): void {
    const person = this.#person(who)
    if (person === null) return
    this.hub.end(person.session, reason)
    for (const room of [...person.rooms]) this.#left(person, room, reason)
    this.#people.splice(this.#people.indexOf(person), 1)
    this.#ended.push(person.session)
  }

  endAll(reason: string): void {
    this.hub.endQuietly()
    for (const { session } of this.#people) this.hub.end(session, reason)
    // Nobody is told; the records are complete.
    for (const person of this.#people) {
      for (const room of person.rooms) this.#wantedObserved.push(`left ${room} ${person.name} ${reason}`)
      this.#ended.push(person.session)
    }
    this.#people.length = 0
  }

  /** Somebody who has ended tries to go on. */
  haunt(which: number, to: string): void {
    const ghost = this.#ended[which % Math.max(this.#ended.length, 1)]
    if (ghost === undefined) return
    this.hub.end(ghost, 'again')
    assert.equal(this.hub.messages.say(ghost, this.hub.defaultRoom, 'boo'), null)
    assert.deepEqual(this.hub.messages.direct(ghost, [to], 'boo'), { kind: 'missing', name: to })
    assert.equal(this.hub.join(ghost, DEFAULT_ROOM), null)
    assert.equal(ghost.rooms.length, 0)
  }

  check(): void {
    const { hub } = this
    const names = this.#people.map(({ name }) => name)
    assert.deepEqual(
      hub.names(),
      names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
    assert.equal(hub.sessionCount, names.length)
    const rooms = new Set([DEFAULT_ROOM, ...this.#people.flatMap((person) => person.rooms)])
    assert.equal(hub.roomCount, rooms.size, 'R2 a room exists while somebody is in it')
    for (const person of this.#people) {
      assert.deepEqual([...person.session.rooms].map((room) => room.name).sort(), [...person.rooms].sort())
      for (const room of person.session.rooms) {
        assert.ok(room.members.has(person.session), 'R5 both halves of the index agree')
        assert.ok((room.audience as RecordingAudience).members.includes(person.ear))
      }
      assert.deepEqual(person.ear.heard.map(inWords), person.wanted, `what ${person.name} heard`)
    }
    for (const room of rooms) {
      const members = this.#people.filter((person) => person.rooms.includes(room))
      assert.equal(this.#audiences.get(room)?.members.length ?? 0, members.length)
    }
    assert.deepEqual(this.observed.map(inWords), this.#wantedObserved)
    assert.ok(this.#audiencesMade >= rooms.size)
    const given = this.observed.flatMap((event) => ('id' in event ? [event.id] : []))
    assert.deepEqual(given, this.#ids, 'M1 the id returned is the id told, in order')
    assert.equal(new Set(given).size, given.length, 'M1 unique')
    assert.deepEqual([...given].sort(), given, 'M1 sortable')
  }

  #person(who: number): Person | null {
    return this.#people[who % Math.max(this.#people.length, 1)] ?? null
  }

  #roomOf(person: Person, name: string) {
    const room = [...person.session.rooms].find((candidate) => candidate.name === name)
    assert.ok(room !== undefined, `${person.name} is in ${name}`)
    return room
  }

  #left(person: Person, room: string, reason: string): void {
    person.rooms.splice(person.rooms.indexOf(room), 1)
    this.#tell(room, person, `left ${room} ${person.name} ${reason}`)
  }

  /** M4, M6: everybody in the room at that moment, and not the actor. */
  #tell(room: string, actor: Person, words: string): void {
    for (const person of this.#people) {
      if (person !== actor && person.rooms.includes(room)) person.wanted.push(words)
    }
    this.#wantedObserved.push(words)
  }

  #took(id: string | null): void {
    assert.ok(id !== null)
    this.#ids.push(id)
  }
}

function inWords(event: HubEvent): string {
  assert.equal(event.dialect, DIALECT)
  switch (event.kind) {
    case 'message':
      return `message ${event.room} ${event.name} ${event.text}`
    case 'direct':
      return `direct ${event.name} ${event.to} ${event.text}`
    case 'joined':
      return `joined ${event.room} ${event.name}`
    case 'left':
      return `left ${event.room} ${event.name} ${event.reason}`
    default:
      return event.kind
  }
}

function validModelName(name: string): boolean {
  const codes = [...name].map((character) => character.codePointAt(0) as number)
  return codes.length >= 1 && codes.length <= 32 && codes.every((code) => code > 0x20 && code < 0x7f)
}
