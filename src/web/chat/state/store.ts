/**
 * What the page knows: who one is, where, with whom, and what was said. Events go in as method calls, and `changed` is called after
 * each; it owns no connection, no timer and nothing of the browser.
 *
 *   welcome --join--> joining --accepted--> online <--lost / back--> reconnecting
 *      ^                 |                     |                         |
 *      +----refused------+---------left, or the name is taken meanwhile--+
 */

import type { Person, Status } from '../../../client/library/events.js'
import { type Conversation, Conversations } from './conversations.js'
import type { MessageRow } from './log.js'
import { anotherName } from './names.js'
import { People } from './people.js'

export type Phase = 'welcome' | 'joining' | 'online' | 'reconnecting'

/** How long the relay lets people change what they said (its default; who is too late is told). */
export const EDIT_MS = 5 * 60_000
/** In larger rooms nobody acknowledges what is said to all: each acknowledgement is told to everybody. */
export const RECEIPTS_UP_TO = 20

export interface Said {
  readonly id: string | null
  readonly from: string
  readonly text: string
  /** To oneself alone. */
  readonly isPrivate: boolean
}

export class ChatStore {
  phase: Phase = 'welcome'
  name = ''
  status: Status = 'ONLINE'
  /** What went wrong with the last attempt to join, in words; a name to try instead. */
  problem: { readonly text: string; readonly suggestion: string | null } | null = null
  /** Whether one cannot come back because the name is taken. */
  isNameTaken = false
  /** What is to be said about the whole page, until it is dismissed. */
  hint: string | null = null
  rooms: readonly string[] = []
  readonly people = new People()
  /** Whom one has blocked, whether they are here or not. */
  readonly blocked = new Set<string>()
  readonly conversations = new Conversations()
  /** The room that one is in. */
  room: Conversation | null = null
  /** What is looked at; `null` before the first room. */
  shown: Conversation | null = null
  /** The message of one's own that is being changed. */
  editing: MessageRow | null = null
  /** What it is to say, as far as that is typed. */
  editedText = ''
  /** Whether the page is in front: what comes while it is not is unread. */
  isVisible = true
  /** Something is to be read aloud. */
  announce: (text: string) => void = () => {}
  readonly #changed: () => void
  readonly #now: () => number
  readonly #taken = new Set<string>()

  constructor(changed: () => void, now: () => number) {
    this.#changed = changed
    this.#now = now
  }

  joining(name: string): void {
    this.phase = 'joining'
    this.name = name
    this.problem = null
    this.#changed()
  }

  /** @param isTaken whether somebody has the name: then another is offered */
  refused(text: string, isTaken: boolean): void {
    if (isTaken) this.#taken.add(this.name)
    this.#away()
    this.problem = { text, suggestion: isTaken ? anotherName(this.name, this.#taken) : null }
    this.#changed()
  }

  /** One is in `room`, after joining, entering, or coming back. */
  entered(room: string, people: Iterable<Person>): void {
    const isOther = this.room?.name !== room
    const wasShown = this.shown === this.room
    const isBack = this.phase === 'reconnecting'
    this.phase = 'online'
    this.isNameTaken = false
    this.problem = null
    this.room = this.conversations.room(room)
    this.people.replace(people)
    if (!this.people.has(this.name)) this.people.add(this.name)
    this.people.change(this.name, this.status)
    if (isOther) this.room.log.notice(`You are in ${room} as ${this.name}.`, this.#now())
    if (isBack) {
      this.#logged('You are connected again. What was said meanwhile is missing here.')
      this.announce('You are connected again.')
    }
    if (!this.rooms.includes(room)) this.rooms = [...this.rooms, room].sort()
    if (wasShown || this.shown === null) this.#look(this.room)
    this.#use()
    this.#changed()
  }

  /** One has left of one's own will. What was said is forgotten. */
  left(): void {
    this.#away()
    this.room = null
    this.shown = null
    for (const conversation of [...this.conversations.all()]) this.conversations.close(conversation)
    this.blocked.clear()
    this.status = 'ONLINE'
    this.#changed()
  }

  /** @param isNameTaken whether one cannot come back because somebody has the name: perhaps the relay has not yet seen that one is gone */
  lost(isNameTaken: boolean): void {
    if (isNameTaken !== this.isNameTaken) {
      this.isNameTaken = isNameTaken
      if (isNameTaken) this.announce(`Somebody is called ${this.name} at the moment.`)
      this.#changed()
    }
    if (this.phase === 'reconnecting') return
    this.phase = 'reconnecting'
    this.editing = null
    for (const { log } of this.conversations.all()) log.forgetIds()
    this.#logged('The connection was lost.')
    this.announce('The connection was lost. Trying again.')
    this.#changed()
  }

  listedRooms(rooms: readonly string[]): void {
    this.rooms = rooms
    this.#changed()
  }

  came(name: string): void {
    this.people.add(name)
    this.room?.log.cameOrWent(name, true, this.#now())
    this.#changed()
  }

  went(name: string): void {
    this.people.remove(name)
    this.room?.log.cameOrWent(name, false, this.#now())
    this.#changed()
  }

  /** All who are here, asked for again after `people.expectList`. */
  listed(people: Iterable<Person>): void {
    this.people.replace(people)
    this.#changed()
  }

  hasStatus(name: string, status: Status): void {
    if (name === this.name) this.status = status
    this.people.change(name, status)
    this.#changed()
  }

  heard({ id, from, text, isPrivate }: Said): void {
    const conversation = isPrivate ? this.conversations.person(from) : this.room
    if (conversation === null) return
    const row = conversation.log.say({ id, from, text, own: false, at: this.#now(), state: 'sent' })
    const isSeen = conversation === this.shown && this.isVisible
    if (!isSeen) {
      conversation.unread++
      conversation.newFrom ??= row.key
    }
    if (conversation === this.shown || isPrivate)
      this.announce(`${from}${isPrivate ? ', in private' : ''}: ${text}`)
    this.#changed()
  }

  /** One's own message is on its way. @returns its row, for `sent` or `failed` */
  say(text: string, conversation: Conversation): MessageRow {
    conversation.newFrom = null
    const row = conversation.log.say({
      id: null,
      from: this.name,
      text,
      own: true,
      at: this.#now(),
      state: 'sending',
    })
    this.#changed()
    return row
  }

  sent(row: MessageRow, id: string | null, conversation: Conversation): void {
    row.state = 'sent'
    if (id !== null) conversation.log.setId(row, id)
    this.#changed()
  }

  failed(row: MessageRow, why: string): void {
    row.state = 'failed'
    row.why = why
    this.announce(`Not sent: ${why}`)
    this.#changed()
  }

  /** What failed stands below once more. */
  saidAgain(row: MessageRow): void {
    row.why = 'it is sent again below.'
    row.isRepeated = true
    this.#changed()
  }

  edited(id: string, text: string): void {
    for (const { log } of this.conversations.all()) {
      const row = log.withId(id)
      if (row === undefined) continue
      row.text = text
      row.edited = true
    }
    this.#changed()
  }

  received(id: string): void {
    for (const { log } of this.conversations.all()) {
      const row = log.withId(id)
      if (row !== undefined) row.receivedBy++
    }
    this.#changed()
  }

  /** Whether one may still change it. */
  mayEdit(row: MessageRow): boolean {
    return row.own && row.id !== null && row.state === 'sent' && this.#now() - row.at < EDIT_MS
  }

  /** Changes a message, or with `null` none any more. */
  edit(row: MessageRow | null): void {
    this.editing = row
    this.editedText = row?.text ?? ''
    this.#changed()
  }

  /** What is being typed, as it is now: in the message that is being changed, or a new one. */
  type(text: string, conversation: Conversation): void {
    if (this.editing === null) conversation.draft = text
    else this.editedText = text
    this.#changed()
  }

  /** Whether a message is acknowledged: in private always, and in rooms that are not large. */
  acknowledges({ isPrivate }: Pick<Said, 'isPrivate'>): boolean {
    return isPrivate || this.people.count <= RECEIPTS_UP_TO
  }

  setBlocked(name: string, isBlocked: boolean): void {
    if (isBlocked) this.blocked.add(name)
    else this.blocked.delete(name)
    this.#logged(isBlocked ? `You have blocked ${name}.` : `You no longer block ${name}.`)
    this.#changed()
  }

  blockedBy(name: string): void {
    const conversation = this.conversations.find('person', name)
    if (conversation !== this.shown) conversation?.log.notice(`${name} has blocked you.`, this.#now())
    this.#logged(`${name} has blocked you.`)
    this.#changed()
  }

  notice(text: string): void {
    this.#logged(text)
    this.#changed()
  }

  hintAt(text: string | null): void {
    this.hint = text
    if (text !== null) this.announce(text)
    this.#changed()
  }

  /** Looks at a conversation. */
  show(conversation: Conversation): void {
    if (conversation !== this.shown && this.shown !== null) this.shown.newFrom = null
    this.editing = null
    this.#look(conversation)
    this.#changed()
  }

  /** Looks at the private conversation with somebody, which begins with that. */
  showPerson(name: string): void {
    this.show(this.conversations.person(name))
  }

  closePerson(conversation: Conversation): void {
    this.conversations.close(conversation)
    if (this.shown === conversation && this.room !== null) this.#look(this.room)
    this.#changed()
  }

  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible
    if (isVisible && this.shown !== null) this.shown.unread = 0
    this.#changed()
  }

  /** What is unread in all conversations together. */
  get unread(): number {
    let unread = 0
    for (const conversation of this.conversations.all()) unread += conversation.unread
    return unread
  }

  #look(conversation: Conversation): void {
    this.shown = conversation
    conversation.unread = 0
    this.#use()
  }

  #use(): void {
    this.conversations.inUse = [this.room, this.shown]
  }

  /** Not connected, and not about to be. Conversations stay, with what is typed in them. */
  #away(): void {
    this.phase = 'welcome'
    this.isNameTaken = false
    this.editing = null
    this.people.replace([])
    for (const { log } of this.conversations.all()) log.forgetIds()
  }

  #logged(text: string): void {
    const log = this.room?.log
    log?.notice(text, this.#now())
    if (this.shown !== null && this.shown !== this.room) this.shown.log.notice(text, this.#now())
  }
}
