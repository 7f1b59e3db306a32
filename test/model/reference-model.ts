/**
 * The reference model of spec/semantics.md: who is here, who is in which room, who has blocked whom, and who is to be told what. Each line that decides
 * something has the id of its rule. It knows lists and nothing else: no bytes, no clock, no dialect but what one is told of one's own deeds (M4). A copy is cheap,
 * so that several orders of what was done at once can be tried (explain.ts).
 */

import { type ClientId, GENERAL, isName, type Mark, type Status, sorted, type Told } from './actions.js'

/** What one client gets: something that happened, or units of its dialect that answer it. */
export interface Out {
  readonly to: ClientId
  /** Whose deed it is. */
  readonly by: ClientId
  /** The room that it is told in; `null` for what is told to one alone. */
  readonly room: string | null
  readonly what: Told | readonly string[]
}

/** One client under a name, from its claim to its end. */
export interface Session {
  readonly id: string
  readonly client: ClientId
  readonly name: string
  readonly dialect: string
  /** In the order of joining. */
  readonly rooms: readonly string[]
  readonly status: Status
}

interface Room {
  /** Sessions in the order of joining, each with a word for this stay of theirs. */
  readonly members: ReadonlyMap<string, string>
  readonly creator: string | null
  readonly isPrivate: boolean
}

interface Block {
  readonly blocker: string
  readonly name: string
  /** The session that had the name; `null` when it has ended. */
  readonly target: string | null
}

interface Message {
  readonly symbol: Mark
  readonly sender: string
  readonly room: string | null
  /** Stays in the room, or sessions. */
  readonly sentTo: ReadonlySet<string>
  readonly receipts: ReadonlySet<string>
}

export type TellOutcome = 'sent' | { readonly missing: string } | { readonly blockedBy: readonly string[] }

/** M4 and its exceptions: F2 for framed; X3, X6, X7, X9 for chatmaster. */
const HEARS_OWN: Readonly<Record<string, readonly Told['kind'][]>> = {
  framed: ['joined'],
  chatmaster: ['joined', 'renamed', 'visibility'],
}

/** C7, C8: who can refer to messages. */
const REFERS = 'chatroom'

export class World {
  /** What the last calls made come, in order. */
  out: Out[] = []
  /** Messages in the order in which they were taken (M1), until somebody forgets them. */
  taken: readonly Mark[] = []
  // Each is a new one after a change, and never changed itself: copies share them.
  #sessions: ReadonlyMap<string, Session> = new Map()
  // R2: it exists when nobody is in it, too.
  #rooms: ReadonlyMap<string, Room> = new Map([
    [GENERAL, { members: new Map(), creator: null, isPrivate: false }],
  ])
  #held: ReadonlyMap<ClientId, string> = new Map()
  #blocks: readonly Block[] = []
  #messages: readonly Message[] = []
  /** Numbers sessions and stays, for each client on its own: so they are the same in whatever order. */
  #counts: ReadonlyMap<ClientId, number> = new Map()

  copy(): World {
    const copy = new World()
    copy.#sessions = this.#sessions
    copy.#rooms = this.#rooms
    copy.#held = this.#held
    copy.#blocks = this.#blocks
    copy.#messages = this.#messages
    copy.#counts = this.#counts
    copy.taken = this.taken
    return copy
  }

  /** Two that are the same have the same. */
  key(): string {
    const sessions = keyOf(this.#sessions, (all) => JSON.stringify([...all].sort()))
    const rooms = keyOf(this.#rooms, (all) =>
      JSON.stringify([...all].sort().map(([name, { members, ...room }]) => [name, [...members], room])),
    )
    const held = keyOf(this.#held, (all) => JSON.stringify([...all].sort()))
    const blocks = keyOf(this.#blocks, (all) =>
      JSON.stringify(all.map((block) => JSON.stringify(block)).sort()),
    )
    const messages = keyOf(this.#messages, (all) =>
      all
        .map((one) => keyOf(one, messageKey))
        .sort()
        .join(),
    )
    return `${sessions}${rooms}${held}${blocks}${messages}`
  }

  sessionOf(client: ClientId): Session | null {
    for (const session of this.#sessions.values()) if (session.client === client) return session
    return null
  }

  named(name: string): Session | null {
    for (const session of this.#sessions.values()) if (session.name === name) return session
    return null
  }

  names(): string[] {
    return sorted(Array.from(this.#sessions.values(), ({ name }) => name))
  }

  /** R4: those that may be listed; and `own`, where somebody who is in it asks. */
  roomNames(own: string | null = null): string[] {
    return sorted(
      [...this.#rooms].filter(([name, room]) => !room.isPrivate || name === own).map(([name]) => name),
    )
  }

  /** R4: `null` where there is no such room, or none that this one may know of. */
  members(name: string, asking: Session | null): Session[] | null {
    const room = this.#rooms.get(name)
    if (room === undefined) return null
    if (room.isPrivate && (asking === null || !room.members.has(asking.id))) return null
    return this.#inRoom(room)
  }

  answer(client: ClientId, ...units: string[]): void {
    this.out.push({ to: client, by: client, room: null, what: units })
  }

  /** In front of whatever came from index `at` of `out` on. */
  answerAt(at: number, client: ClientId, ...units: string[]): void {
    this.out.splice(at, 0, { to: client, by: client, room: null, what: units })
  }

  /** N1, N2. */
  refusal(name: string, client: ClientId): 'taken' | 'invalid' | null {
    if (!isName(name)) return 'invalid' // N2
    if (this.named(name) !== null) return 'taken' // N1
    for (const [holder, held] of this.#held) if (held === name && holder !== client) return 'taken' // C1
    return null
  }

  claim(client: ClientId, dialect: string, name: string): Session | 'taken' | 'invalid' {
    const refusal = this.refusal(name, client)
    if (refusal !== null) return refusal
    this.#held = without(this.#held, client)
    const id = `${client}.${this.#count(client)}`
    const session: Session = { id, client, name, dialect, rooms: [], status: 'ONLINE' }
    this.#sessions = withOne(this.#sessions, id, session)
    return session
  }

  /** C1: whoever holds another one lets go of that. */
  hold(client: ClientId, name: string): void {
    this.#held = withOne(this.#held, client, name)
  }

  heldBy(client: ClientId): string | null {
    return this.#held.get(client) ?? null
  }

  /** X6. */
  rename({ id, client }: Session, name: string): 'taken' | 'invalid' | null {
    const refusal = this.refusal(name, client)
    if (refusal !== null) return refusal
    const session = this.#session(id)
    this.#sessions = withOne(this.#sessions, id, { ...session, name })
    for (const room of session.rooms)
      this.#tellRoom(room, id, { kind: 'renamed', name, formerName: session.name, room })
    return null
  }

  join({ id, client }: Session, name: string): void {
    const session = this.#session(id)
    if (session.rooms.includes(name)) return
    // R2, R4: who makes a room is its creator.
    const room = this.#rooms.get(name) ?? { members: new Map(), creator: id, isPrivate: false }
    const members = new Map(room.members).set(id, `${client}:${this.#count(client)}`)
    this.#rooms = withOne(this.#rooms, name, { ...room, members })
    this.#sessions = withOne(this.#sessions, id, { ...session, rooms: [...session.rooms, name] })
    this.#tellRoom(name, id, { kind: 'joined', name: session.name, room: name })
  }

  leave({ id }: Session, name: string): void {
    const session = this.#session(id)
    const room = this.#rooms.get(name)
    if (room?.members.has(id) !== true) return
    const members = new Map(room.members)
    members.delete(id)
    this.#sessions = withOne(this.#sessions, id, {
      ...session,
      rooms: session.rooms.filter((one) => one !== name),
    })
    if (members.size === 0 && name !== GENERAL)
      this.#rooms = without(this.#rooms, name) // R2
    else
      this.#rooms = withOne(this.#rooms, name, {
        ...room,
        members,
        creator: room.creator === id ? null : room.creator,
      })
    if (members.size === 0) this.#messages = this.#messages.filter((message) => message.room !== name) // C12
    this.#tellRoom(name, id, { kind: 'left', name: session.name, room: name })
  }

  /** N3: out of every room before the name is free, whatever ended it. */
  end(client: ClientId): void {
    this.#held = without(this.#held, client)
    const session = this.sessionOf(client)
    if (session === null) return
    for (const room of session.rooms) this.leave(session, room) // R5
    this.#sessions = without(this.#sessions, session.id)
    this.#blocks = this.#blocks // C11: one's own end, and those of oneself are about the name alone
      .filter(({ blocker }) => blocker !== session.id)
      .map((block) => (block.target === session.id ? { ...block, target: null } : block))
  }

  /** R4: only its creator may. */
  hide({ id }: Session, name: string, isPrivate: boolean): boolean {
    const room = this.#rooms.get(name)
    if (room === undefined || room.creator !== id) return false
    this.#rooms = withOne(this.#rooms, name, { ...room, isPrivate })
    this.#tellRoom(name, id, { kind: 'visibility', room: name, isPrivate })
    return true
  }

  /** C10. */
  setStatus({ id }: Session, status: Status): void {
    const session = this.#session(id)
    if (session.status === status) return
    this.#sessions = withOne(this.#sessions, id, { ...session, status })
    const deaf = this.#blockersOf(session)
    for (const room of session.rooms)
      this.#tellRoom(room, id, { kind: 'status', name: session.name, status }, deaf)
  }

  /** @returns whether they are in that room */
  say({ id }: Session, room: string, text: string, symbol: Mark, saidAt: string | null): boolean {
    const session = this.#session(id)
    const members = this.#rooms.get(room)?.members
    if (members?.has(id) !== true) return false
    const deaf = this.#blockersOf(session)
    this.taken = [...this.taken, symbol] // M1
    // M6: every member at that moment. N5: as the session's name. C11: but not who has blocked them.
    this.#tellRoom(room, id, { kind: 'message', name: session.name, room, text, symbol, saidAt }, deaf)
    const sentTo = new Set(
      [...members].filter(([one]) => one !== id && !deaf.has(one)).map(([, stay]) => stay),
    )
    if (this.#refers([...members.keys()])) this.#remember({ symbol, sender: id, room, sentTo })
    return true
  }

  /** To all of them, once each, or to none (C4, C11). */
  tell(
    { id }: Session,
    to: readonly string[],
    text: string,
    symbol: Mark,
    saidAt: string | null,
  ): TellOutcome {
    const session = this.#session(id)
    const people = new Map<string, Session>()
    for (const name of to) {
      const target = this.named(name)
      if (target === null) return { missing: name }
      people.set(target.id, target)
    }
    const deaf = this.#blockersOf(session)
    const blockedBy = [...people.values()].filter((one) => deaf.has(one.id)).map(({ name }) => name)
    if (blockedBy.length > 0) return { blockedBy }
    this.taken = [...this.taken, symbol]
    for (const { client, name } of people.values()) {
      const told = { kind: 'direct', name: session.name, to: name, text, symbol, saidAt } as const
      this.#tellAlone(client, session, told)
    }
    if (this.#refers([id, ...people.keys()]))
      this.#remember({ symbol, sender: id, room: null, sentTo: new Set(people.keys()) })
    return 'sent'
  }

  /** C8: by its sender. */
  edit({ id }: Session, symbol: Mark, text: string): boolean {
    const message = this.#messages.find((one) => one.symbol === symbol)
    if (message === undefined || message.sender !== id) return false
    const { name } = this.#session(id)
    this.#follow(message, id, (to) => ({ kind: 'edited', name, room: message.room, to, text, symbol }))
    return true
  }

  /** C7: by somebody who was sent it; told the first time only. */
  acknowledge({ id }: Session, symbol: Mark): boolean {
    const message = this.#messages.find((one) => one.symbol === symbol)
    if (message === undefined || !this.#wasSent(message, id)) return false
    if (message.receipts.has(id)) return true
    const receipts = new Set([...message.receipts, id])
    this.#messages = this.#messages.map((one) => (one === message ? { ...one, receipts } : one))
    const { name } = this.#session(id)
    this.#follow(message, id, () => ({ kind: 'receipt', name, symbol }))
    return true
  }

  /** C11. @returns whether there is somebody of that name */
  block({ id }: Session, name: string): boolean {
    const session = this.#session(id)
    const target = this.named(name)
    if (target === null) return false
    const before = this.#blocks.find((block) => block.blocker === id && block.name === name)
    if (before !== undefined) {
      const moved = { ...before, target: before.target ?? target.id }
      this.#blocks = this.#blocks.map((block) => (block === before ? moved : block))
      return true
    }
    // Who has blocked them hears nothing of them, not even that.
    if (!this.#blockersOf(session).has(target.id))
      this.#tellAlone(target.client, session, { kind: 'blocked', name: session.name, to: name })
    this.#blocks = [...this.#blocks, { blocker: id, name, target: target.id }]
    return true
  }

  /** C11: by the name that was written, or by what they are called now. @returns whether there was such a block */
  unblock({ id }: Session, name: string): boolean {
    const own = this.#blocks.filter(({ blocker }) => blocker === id)
    let gone = own.filter((block) => block.name === name)
    const holder = this.named(name)
    if (gone.length === 0) gone = own.filter(({ target }) => holder !== null && target === holder.id)
    this.#blocks = this.#blocks.filter((block) => !gone.includes(block))
    return gone.length > 0
  }

  #session(id: string): Session {
    return this.#sessions.get(id) as Session
  }

  #inRoom({ members }: Room): Session[] {
    return Array.from(members.keys(), (id) => this.#session(id))
  }

  #count(client: ClientId): number {
    const count = (this.#counts.get(client) ?? 0) + 1
    this.#counts = withOne(this.#counts, client, count)
    return count
  }

  /** C11: for the name that was written and for the session that had it. */
  #blockersOf({ id, name }: Session): ReadonlySet<string> {
    return new Set(
      this.#blocks.filter((one) => one.name === name || one.target === id).map((one) => one.blocker),
    )
  }

  #refers(sessions: readonly string[]): boolean {
    return sessions.some((id) => this.#session(id).dialect === REFERS)
  }

  #remember(message: Omit<Message, 'receipts'>): void {
    this.#messages = [...this.#messages, { ...message, receipts: new Set() }]
  }

  #wasSent({ room, sentTo }: Message, id: string): boolean {
    return sentTo.has(room === null ? id : (this.#rooms.get(room)?.members.get(id) ?? ''))
  }

  /** M4, M6: everybody in the room but whose deed it is, and but these. */
  #tellRoom(name: string, actor: string, told: Told, deaf: ReadonlySet<string> = NOBODY): void {
    const room = this.#rooms.get(name)
    if (room === undefined) return
    const by = this.#session(actor).client
    for (const { id, client, dialect } of this.#inRoom(room)) {
      if (deaf.has(id)) continue
      if (id === actor && HEARS_OWN[dialect]?.includes(told.kind) !== true) continue
      this.out.push({ to: client, by, room: name, what: told })
    }
  }

  #tellAlone(client: ClientId, by: Session, told: Told): void {
    this.out.push({ to: client, by: by.client, room: null, what: told })
  }

  /** C7, C8: the sender and who was sent it and is still there, but whose deed it is and who has blocked them. */
  #follow(message: Message, actor: string, told: (to: string) => Told): void {
    const session = this.#session(actor)
    const deaf = this.#blockersOf(session)
    const room = message.room === null ? null : this.#rooms.get(message.room)
    for (const other of this.#sessions.values()) {
      if (other.id === actor || deaf.has(other.id)) continue
      const isMember = room?.members.has(other.id) === true
      // R4: who is in a private room is not for somebody who has left it.
      const isSender =
        other.id === message.sender && (room === null || room === undefined || isMember || !room.isPrivate)
      if (!isSender && !this.#wasSent(message, other.id)) continue
      const what = told(other.name)
      this.out.push({ to: other.client, by: session.client, room: isMember ? message.room : null, what })
    }
  }
}

const NOBODY: ReadonlySet<string> = new Set()

function withOne<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value)
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map
  const rest = new Map(map)
  rest.delete(key)
  return rest
}

const KEYS = new WeakMap<object, string>()

/** Of what never changes. */
function keyOf<T extends object>(of: T, make: (of: T) => string): string {
  let key = KEYS.get(of)
  if (key === undefined) {
    key = make(of)
    KEYS.set(of, key)
  }
  return key
}

function messageKey({ sentTo, receipts, ...message }: Message): string {
  return JSON.stringify([message, [...sentTo], [...receipts].sort()])
}
