/**
 * What somebody does on the page, carried out by the client library, and what that tells, brought into the store. Owns one chat
 * from joining to leaving; coming back after a loss is the library's.
 */

import type { Chat } from '../../../client/library/chat.js'
import { ChatError, NameTakenError } from '../../../client/library/errors.js'
import type { ChatEvent, StateEvent, Status } from '../../../client/library/events.js'
import type { Access } from './access.js'
import type { Actions } from './actions.js'
import type { Conversation } from './conversations.js'
import { messagesIn } from './lines.js'
import type { MessageRow } from './log.js'
import type { ChatStore } from './store.js'

/** Makes a chat under a name; rejects with the library's errors. @param password '' for none */
export type Connect = (name: string, password: string, signal: AbortSignal) => Promise<Chat>

/** In larger rooms nobody looks around for each who comes or goes: all would, for each of all. */
const LOOKS_UP_TO = 50
const LOOK_MS = 1_000
/** Acknowledgements on their way at once. */
const MOST_ACKNOWLEDGED = 50

export class Session implements Actions {
  readonly #store: ChatStore
  readonly #connect: Connect
  readonly #access: Access
  #chat: Chat | null = null
  #attempt: AbortController | null = null
  /** Whether all who are here are being asked for, and whether that is known to be too early. */
  #isListing = false
  #isStale = false
  /** How many acknowledgements are on their way. */
  #acknowledging = 0
  /** Whether one is about to look around. */
  #isLooking = false

  constructor(store: ChatStore, connect: Connect, access: Access) {
    this.#store = store
    this.#connect = connect
    this.#access = access
  }

  join(name: string, password: string): void {
    void this.#join(name, password)
  }

  leave(): void {
    const chat = this.#chat
    this.#chat = null
    this.#attempt?.abort()
    this.#store.left()
    chat?.close().catch(() => {})
  }

  rename(): void {
    const chat = this.#chat
    this.#chat = null
    this.#refused(new NameTakenError(this.#store.name))
    chat?.close().catch(() => {})
  }

  say(conversation: Conversation, text: string): boolean {
    if (this.#chat === null || this.#store.phase !== 'online') {
      this.#store.hintAt('Not sent: there is no connection. What you typed stays here.')
      return false
    }
    if (this.#store.hint !== null) this.#store.hintAt(null)
    for (const line of messagesIn(text)) void this.#say(this.#chat, conversation, line)
    return true
  }

  sayAgain(conversation: Conversation, row: MessageRow): void {
    if (this.say(conversation, row.text)) this.#store.saidAgain(row)
  }

  edit(row: MessageRow, text: string): void {
    const { id } = row
    const wanted = messagesIn(text).join(' ')
    if (id === null || wanted === row.text) return
    this.#try('Not changed', async (chat) => {
      await chat.edit(id, wanted)
      this.#store.edited(id, wanted)
    })
  }

  enter(room: string): void {
    this.#try('Not entered', async (chat) => {
      await chat.join(room)
      await this.#arrive(chat)
    })
  }

  listRooms(): void {
    this.#try('The rooms are not known', async (chat) => this.#store.listedRooms(await chat.rooms()))
  }

  setBlocked(name: string, isBlocked: boolean): void {
    this.#try(isBlocked ? 'Not blocked' : 'Not unblocked', async (chat) => {
      await (isBlocked ? chat.block(name) : chat.unblock(name))
      this.#store.setBlocked(name, isBlocked)
    })
  }

  setStatus(status: Status): void {
    this.#try('Not changed', async (chat) => {
      await chat.setStatus(status)
      this.#store.hasStatus(this.#store.name, status)
    })
  }

  async #join(name: string, password: string): Promise<void> {
    this.#attempt = new AbortController()
    this.#store.joining(name)
    let chat: Chat | null = null
    try {
      chat = await this.#connect(name, password, this.#attempt.signal)
      this.#chat = chat
      void this.#follow(chat)
      await this.#arrive(chat)
    } catch (error) {
      // Whoever left meanwhile is told nothing.
      if (this.#store.phase !== 'joining') return
      this.#chat = null
      this.#refused(error)
      chat?.close().catch(() => {})
    }
  }

  /** One is somewhere: asks who is there, and where one could be. */
  async #arrive(chat: Chat): Promise<void> {
    this.#store.people.expectList()
    const people = await chat.list()
    if (chat !== this.#chat) return
    this.#store.entered(chat.room, people)
    this.#store.listedRooms(await chat.rooms())
  }

  async #follow(chat: Chat): Promise<void> {
    try {
      for await (const event of chat) if (chat === this.#chat) this.#heard(chat, event)
      this.#ended(chat, null)
    } catch (error) {
      this.#ended(chat, error)
    }
  }

  /** The chat is over. @param error why, where that was not one's own will */
  #ended(chat: Chat, error: unknown): void {
    if (chat !== this.#chat) return
    this.#chat = null
    this.#refused(error)
  }

  #refused(error: unknown): void {
    const { name } = this.#store
    if (error instanceof NameTakenError && this.#access !== 'off')
      this.#store.refused(`Somebody else is called ${name}, or the name needs a password.`, false)
    else if (error instanceof NameTakenError)
      this.#store.refused(`Somebody else is called ${name} now: take another name.`, true)
    else this.#store.refused(`It did not work: ${wordsFor(error)}.`, false)
  }

  #heard(chat: Chat, event: ChatEvent): void {
    const store = this.#store
    switch (event.kind) {
      case 'message':
      case 'direct': {
        const { id, from, text } = event
        const isPrivate = event.kind === 'direct'
        store.heard({ id, from, text, isPrivate })
        if (id !== null && store.acknowledges({ isPrivate })) this.#acknowledge(chat, id)
        break
      }
      case 'edited':
        if (event.id !== null) store.edited(event.id, event.text)
        break
      case 'receipt':
        store.received(event.id)
        break
      case 'joined':
        store.came(event.name)
        this.#lookAroundSoon(chat)
        break
      case 'left':
        store.went(event.name)
        this.#lookAroundSoon(chat)
        break
      case 'renamed':
        store.went(event.from)
        store.came(event.name)
        break
      case 'crowd':
        this.#listAgain(chat)
        break
      case 'status':
        store.hasStatus(event.name, event.status)
        break
      case 'blocked':
        store.blockedBy(event.name)
        break
      case 'notice':
        store.notice(event.text)
        break
      case 'missed':
        store.notice(`${event.count} messages are missing here: they came faster than they could be shown.`)
        break
      case 'state':
        this.#changed(chat, event)
        break
    }
  }

  /** Nobody is waiting for it: a sender whom it does not reach, or in a flood, sees one mark instead of two. */
  #acknowledge(chat: Chat, id: string): void {
    if (this.#acknowledging >= MOST_ACKNOWLEDGED) return
    this.#acknowledging++
    const done = () => {
      this.#acknowledging--
    }
    chat.received(id).then(done, done)
  }

  /** Connected again, the library has seen to the room, the status and blocks. */
  #changed(chat: Chat, { state, cause }: StateEvent): void {
    if (state === 'reconnecting') this.#store.lost(cause instanceof NameTakenError)
    // Lost again meanwhile: the library says so, and comes back here.
    else if (state === 'online') this.#arrive(chat).catch(() => {})
  }

  /** Looks around in a moment, for what is not told: how whoever came is to be found, and rooms that are new. */
  #lookAroundSoon(chat: Chat): void {
    if (this.#isLooking || this.#store.people.count > LOOKS_UP_TO) return
    this.#isLooking = true
    setTimeout(() => this.#lookAround(chat), LOOK_MS)
  }

  #lookAround(chat: Chat): void {
    this.#isLooking = false
    if (chat !== this.#chat || this.#store.phase !== 'online') return
    this.#listAgain(chat)
    chat.rooms().then(
      (rooms) => this.#store.listedRooms(rooms),
      () => {},
    )
  }

  #listAgain(chat: Chat): void {
    if (this.#isListing) {
      this.#isStale = true
      return
    }
    this.#isListing = true
    this.#isStale = false
    this.#store.people.expectList()
    const done = () => {
      this.#isListing = false
      if (this.#isStale && chat === this.#chat) this.#listAgain(chat)
    }
    chat.list().then((people) => {
      if (chat === this.#chat) this.#store.listed(people)
      done()
    }, done)
  }

  async #say(chat: Chat, conversation: Conversation, text: string): Promise<void> {
    const row = this.#store.say(text, conversation)
    try {
      const { id } = await (conversation.kind === 'room'
        ? chat.say(text)
        : chat.tell(conversation.name, text))
      this.#store.sent(row, id, conversation)
    } catch (error) {
      this.#store.failed(row, `${wordsFor(error)}.`)
    }
  }

  /** Asks something of the relay, and says when that did not work. */
  #try(failure: string, ask: (chat: Chat) => Promise<void>): void {
    const chat = this.#chat
    if (chat === null) return
    ask(chat).catch((error: unknown) => this.#store.hintAt(`${failure}: ${wordsFor(error)}.`))
  }
}

function wordsFor(error: unknown): string {
  if (error instanceof ChatError) return error.message.replace(/\.$/, '')
  return error === null ? 'the relay has ended the connection' : 'something unexpected happened'
}
