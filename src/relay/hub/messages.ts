/**
 * What people of this node say to each other and to those of others: messages, edits, receipts, and who will not hear whom.
 * Owns the messages' ids. Like the rest of the hub it takes text as it is: whoever calls has refused what must not pass (M3).
 */

import type { Blocks } from './blocks.js'
import type { DirectEvent, EditedEvent, HubEvent, ReceiptEvent, Recipient } from './events.js'
import type { Hooks } from './hooks.js'
import { MessageIds } from './message-ids.js'
import type { Names } from './names.js'
import { type RecentMessage, type RecentMessages, wasSent } from './recent-messages.js'
import type { Replication } from './replication.js'
import { type Room, Session } from './session.js'
import { recipientsOf, type Telling } from './telling.js'

export interface MessagesOptions<R extends Recipient> {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly observe: (event: HubEvent) => void
  /** See `HubOptions`. */
  readonly hooks?: Hooks<R> | undefined
  readonly replication?: Replication<R> | null | undefined
  readonly idSuffix?: string | undefined
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
  readonly #names: Names<R>
  readonly #telling: Telling<R>
  readonly #ids: MessageIds
  readonly #now: () => number
  readonly #observe: (event: HubEvent) => void
  readonly #hooks: Hooks<R> | null
  readonly #replication: Replication<R> | null
  /** See `Hub.isChanging`. */
  isChanging = false

  constructor(names: Names<R>, telling: Telling<R>, options: MessagesOptions<R>) {
    this.#names = names
    this.#telling = telling
    this.#now = options.now
    this.#observe = options.observe
    this.#hooks = options.hooks ?? null
    this.#replication = options.replication ?? null
    this.#ids = new MessageIds(options.now, options.idSuffix)
  }

  /** Who has blocked whom. */
  get blocks(): Blocks<R> {
    return this.#telling.blocks
  }

  /** What can be referred to. */
  get recent(): RecentMessages<R> {
    return this.#telling.recent
  }

  /**
   * Says `text` to a room.
   * @param saidAt see `MessageEvent`
   * @returns the message's id (M1); `null` when the session is not in that room, `false` when a hook did not want it said
   */
  say(session: Session<R>, room: Room<R>, text: string, saidAt: string | null = null): string | null | false {
    if (!room.members.has(session)) return null
    const blockers = this.blocks.blockersOf(session)
    if (this.#hooks === null) return this.#say(session, room, text, saidAt, blockers)
    const said = this.#hooks.message(session, room.name, text, saidAt)
    return said === null ? false : this.#say(session, room, said, saidAt, blockers)
  }

  /** Says `text` to a room as `name`, whom nobody is and who is in no room: see `HubOptions.isForbiddenName`. */
  announce(name: string, dialect: string, room: Room<R>, text: string): string {
    return this.#say(new Session<R>(name, dialect, null, false), room, text, null, null)
  }

  /** The same to those in the room who are of this node. @param unheard who is not told; they need not be in the room */
  announceHere(
    name: string,
    dialect: string,
    room: Room<R>,
    text: string,
    unheard: ReadonlySet<Session<R>> | null,
  ): string {
    return this.#say(new Session<R>(name, dialect, null, false), room, text, null, unheard, null)
  }

  /** The same to somebody alone. */
  announceTo(name: string, dialect: string, target: Session<R>, text: string): string {
    return this.#direct(new Session<R>(name, dialect, null, false), new Set([target]), text, null)
  }

  /** @param unheard who is not told @param replication tells other nodes */
  #say(
    session: Session<R>,
    room: Room<R>,
    text: string,
    saidAt: string | null,
    unheard: ReadonlySet<Session<R>> | null,
    replication = this.#replication,
  ): string {
    this.isChanging = true
    const id = this.#ids.next()
    const { name, dialect } = session
    const at = this.#now()
    const event = { kind: 'message', id, at, room: room.name, name, dialect, text, saidAt } as const
    this.#telling.say(session, room, event, unheard)
    this.#observe(event)
    this.#telling.remember(session, room, id, unheard)
    this.isChanging = false
    replication?.said(session, room, event)
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
    if (this.#hooks === null) return sent(this.#direct(session, people, text, saidAt))
    const names = Array.from(people, ({ name }) => name)
    const said = this.#hooks.direct(session, names, text, saidAt)
    return said === null ? { kind: 'refused' } : sent(this.#direct(session, people, said, saidAt))
  }

  #direct(session: Session<R>, people: ReadonlySet<Session<R>>, text: string, saidAt: string | null): string {
    this.isChanging = true
    const id = this.#ids.next()
    const at = this.#now()
    const { name, dialect } = session
    let far: DirectEvent | null = null
    for (const target of people) {
      const event = { kind: 'direct', id, at, name, dialect, to: target.name, text, saidAt } as const
      if (target.node === null) target.recipient.receive(event, session.recipientHere)
      else far = event
      this.#observe(event)
    }
    this.#telling.rememberDirect(session, people, id)
    this.isChanging = false
    if (far !== null) this.#replication?.toldDirectly(session, people, far)
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
    this.isChanging = true
    const outcome = this.#telling.block(session, name, target, this.#now())
    if (typeof outcome !== 'string') this.#observe(outcome)
    this.isChanging = false
    if (typeof outcome !== 'string' || outcome === 'moved') this.#replication?.blocked(session, name)
    return outcome !== 'full'
  }

  /** Who does not hear what the session says (C11); `null` for nobody. */
  blockersOf(session: Session<R>): ReadonlySet<R> | null {
    return recipientsOf(this.blocks.blockersOf(session))
  }

  /** @returns whether the session had blocked that name, or who has it now */
  unblock(session: Session<R>, name: string): boolean {
    const wasBlocked = this.blocks.delete(session, name, this.#names.get(name))
    if (wasBlocked) this.#replication?.unblocked(session, name)
    return wasBlocked
  }

  #follow(message: RecentMessage<R>, actor: Session<R>, event: EditedEvent | ReceiptEvent): void {
    this.isChanging = true
    this.#telling.follow(message, actor, event)
    this.#observe(event)
    this.isChanging = false
    this.#replication?.followed(actor, message, event)
  }
}

function sent(id: string): DirectOutcome {
  return { kind: 'sent', id }
}
