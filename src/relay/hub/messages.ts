/**
 * What people say to each other: messages, edits, receipts, and who will not hear whom. Owns the messages' ids and
 * what is remembered of them. Like the rest of the hub it takes text as it is: whoever calls has refused what must
 * not pass (M3).
 */

import { Blocks } from './blocks.js'
import type { EditedEvent, HubEvent, ReceiptEvent, Recipient } from './events.js'
import type { Hooks } from './hooks.js'
import { MessageIds } from './message-ids.js'
import type { Names } from './names.js'
import { type RecentLimits, type RecentMessage, RecentMessages, wasSent } from './recent-messages.js'
import { type Room, Session } from './session.js'

export interface MessagesOptions<R extends Recipient> {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly recent: RecentLimits
  readonly observe: (event: HubEvent) => void
  /** See `HubOptions`. */
  readonly hooks?: Hooks<R> | undefined
}

/** What became of a direct message: its id (M1), or why it went to nobody. */
export type DirectOutcome =
  | { readonly kind: 'sent'; readonly id: string }
  /** Nobody has that name. */
  | { readonly kind: 'missing'; readonly name: string }
  /** These have blocked the sender (C11). */
  | { readonly kind: 'blocked'; readonly by: readonly string[] }
  /** A hook did not want it said. */
  | { readonly kind: 'refused' }

export class Messages<R extends Recipient> {
  /** For the hub: they follow names. */
  readonly blocks = new Blocks<R>()
  /** For the hub: it goes with the room. */
  readonly recent: RecentMessages<R>
  readonly #names: Names<R>
  readonly #ids: MessageIds
  readonly #now: () => number
  readonly #observe: (event: HubEvent) => void
  readonly #hooks: Hooks<R> | null
  /** See `Hub.isChanging`. */
  isChanging = false
  #sequence = 0

  constructor(names: Names<R>, { now, recent, observe, hooks }: MessagesOptions<R>) {
    this.#names = names
    this.#now = now
    this.#observe = observe
    this.#hooks = hooks ?? null
    this.#ids = new MessageIds(now)
    this.recent = new RecentMessages(recent, now)
  }

  /** For the hub: numbers joins among the messages, so that it can be said which was first. */
  nextSequence(): number {
    return ++this.#sequence
  }

  /**
   * Says `text` to a room.
   * @param saidAt see `MessageEvent`
   * @returns the message's id (M1); `null` when the session is not in that room, `false` when a hook did not want it said
   */
  say(session: Session<R>, room: Room<R>, text: string, saidAt: string | null = null): string | null | false {
    if (!room.members.has(session)) return null
    const { recipient } = session
    const blockers = this.blocks.blockersOf(session)
    if (this.#hooks === null) return this.#say(session, room, text, saidAt, recipient, blockers)
    const said = this.#hooks.message(session, room.name, text, saidAt)
    return said === null ? false : this.#say(session, room, said, saidAt, recipient, blockers)
  }

  /**
   * Says `text` to a room as `name`, whom nobody is and who is in no room: see `HubOptions.isForbiddenName`.
   * @param unheard who is not told; they need not be in the room
   */
  announce(
    name: string,
    dialect: string,
    room: Room<R>,
    text: string,
    unheard: ReadonlySet<Session<R>> | null = null,
  ): string {
    return this.#say(new Session<R>(name, dialect, null, false), room, text, null, null, unheard)
  }

  /** The same to somebody alone. */
  announceTo(name: string, dialect: string, target: Session<R>, text: string): string {
    return this.#direct(new Session<R>(name, dialect, null, false), new Set([target]), text, null, null)
  }

  /** @param actor as in `Audience.tell` @param unheard who is not told */
  #say(
    session: Session<R>,
    room: Room<R>,
    text: string,
    saidAt: string | null,
    actor: R | null,
    unheard: ReadonlySet<Session<R>> | null,
  ): string {
    this.isChanging = true
    const id = this.#ids.next()
    const at = this.#now()
    const { name, dialect } = session
    const event = { kind: 'message', id, at, room: room.name, name, dialect, text, saidAt } as const
    room.audience.tell(event, actor, recipientsOf(unheard))
    this.#observe(event)
    const sequence = this.nextSequence()
    if (room.referring > 0) {
      const people = unheard === null ? NOBODY : new Set(unheard)
      this.recent.add({ id, at, sender: session, room, sequence, people, receivers: new Set() })
    }
    this.isChanging = false
    return id
  }

  /**
   * Says `text` to people: to all of them, once each, or to none.
   * @param saidAt see `DirectEvent`
   */
  direct(
    session: Session<R>,
    to: readonly string[],
    text: string,
    saidAt: string | null = null,
  ): DirectOutcome {
    const people = new Set<Session<R>>()
    for (const name of to) {
      const target = this.#names.get(name)
      if (target === undefined || !this.#names.isLive(session)) return { kind: 'missing', name }
      people.add(target)
    }
    const blockers = this.blocks.blockersOf(session)
    const by = [...people].filter((target) => blockers?.has(target)).map(({ name }) => name)
    if (by.length > 0) return { kind: 'blocked', by }
    if (this.#hooks === null) return sent(this.#direct(session, people, text, saidAt, session.recipient))
    const names = Array.from(people, ({ name }) => name)
    const said = this.#hooks.direct(session, names, text, saidAt)
    return said === null
      ? { kind: 'refused' }
      : sent(this.#direct(session, people, said, saidAt, session.recipient))
  }

  /** @param actor the session's, or `null` where the relay itself says it */
  #direct(
    session: Session<R>,
    people: ReadonlySet<Session<R>>,
    text: string,
    saidAt: string | null,
    actor: R | null,
  ): string {
    this.isChanging = true
    const id = this.#ids.next()
    const at = this.#now()
    const { name, dialect } = session
    let refers = session.refersToMessages
    for (const target of people) {
      const event = { kind: 'direct', id, at, name, dialect, to: target.name, text, saidAt } as const
      target.recipient.receive(event, actor)
      this.#observe(event)
      refers ||= target.refersToMessages
    }
    const sequence = this.nextSequence()
    if (refers) {
      this.recent.add({ id, at, sender: session, room: null, sequence, people, receivers: new Set() })
    }
    this.isChanging = false
    return id
  }

  /**
   * C8: what the message said is `text` from now on, for all who were sent it and are still there.
   * @returns whether it is the session's own message, recent enough, and no hook did not want it said
   */
  edit(session: Session<R>, id: string, text: string): boolean {
    const message = this.recent.get(id)
    if (message === undefined || message.sender !== session || !this.#names.isLive(session)) return false
    const { name, dialect } = session
    const room = message.room?.name ?? null
    if (this.#hooks !== null) {
      const to = message.room === null ? Array.from(message.people, (person) => person.name) : []
      const said = this.#hooks.edit(session, id, room, to, text)
      if (said === null) return false
      text = said
    }
    this.#follow(message, session, { kind: 'edited', id, at: this.#now(), room, name, dialect, text })
    return true
  }

  /**
   * C7: the session has received the message; its sender and the others who were sent it are told the first time.
   * @returns whether it was sent that message, and it is recent enough
   */
  acknowledge(session: Session<R>, id: string): boolean {
    const message = this.recent.get(id)
    if (message === undefined || !wasSent(message, session) || !this.#names.isLive(session)) return false
    if (!this.recent.receive(message, session)) return true
    const { name, dialect } = session
    const room = message.room?.name ?? null
    this.#follow(message, session, { kind: 'receipt', id, at: this.#now(), room, name, dialect })
    return true
  }

  /**
   * C11: from now on the session hears nothing of whoever is called `name`; see `Blocks`. They are told when that begins,
   * unless they have blocked the session as well.
   * @returns whether somebody has that name, and the session has not blocked as many as it may
   */
  block(session: Session<R>, name: string): boolean {
    const target = this.#names.get(name)
    if (target === undefined || !this.#names.isLive(session)) return false
    const isDeaf = this.blocks.blockersOf(session)?.has(target) === true
    const outcome = this.blocks.add(session, target)
    if (outcome !== 'begun') return outcome === 'repeated'
    this.isChanging = true
    const { name: by, dialect } = session
    const event = { kind: 'blocked', at: this.#now(), name: by, dialect, to: name } as const
    if (!isDeaf) target.recipient.receive(event, session.recipient)
    this.#observe(event)
    this.isChanging = false
    return true
  }

  /** Who does not hear what the session says (C11); `null` for nobody. */
  blockersOf(session: Session<R>): ReadonlySet<R> | null {
    return recipientsOf(this.blocks.blockersOf(session))
  }

  /** @returns whether the session had blocked that name, or who has it now */
  unblock(session: Session<R>, name: string): boolean {
    return this.blocks.delete(session, name, this.#names.get(name))
  }

  /** Tells those who know the message what its sender or one of them has done about it. */
  #follow(message: RecentMessage<R>, actor: Session<R>, event: EditedEvent | ReceiptEvent): void {
    this.isChanging = true
    const { room, sender, people } = message
    const blockers = this.blocks.blockersOf(actor)
    if (room !== null) this.#followInRoom(message, room, actor, event, blockers)
    const alone = room === null ? new Set([sender, ...people]) : this.#senderElsewhere(sender, room)
    for (const person of alone) {
      if (person === actor || !this.#names.isLive(person) || blockers?.has(person) === true) continue
      const told = event.kind === 'edited' ? { ...event, to: person.name } : event
      person.recipient.receive(told, actor.recipient)
    }
    this.#observe(event)
    this.isChanging = false
  }

  /**
   * Members are in the order of joining, so those who were sent it come first. Where they are few, nobody behind them is
   * looked at: thousands may have joined since.
   */
  #followInRoom(
    message: RecentMessage<R>,
    room: Room<R>,
    actor: Session<R>,
    event: EditedEvent | ReceiptEvent,
    blockers: ReadonlySet<Session<R>> | null,
  ): void {
    const { sender, sequence, people } = message
    const hears = (member: Session<R>) => member !== actor && blockers?.has(member) !== true
    const told: R[] = []
    for (const [member, since] of room.members) {
      if (since > sequence) break
      if (member !== sender && !people.has(member) && hears(member)) told.push(member.recipient)
    }
    if (room.members.has(sender) && hears(sender)) told.push(sender.recipient)
    if (told.length <= room.members.size / 2) {
      room.audience.tellOnly(event, actor.recipient, told)
      return
    }
    const except = new Set<R>()
    for (const [member, since] of room.members) {
      const knows = member === sender || (since < sequence && !people.has(member))
      if (!knows || !hears(member)) except.add(member.recipient)
    }
    room.audience.tell(event, actor.recipient, except)
  }

  /** The sender hears of it after leaving too, unless the room is private: then they may not know who is in it (R4). */
  #senderElsewhere(sender: Session<R>, room: Room<R>): readonly Session<R>[] {
    return room.members.has(sender) || room.isPrivate ? [] : [sender]
  }
}

function sent(id: string): DirectOutcome {
  return { kind: 'sent', id }
}

function recipientsOf<R extends Recipient>(sessions: ReadonlySet<Session<R>> | null): ReadonlySet<R> | null {
  return sessions === null ? null : new Set(Array.from(sessions, ({ recipient }) => recipient))
}

const NOBODY: ReadonlySet<never> = new Set()
