/**
 * Who hears of what is said and of what becomes of it, among those who are of this node. Owns blocks, and what is remembered
 * of messages; who may say something, and what others are told of it, is `messages.ts`'s and `elsewhere.ts`'s.
 */

import { Blocks } from './blocks.js'
import type { BlockedEvent, EditedEvent, MessageEvent, ReceiptEvent, Recipient } from './events.js'
import type { Names } from './names.js'
import { type RecentLimits, type RecentMessage, RecentMessages } from './recent-messages.js'
import type { Room, Session } from './session.js'

type Sessions<R extends Recipient> = ReadonlySet<Session<R>>

export class Telling<R extends Recipient> {
  readonly blocks = new Blocks<R>()
  readonly recent: RecentMessages<R>
  readonly #names: Names<R>
  readonly #now: () => number
  #sequence = 0

  constructor(names: Names<R>, recent: RecentLimits, now: () => number) {
    this.#names = names
    this.#now = now
    this.recent = new RecentMessages(recent, now)
  }

  /** Numbers joins among the messages, so that it can be said which was first. */
  nextSequence(): number {
    return ++this.#sequence
  }

  /** @param unheard who is not told; they need not be in the room, nor of this node */
  say(session: Session<R>, room: Room<R>, event: MessageEvent, unheard: Sessions<R> | null): void {
    goTo(session, room)
    room.audience.tell(event, session.recipientHere, recipientsOf(unheard))
  }

  /** So that it can be referred to, where there is anybody who may. */
  remember(session: Session<R>, room: Room<R>, id: string, unheard: Sessions<R> | null): void {
    const sequence = this.nextSequence()
    if (room.referring === 0) return
    const people = unheard === null ? NOBODY : new Set(unheard)
    // By this node's own clock, whoever has said it: it is forgotten by that one.
    this.recent.add({ id, at: this.#now(), sender: session, room, sequence, people, receivers: new Set() })
  }

  /** @param people those elsewhere too */
  rememberDirect(session: Session<R>, people: Sessions<R>, id: string): void {
    const sequence = this.nextSequence()
    let refers = session.refersToMessages
    for (const person of people) refers ||= person.refersToMessages
    if (!refers) return
    const at = this.#now()
    this.recent.add({ id, at, sender: session, room: null, sequence, people, receivers: new Set() })
  }

  /**
   * C11: the block begins, and they are told, unless they have blocked the session as well.
   * @param target who has that name; `null` where nobody has it any more
   * @returns what happened, or why nothing did; see `Blocks.add`
   */
  block(
    session: Session<R>,
    name: string,
    target: Session<R> | null,
    at: number,
  ): BlockedEvent | 'moved' | 'repeated' | 'full' {
    const isDeaf = target !== null && this.blocks.blockersOf(session)?.has(target) === true
    const outcome = this.blocks.add(session, name, target)
    if (outcome !== 'begun') return outcome
    const { name: by, dialect } = session
    const event = { kind: 'blocked', at, name: by, dialect, to: name } as const
    if (!isDeaf) target?.recipientHere?.receive(event, session.recipientHere)
    return event
  }

  /** Tells those who know the message what its sender or one of them has done about it. */
  follow(message: RecentMessage<R>, actor: Session<R>, event: EditedEvent | ReceiptEvent): void {
    const { room, sender, people } = message
    const blockers = this.blocks.blockersOf(actor)
    if (room !== null) this.#followInRoom(message, room, actor, event, blockers)
    const alone = room === null ? new Set([sender, ...people]) : senderOutside(sender, room)
    for (const person of alone) {
      if (person === actor || !this.#names.isLive(person) || blockers?.has(person) === true) continue
      const told = event.kind === 'edited' ? { ...event, to: person.name } : event
      person.recipientHere?.receive(told, actor.recipientHere)
    }
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
    blockers: Sessions<R> | null,
  ): void {
    if (room.here === 0) return
    goTo(actor, room)
    const { sender, sequence, people } = message
    const hears = (member: Session<R>) => member !== actor && blockers?.has(member) !== true
    const told: R[] = []
    for (const [member, since] of room.members) {
      if (since > sequence) break
      const { recipientHere } = member
      if (recipientHere === null || member === sender || people.has(member) || !hears(member)) continue
      told.push(recipientHere)
    }
    if (sender.recipientHere !== null && room.members.has(sender) && hears(sender))
      told.push(sender.recipientHere)
    if (told.length <= room.here / 2) {
      room.audience.tellOnly(event, actor.recipientHere, told)
      return
    }
    const except = new Set<R>()
    for (const [member, since] of room.members) {
      if (member.recipientHere === null) continue
      const knows = member === sender || (since < sequence && !people.has(member))
      if (!knows || !hears(member)) except.add(member.recipientHere)
    }
    room.audience.tell(event, actor.recipientHere, except)
  }
}

/**
 * M5 over rooms: what somebody elsewhere did in another room in this turn comes first. For those of this node their
 * audiences see to it.
 */
export function goTo<R extends Recipient>(session: Session<R>, room: Room<R>): void {
  if (session.node === null || session.lastRoom === room) return
  session.lastRoom?.audience.collect()
  session.lastRoom = room
}

/** Those of this node. */
export function recipientsOf<R extends Recipient>(sessions: Sessions<R> | null): ReadonlySet<R> | null {
  if (sessions === null) return null
  const recipients = new Set<R>()
  for (const { recipientHere } of sessions) if (recipientHere !== null) recipients.add(recipientHere)
  return recipients
}

/** The sender hears of it after leaving too, unless the room is private: then they may not know who is in it (R4). */
function senderOutside<R extends Recipient>(sender: Session<R>, room: Room<R>): readonly Session<R>[] {
  return room.members.has(sender) || room.isPrivate ? [] : [sender]
}

const NOBODY: ReadonlySet<never> = new Set()
