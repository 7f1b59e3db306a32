/**
 * A hub next to a naive model of one, which knows nothing but lists: whatever is done to both must come out the
 * same, for the caller, for everybody in the room, and for the observer. How much is remembered is not modelled, only
 * for how long (C13 has tests of its own).
 */

import assert from 'node:assert/strict'
import type {
  Audience,
  HubEvent,
  PrivateEvent,
  Recipient,
  RoomEvent,
  Status,
} from '../../../src/relay/hub/events.js'
import { Hub } from '../../../src/relay/hub/hub.js'
import type { Session } from '../../../src/relay/hub/session.js'
import { type LinkedNode, LinkedNodes } from './linked.js'

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

  collect(): void {}

  tellOnly(event: RoomEvent, actor: Ear | null, to: readonly Ear[]): void {
    assert.ok(to.every((one) => this.members.includes(one) && one !== actor))
    assert.equal(new Set(to).size, to.length)
    this.tell(event, actor, new Set(this.members.filter((member) => !to.includes(member))))
  }
}

/** Somebody's being in a room, from one join to the leave. */
interface Membership {
  readonly person: Person
  readonly room: ModelRoom
  over: boolean
}

interface ModelRoom {
  readonly name: string
  readonly members: Membership[]
  creator: Person | null
  isPrivate: boolean
}

interface Person {
  name: string
  /** In the order of joining. */
  readonly memberships: Membership[]
  readonly session: Session<Ear>
  /** The session's. */
  readonly hub: Hub<Ear>
  readonly ear: Ear
  readonly refers: boolean
  status: Status
  isHere: boolean
  /** What this one must have heard, without ids and times. */
  readonly wanted: string[]
}

/** A stranger, and what they hold (C1). */
interface Holder {
  ear: Ear
  name: string | null
  readonly hub: Hub<Ear>
}

interface Block {
  readonly blocker: Person
  readonly name: string
  /** Who had the name; `null` when they have gone. */
  target: Person | null
}

interface ModelMessage {
  readonly id: string
  readonly at: number
  readonly sender: Person
  readonly room: ModelRoom | null
  /** To whom it went in the room, or alone. */
  readonly memberships: readonly Membership[]
  readonly people: readonly Person[]
  readonly receivers: Set<Person>
  /** Whether anybody could refer to it when it was said. */
  readonly isKept: boolean
}

export const DEFAULT_ROOM = 'general'
const DIALECT = 'spoken'
export const AGE_MS = 1000

/** One hub, or several that are one to everybody. */
export class HubWithModel {
  readonly hubs: readonly Hub<Ear>[]
  readonly observed: HubEvent[] = []
  readonly #now: () => number
  readonly #people: Person[] = []
  /** Those who have ended: they must be able to do nothing. */
  readonly #ended: Person[] = []
  readonly #rooms: ModelRoom[] = []
  readonly #wantedObserved: string[] = []
  /** Message ids in the order in which they were given. */
  readonly #ids: string[] = []
  #messages: ModelMessage[] = []
  #blocks: Block[] = []
  #claims = 0
  /** Strangers, and what each of them holds (C1). */
  readonly #holders: readonly Holder[]

  /** @param nodes how many hubs */
  constructor(now: () => number, nodes = 1) {
    this.#now = now
    const linked = new LinkedNodes(nodes)
    this.hubs = linked.nodes.map((node) => {
      const hub = this.#hub(nodes === 1 ? null : node)
      node.hub = hub
      return hub
    })
    this.#holders = Array.from({ length: 3 }, (_, index) => {
      return { ear: new Ear(), name: null, hub: this.#hubOf(index) }
    })
    this.#rooms.push({ name: DEFAULT_ROOM, members: [], creator: null, isPrivate: false })
  }

  #hub(node: LinkedNode | null): Hub<Ear> {
    return new Hub<Ear>({
      audience: () => new RecordingAudience(),
      now: this.#now,
      defaultRoom: DEFAULT_ROOM,
      announceUpTo: Number.MAX_SAFE_INTEGER,
      recent: { ageMs: AGE_MS, entries: Number.MAX_SAFE_INTEGER },
      later: () => assert.fail('no room here is too large to announce everybody'),
      observe: (event) => this.observed.push(event),
      replication: node,
      idSuffix: node?.id,
      // What is held elsewhere is for whoever gives out names among all nodes to know.
      isForbiddenName: (name) =>
        this.#holders.some((holder) => holder.name === name && holder.hub !== node?.hub && node !== null),
    })
  }

  #hubOf(index: number): Hub<Ear> {
    return this.hubs[index % this.hubs.length] as Hub<Ear>
  }

  claim(name: string, refers: boolean): void {
    this.#claim(name, refers, new Ear(), null, this.#hubOf(this.#claims++))
  }

  hold(which: number, name: string): void {
    const holder = this.#holders[which % this.#holders.length] as Holder
    const refusal = this.#refusal(name, holder.name)
    assert.equal(holder.hub.hold(name, holder.ear), refusal)
    if (refusal === null) holder.name = name
  }

  release(which: number): void {
    const holder = this.#holders[which % this.#holders.length] as Holder
    holder.hub.release(holder.ear)
    holder.name = null
  }

  /** A stranger comes in, with what they hold or another name. */
  claimAsHolder(which: number, name: string): void {
    const holder = this.#holders[which % this.#holders.length] as Holder
    if (!this.#claim(name, true, holder.ear, holder.name, holder.hub)) return
    holder.name = null
    holder.ear = new Ear()
  }

  #claim(name: string, refers: boolean, ear: Ear, held: string | null, hub: Hub<Ear>): boolean {
    const refusal = this.#refusal(name, held)
    const session = hub.claim(name, DIALECT, ear, refers)
    if (refusal !== null) {
      assert.equal(session, refusal)
      return false
    }
    assert.ok(typeof session !== 'string', `${name} is free and was refused`)
    assert.equal(session.name, name)
    const wanted: string[] = []
    const status = 'online' as const
    this.#people.push({ name, memberships: [], session, hub, ear, refers, status, isHere: true, wanted })
    return true
  }

  rename(who: number, name: string): void {
    const person = this.#person(who)
    if (person === null) return
    const refusal = this.#refusal(name, null)
    assert.equal(person.hub.rename(person.session, name), refusal)
    if (refusal !== null) return
    const former = person.name
    person.name = name
    this.#people.push(...this.#people.splice(this.#people.indexOf(person), 1))
    for (const { room } of person.memberships)
      this.#tell(room, person, `renamed ${room.name} ${former} ${name}`)
  }

  join(who: number, name: string): void {
    const person = this.#person(who)
    if (person === null) return
    assert.equal(person.hub.join(person.session, name)?.name, name)
    if (person.memberships.some(({ room }) => room.name === name)) return
    let room = this.#rooms.find((one) => one.name === name)
    if (room === undefined) {
      room = { name, members: [], creator: person, isPrivate: false }
      this.#rooms.push(room)
    }
    const membership = { person, room, over: false }
    room.members.push(membership)
    person.memberships.push(membership)
    this.#tell(room, person, `joined ${name} ${person.name}`)
  }

  leave(who: number, which: number): void {
    const membership = this.#membership(who, which)
    if (membership === null) return
    membership.person.hub.leave(membership.person.session, this.#roomOf(membership), 'left')
    this.#left(membership, 'left')
  }

  setPrivate(who: number, which: number, isPrivate: boolean): void {
    const membership = this.#membership(who, which)
    if (membership === null) return
    const { person, room } = membership
    const may = room.creator === person
    assert.equal(person.hub.setPrivate(person.session, this.#roomOf(membership), isPrivate), may, 'R4')
    if (!may) return
    room.isPrivate = isPrivate
    this.#tell(room, person, `visibility ${room.name} ${person.name} ${isPrivate}`)
  }

  setStatus(who: number, status: Status): void {
    const person = this.#person(who)
    if (person === null) return
    person.hub.setStatus(person.session, status)
    if (person.status === status) return
    person.status = status
    for (const { room } of person.memberships) {
      this.#tell(room, person, `status ${room.name} ${person.name} ${status}`, this.#blockersOf(person))
    }
  }

  say(who: number, which: number, text: string): void {
    const membership = this.#membership(who, which)
    if (membership === null) return
    const { person, room } = membership
    const id = this.#took(
      person.hub.messages.say(person.session, this.#roomOf(membership), text) as string | null,
    )
    const blockers = this.#blockersOf(person)
    this.#tell(room, person, `message ${room.name} ${person.name} ${text}`, blockers)
    const memberships = room.members.filter((one) => one.person !== person && !blockers.includes(one.person))
    const isKept = room.members.some((member) => member.person.refers)
    this.#remember({ id, sender: person, room, memberships, people: [], isKept })
  }

  /** Into a room that the speaker is not in. */
  sayOutside(who: number, other: number, text: string): void {
    const person = this.#person(who)
    const elsewhere = this.#person(other)
    if (person === null || elsewhere === null) return
    const outside = elsewhere.memberships.find(
      ({ room }) => !person.memberships.some((own) => own.room === room),
    )
    if (outside === undefined) return
    assert.equal(person.hub.messages.say(person.session, this.#roomOf(outside), text), null)
  }

  direct(who: number, to: string, text: string): void {
    const person = this.#person(who)
    if (person === null) return
    const target = this.#people.find(({ name }) => name === to)
    const outcome = person.hub.messages.direct(person.session, [to], text)
    if (target === undefined) {
      assert.deepEqual(outcome, { kind: 'missing', name: to })
    } else if (this.#blockersOf(person).includes(target)) {
      assert.deepEqual(outcome, { kind: 'blocked', by: [to] })
    } else {
      assert.ok(outcome.kind === 'sent')
      const id = this.#took(outcome.id)
      this.#tellAlone([target], null, `direct ${person.name} ${to} ${text}`)
      this.#wantedObserved.push(`direct ${person.name} ${to} ${text}`)
      const isKept = person.refers || target.refers
      this.#remember({ id, sender: person, room: null, memberships: [], people: [target], isKept })
    }
  }

  /** C8. */
  edit(who: number, which: number, text: string): void {
    const person = this.#person(who)
    const message = this.#messages[which % Math.max(this.#messages.length, 1)]
    if (person === null || message === undefined) return
    const may = message.sender === person && this.#isRecent(message)
    assert.equal(person.hub.messages.edit(person.session, message.id, text), may, 'C8')
    if (may) this.#follow(message, person, `edited ${message.room?.name} ${person.name} ${text}`)
  }

  /** C7. */
  acknowledge(who: number, which: number): void {
    const person = this.#person(who)
    const message = this.#messages[which % Math.max(this.#messages.length, 1)]
    if (person === null || message === undefined) return
    const may = this.#isRecent(message) && this.#wasSent(message, person)
    assert.equal(person.hub.messages.acknowledge(person.session, message.id), may, 'C7')
    if (!may || message.receivers.has(person)) return
    message.receivers.add(person)
    this.#follow(message, person, `receipt ${message.room?.name} ${person.name}`)
  }

  /** C11. */
  block(who: number, name: string): void {
    const person = this.#person(who)
    if (person === null) return
    const target = this.#people.find((one) => one.name === name)
    assert.equal(person.hub.messages.block(person.session, name), target !== undefined)
    if (target === undefined) return
    const before = this.#blocks.find((block) => block.blocker === person && block.name === name)
    if (before !== undefined) {
      before.target ??= target
      return
    }
    const words = `blocked ${person.name} ${name}`
    this.#tellAlone([target], person, words)
    this.#blocks.push({ blocker: person, name, target })
    this.#wantedObserved.push(words)
  }

  unblock(who: number, name: string): void {
    const person = this.#person(who)
    if (person === null) return
    const own = this.#blocks.filter(({ blocker }) => blocker === person)
    const holder = this.#people.find((one) => one.name === name)
    let gone = own.filter((block) => block.name === name)
    if (gone.length === 0) gone = own.filter(({ target }) => target !== null && target === holder)
    assert.equal(person.hub.messages.unblock(person.session, name), gone.length > 0)
    this.#blocks = this.#blocks.filter((block) => !gone.includes(block))
  }

  end(who: number, reason: string): void {
    const person = this.#person(who)
    if (person === null) return
    person.hub.end(person.session, reason)
    for (const membership of [...person.memberships]) this.#left(membership, reason)
    this.#gone(person)
  }

  /** One node after the other. Those of others are told that its people leave, its own are not; the records are complete. */
  endAll(reason: string): void {
    for (const hub of this.hubs) {
      hub.endQuietly()
      for (const person of this.#people.filter((one) => one.hub === hub)) {
        hub.end(person.session, reason)
        for (const membership of [...person.memberships]) {
          const same = this.#people.filter((one) => one.hub === hub)
          const words = `left ${membership.room.name} ${person.name} ${reason}`
          this.#out(membership)
          this.#tell(membership.room, person, words, same)
        }
        this.#gone(person)
      }
    }
  }

  /** Somebody who has ended tries to go on. */
  haunt(which: number, to: string): void {
    const ghost = this.#ended[which % Math.max(this.#ended.length, 1)]
    if (ghost === undefined) return
    const { hub, session } = ghost
    hub.end(session, 'again')
    assert.equal(hub.messages.say(session, hub.defaultRoom, 'boo'), null)
    assert.deepEqual(hub.messages.direct(session, [to], 'boo'), { kind: 'missing', name: to })
    assert.equal(hub.messages.block(session, to), false)
    for (const { id } of this.#messages) assert.equal(hub.messages.acknowledge(session, id), false)
    assert.equal(hub.join(session, DEFAULT_ROOM), null)
    assert.equal(hub.rename(session, 'Ghost'), 'invalid')
    assert.equal(session.rooms.length, 0)
  }

  check(): void {
    for (const hub of this.hubs) this.#checkHub(hub)
    for (const person of this.#people) {
      for (const room of person.session.rooms)
        assert.ok((room.audience as RecordingAudience).members.includes(person.ear))
      assert.deepEqual(person.ear.heard.map(inWords), person.wanted, `what ${person.name} heard`)
    }
    assert.deepEqual(this.observed.map(inWords), this.#wantedObserved)
    const given = this.observed.flatMap((event) =>
      event.kind === 'message' || event.kind === 'direct' ? [event.id] : [],
    )
    assert.deepEqual(given, this.#ids, 'M1 the id returned is the id told, in order')
    assert.equal(new Set(given).size, given.length, 'M1 unique')
    if (this.hubs.length === 1) assert.deepEqual([...given].sort(), given, 'M1 sortable')
  }

  #checkHub(hub: Hub<Ear>): void {
    assert.equal(hub.isChanging, false)
    assert.deepEqual(hub.names(), sorted(this.#people.map(({ name }) => name)))
    const own = this.#people.filter((person) => person.hub === hub)
    assert.equal(hub.sessionCount, own.length)
    assert.equal(hub.elsewhere.size, this.#people.length - own.length)
    assert.equal(hub.rooms.size, this.#rooms.length, 'R2 a room exists while somebody is in it')
    const listed = this.#rooms.filter(({ isPrivate }) => !isPrivate).map(({ name }) => name)
    assert.deepEqual(hub.rooms.publicNames(), sorted(listed), 'R4')
    for (const room of this.#rooms) this.#checkRoom(hub, room)
    for (const person of this.#people) {
      const session = hub.session(person.name) as Session<Ear>
      assert.equal(session.node === null, person.hub === hub)
      assert.deepEqual(
        session.rooms.map(({ name }) => name),
        person.memberships.map(({ room }) => room.name),
      )
      for (const room of session.rooms)
        assert.ok(room.members.has(session), 'R5 both halves of the index agree')
    }
  }

  #checkRoom(hub: Hub<Ear>, { name, members, creator, isPrivate }: ModelRoom): void {
    const room = hub.rooms.get(name)
    assert.ok(room !== undefined)
    const names = sorted(members.map(({ person }) => person.name))
    assert.deepEqual(hub.rooms.memberNames(room), names)
    const statusOf = (one: string) => this.#people.find((person) => person.name === one)?.status
    assert.deepEqual(
      hub.rooms.board(room),
      names.map((one) => [one, statusOf(one)]),
      'C9',
    )
    const here = members.filter(({ person }) => person.hub === hub).length
    assert.equal((room.audience as RecordingAudience).members.length, here)
    assert.equal(room.here, here)
    assert.equal(room.creator?.name, creator?.name, 'R4')
    assert.equal(hub.rooms.visible(null, name), isPrivate ? undefined : room, 'R4')
    for (const person of this.#people) {
      const isIn = members.some((member) => member.person === person)
      const session = hub.session(person.name) as Session<Ear>
      assert.equal(hub.rooms.visible(session, name), isPrivate && !isIn ? undefined : room, 'R4')
    }
  }

  #person(who: number): Person | null {
    return this.#people[who % Math.max(this.#people.length, 1)] ?? null
  }

  #membership(who: number, which: number): Membership | null {
    const memberships = this.#person(who)?.memberships ?? []
    return memberships[which % Math.max(memberships.length, 1)] ?? null
  }

  #roomOf({ person, room }: Membership) {
    const found = person.session.rooms.find(({ name }) => name === room.name)
    assert.ok(found !== undefined, `${person.name} is in ${room.name}`)
    return found
  }

  /** N1, N2, C1. @param held what the claimant holds already */
  #refusal(name: string, held: string | null): 'taken' | 'invalid' | null {
    if (!validModelName(name)) return 'invalid'
    const isTaken = this.#people.some((person) => person.name === name)
    const isHeld = name !== held && this.#holders.some((holder) => holder.name === name)
    return isTaken || isHeld ? 'taken' : null
  }

  #left(membership: Membership, reason: string): void {
    const { person, room } = membership
    const isLast = room.members.length === 1
    this.#out(membership)
    this.#tell(room, person, `left ${room.name} ${person.name} ${reason}`)
    // C12.
    if (isLast) this.#messages = this.#messages.filter((message) => message.room !== room)
  }

  #out(membership: Membership): void {
    const { person, room } = membership
    membership.over = true
    person.memberships.splice(person.memberships.indexOf(membership), 1)
    room.members.splice(room.members.indexOf(membership), 1)
    if (room.creator === person) room.creator = null
    if (room.members.length === 0 && room.name !== DEFAULT_ROOM) {
      this.#rooms.splice(this.#rooms.indexOf(room), 1)
    }
  }

  #gone(person: Person): void {
    person.isHere = false
    this.#people.splice(this.#people.indexOf(person), 1)
    this.#ended.push(person)
    this.#blocks = this.#blocks.filter(({ blocker }) => blocker !== person)
    for (const block of this.#blocks) if (block.target === person) block.target = null
  }

  /** C11. */
  #blockersOf(person: Person): Person[] {
    return this.#blocks
      .filter(({ name, target }) => name === person.name || target === person)
      .map(({ blocker }) => blocker)
  }

  /** M4, M6: everybody in the room at that moment but the actor, and but these. */
  #tell(room: ModelRoom, actor: Person, words: string, except: readonly Person[] = []): void {
    for (const { person } of room.members) {
      if (person !== actor && !except.includes(person)) person.wanted.push(words)
    }
    this.#wantedObserved.push(words)
  }

  /** @param actor whom these must not have blocked; `null` where that was looked at */
  #tellAlone(people: readonly Person[], actor: Person | null, words: string): void {
    const blockers = actor === null ? [] : this.#blockersOf(actor)
    for (const person of people) if (person.isHere && !blockers.includes(person)) person.wanted.push(words)
  }

  /** C7, C8: who knows of the message hears what became of it. */
  #follow(message: ModelMessage, actor: Person, words: string): void {
    const { room, sender, memberships, people } = message
    const told = new Set<Person>()
    if (room === null) for (const person of [sender, ...people]) told.add(person)
    for (const membership of memberships) if (!membership.over) told.add(membership.person)
    const isInRoom = room?.members.some(({ person }) => person === sender) === true
    // R4: who is in a private room is not for somebody who has left it.
    if (room !== null && (isInRoom || !room.isPrivate)) told.add(sender)
    told.delete(actor)
    this.#tellAlone([...told], actor, words)
    this.#wantedObserved.push(words)
  }

  #wasSent({ memberships, people }: ModelMessage, person: Person): boolean {
    return people.includes(person) || memberships.some((one) => one.person === person && !one.over)
  }

  /** C13. */
  #isRecent(message: ModelMessage): boolean {
    return message.isKept && this.#now() - message.at <= AGE_MS
  }

  #remember(message: Omit<ModelMessage, 'at' | 'receivers'>): void {
    this.#messages.push({ ...message, at: this.#now(), receivers: new Set() })
  }

  #took(id: string | null): string {
    assert.ok(id !== null)
    this.#ids.push(id)
    return id
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
    case 'renamed':
      return `renamed ${event.room} ${event.formerName} ${event.name}`
    case 'edited':
      return `edited ${event.room ?? undefined} ${event.name} ${event.text}`
    case 'receipt':
      return `receipt ${event.room ?? undefined} ${event.name}`
    case 'status':
      return `status ${event.room} ${event.name} ${event.status}`
    case 'visibility':
      return `visibility ${event.room} ${event.name} ${event.isPrivate}`
    case 'blocked':
      return `blocked ${event.name} ${event.to}`
  }
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

function validModelName(name: string): boolean {
  const codes = [...name].map((character) => character.codePointAt(0) as number)
  return codes.length >= 1 && codes.length <= 32 && codes.every((code) => code > 0x20 && code < 0x7f)
}
