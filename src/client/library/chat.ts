/**
 * A chat, as a program uses it: calls in, events out. How it stays connected is `lasting-connection.ts`'s, what its calls are in
 * each dialect the protocols'.
 */

import { type CheckedOptions, checkOptions } from './checked-options.js'
import { EventBuffer } from './event-buffer.js'
import type { ChatEvent, ChatState, Person, Status } from './events.js'
import { LastingConnection } from './lasting-connection.js'
import type { OpenLink } from './link.js'
import type { CallOptions, ConnectOptions, DialectName, Feature } from './options.js'
import type { Protocol, Said } from './protocol.js'
import type { Target } from './target.js'

/**
 * A chat that we are in. `connect` makes one; it iterates over what happens:
 *
 * ```ts
 * for await (const event of chat) if (event.kind === 'message') console.log(event.from, event.text)
 * ```
 *
 * The loop ends with `close()`, and throws a `ConnectionLostError` when the connection is lost for good. Events that nobody reads wait,
 * up to `maxWaitingEvents`; then the oldest are let go, and a `missed` event says how many. Nothing is held up for a slow reader: a
 * program may ask something in the middle of its loop, or never read at all. One loop at a time.
 *
 * Calls reject with `RefusedError` for what the relay does not do, `UnsupportedError` for what the dialect does not have,
 * `ConnectionLostError` when the connection is lost before the answer, and `ClosedError` after `close()`. While a connection is being made
 * anew they wait for it, for as long as an answer may take.
 */
export class Chat implements AsyncIterable<ChatEvent> {
  /** The name that the relay has accepted. */
  readonly name: string
  /** What is spoken. */
  readonly dialect: DialectName
  readonly #defaultRoom: string
  readonly #events: EventBuffer
  readonly #connection: LastingConnection

  /** @internal */
  constructor(target: Target, open: OpenLink, options: CheckedOptions) {
    this.name = options.name
    this.dialect = target.dialect as DialectName
    this.#defaultRoom = options.defaultRoom
    this.#events = new EventBuffer(options.maxWaitingEvents)
    this.#connection = new LastingConnection(target, open, options, this.#events)
  }

  /** The first connection. @internal */
  begin(signal: AbortSignal | undefined): Promise<void> {
    return this.#connection.begin(signal)
  }

  /** Whether we are there, or trying to be. */
  get state(): ChatState {
    return this.#connection.state
  }

  /** The room that we are in. Where the dialect has no rooms, the one that everybody is in. */
  get room(): string {
    return this.#connection.wantedRoom ?? (this.#connection.protocol.room || this.#defaultRoom)
  }

  /** How many events wait to be read. */
  get waitingEvents(): number {
    return this.#events.length
  }

  /** Whether the dialect has something; calls of what it does not have reject with `UnsupportedError`. */
  can(feature: Feature): boolean {
    return this.#connection.protocol.features.has(feature)
  }

  /**
   * Says something to everybody in the room. Nobody gets their own messages back.
   *
   * Resolves when the relay has taken it, where the dialect answers (chatroom), and otherwise when it is on its way: with
   * more to send than leaves, it waits. Who awaits it never piles up anything.
   *
   * @returns the id of the message, for `edit`; `null` where the dialect has none
   */
  say(text: string, options: CallOptions = {}): Promise<Said> {
    return this.#call((protocol) => protocol.say(text), options)
  }

  /** Says something to one person, wherever they are. Resolves when the relay has taken it; rejects when nobody has that name. */
  tell(name: string, text: string, options: CallOptions = {}): Promise<Said> {
    return this.#call((protocol) => protocol.tell(name, text), options)
  }

  /** Who is in the room, ourselves too; in framed, who is on the relay. @param options with `room` for another one, where the dialect tells */
  list(options: CallOptions & { readonly room?: string } = {}): Promise<readonly Person[]> {
    return this.#call((protocol) => protocol.list(options.room ?? null), options)
  }

  /** Which rooms there are, sorted: the public ones, and in some dialects our own where it is private. */
  rooms(options: CallOptions = {}): Promise<readonly string[]> {
    return this.#call((protocol) => protocol.rooms(), options)
  }

  /** Goes to another room, which is made if it is not there. One is in one room at a time. */
  async join(room: string, options: CallOptions = {}): Promise<void> {
    await this.#call(async (protocol) => {
      await protocol.join(room)
      this.#connection.wantedRoom = room
    }, options)
  }

  /** Goes back to the room that everybody comes into. */
  async leave(options: CallOptions = {}): Promise<void> {
    await this.join(this.#defaultRoom, options)
  }

  /** Changes what we have said. @param id what `say` or `tell` gave */
  edit(id: string, text: string, options: CallOptions = {}): Promise<void> {
    return this.#call((protocol) => protocol.edit(id, text), options)
  }

  /** Says that we have received these messages; their senders are told. */
  async received(...ids: readonly string[]): Promise<void> {
    await this.#call(async (protocol) => {
      await Promise.all(ids.map((id) => protocol.received(id)))
    }, {})
  }

  /** From now on we hear nothing of that person. It is said again after a lost connection. */
  block(name: string, options: CallOptions = {}): Promise<void> {
    return this.#call(async (protocol) => {
      await protocol.block(name)
      this.#connection.blocked.add(name)
    }, options)
  }

  /** Undoes `block`. */
  unblock(name: string, options: CallOptions = {}): Promise<void> {
    return this.#call(async (protocol) => {
      await protocol.unblock(name)
      this.#connection.blocked.delete(name)
    }, options)
  }

  /** How we are to be found. It is said again after a lost connection. */
  setStatus(status: Status, options: CallOptions = {}): Promise<void> {
    return this.#call(async (protocol) => {
      await protocol.setStatus(status)
      this.#connection.status = status
    }, options)
  }

  /**
   * Leaves, and resolves when the connection is over. What was sent before still goes out. Loops end once they have read what waits;
   * calls that wait for an answer reject. Closing twice is closing once.
   */
  close(): Promise<void> {
    return this.#connection.close()
  }

  /** See the class. Leaving the loop does not end the chat: another loop goes on with what comes then. */
  [Symbol.asyncIterator](): AsyncIterator<ChatEvent, undefined> {
    const events = this.#events
    return {
      next: () => events.next(),
      return: () => {
        events.stopWaiting()
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }

  #call<T>(ask: (protocol: Protocol) => Promise<T>, { signal }: CallOptions): Promise<T> {
    return this.#connection.ask(ask, signal)
  }
}

/** Opens a chat over what links there are. */
export async function openChat(target: Target, open: OpenLink, options: ConnectOptions): Promise<Chat> {
  options.signal?.throwIfAborted()
  const chat = new Chat(target, open, checkOptions(options))
  await chat.begin(options.signal)
  return chat
}
