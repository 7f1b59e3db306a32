/**
 * A chat: who we are, where, and what happens; over as many connections as it takes. What is said on a connection is the protocol's
 * (`protocol.ts`), how long that may take is `connection.ts`'s.
 *
 *     connecting --logged in--> online --lost--> reconnecting --logged in, back in the room--> online
 *         |                       |                  |  ^ |
 *         +--refused, lost--+     |                  |  +-+ not yet: another wait
 *                           v     v                  v
 *                        closed <-- `close()` -------+-- no more attempts, or the name is none any more
 */

import { backoffMs } from './backoff.js'
import { type CheckedOptions, checkOptions } from './checked-options.js'
import { Connection, type ConnectionOptions } from './connection.js'
import { ClosedError, ConnectionLostError, NameTakenError } from './errors.js'
import { EventBuffer } from './event-buffer.js'
import type { ChatEvent, ChatState, Person, Status } from './events.js'
import type { OpenLink } from './link.js'
import type { CallOptions, ConnectOptions, DialectName, Feature, ReconnectOptions } from './options.js'
import type { Protocol, Said } from './protocol.js'
import type { Target } from './target.js'
import { orAborted, withDeadline } from './waiting.js'

/** A connection that lasted so long was a good one: the next wait is short again. */
const STEADY_MS = 10_000

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
  readonly #options: ConnectionOptions
  readonly #reconnect: Required<ReconnectOptions> | null
  readonly #events: EventBuffer
  #state: ChatState = 'connecting'
  #connection: Connection
  #upSinceMs = 0
  /** Attempts since the last good connection. */
  #attempt = 0
  /** Where we want to be; `null` for where the relay puts us. */
  #wantedRoom: string | null
  #status: Status | null = null
  readonly #blocked = new Set<string>()
  /** Those who wait until we are online again. */
  #comeback: { readonly promise: Promise<void>; settle(error: Error | null): void } | null = null
  #retry: ReturnType<typeof setTimeout> | null = null
  /** Whether the last attempt failed because somebody has the name. */
  #isNameTaken = false
  /** Why it is closed. */
  #end: Error | null = null
  #isClosing: Promise<void> | null = null

  /** @internal */
  constructor(target: Target, open: OpenLink, options: CheckedOptions) {
    this.name = options.name
    this.dialect = target.dialect as DialectName
    this.#reconnect = options.reconnect
    this.#events = new EventBuffer(options.maxWaitingEvents)
    this.#wantedRoom = options.room
    this.#options = { ...options, target, open }
    this.#connection = this.#open()
  }

  /** The first connection. @internal */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#logIn(this.#connection, signal)
    } catch (error) {
      this.#finish(error as Error)
      throw error
    }
  }

  /** Whether we are there, or trying to be. */
  get state(): ChatState {
    return this.#state
  }

  /** The room that we are in. Where the dialect has no rooms, the one that everybody is in. */
  get room(): string {
    return this.#wantedRoom ?? (this.#connection.protocol.room || this.#options.defaultRoom)
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
      this.#wantedRoom = room
    }, options)
  }

  /** Goes back to the room that everybody comes into. */
  async leave(options: CallOptions = {}): Promise<void> {
    await this.join(this.#options.defaultRoom, options)
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
      this.#blocked.add(name)
    }, options)
  }

  /** Undoes `block`. */
  unblock(name: string, options: CallOptions = {}): Promise<void> {
    return this.#call(async (protocol) => {
      await protocol.unblock(name)
      this.#blocked.delete(name)
    }, options)
  }

  /** How we are to be found. It is said again after a lost connection. */
  setStatus(status: Status, options: CallOptions = {}): Promise<void> {
    return this.#call(async (protocol) => {
      await protocol.setStatus(status)
      this.#status = status
    }, options)
  }

  /**
   * Leaves, and resolves when the connection is over. What was sent before still goes out. Loops end once they have read what waits;
   * calls that wait for an answer reject. Closing twice is closing once.
   */
  close(): Promise<void> {
    this.#isClosing ??= this.#close()
    return this.#isClosing
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

  async #call<T>(ask: (protocol: Protocol) => Promise<T>, { signal }: CallOptions): Promise<T> {
    signal?.throwIfAborted()
    if (this.#state !== 'online') await orAborted(this.#untilOnline(), signal)
    return orAborted(this.#connection.ask(ask, signal), signal)
  }

  #untilOnline(): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(this.#end ?? new ClosedError())
    const { answerTimeoutMs } = this.#options
    return new Promise((resolve, reject) => {
      const late = () => reject(new ConnectionLostError(`not connected again within ${answerTimeoutMs} ms`))
      withDeadline(this.#whenBack(), answerTimeoutMs, late).then(resolve, reject)
    })
  }

  /** One promise for all who wait. */
  #whenBack(): Promise<void> {
    if (this.#comeback === null) {
      let settle!: (error: Error | null) => void
      const promise = new Promise<void>((resolve, reject) => {
        settle = (error) => (error === null ? resolve() : reject(error))
      })
      promise.catch(() => {})
      this.#comeback = { promise, settle }
    }
    return this.#comeback.promise
  }

  #open(): Connection {
    const connection: Connection = new Connection(this.#options, {
      event: (event) => this.#events.push(event),
      closed: (error) => this.#lost(connection, error),
    })
    return connection
  }

  /** To where we were: the name, the room, and what we have said of ourselves. */
  async #logIn(connection: Connection, signal: AbortSignal | undefined): Promise<void> {
    await connection.logIn(this.name, signal)
    // Where the relay puts nobody anywhere, one is where everybody is.
    const room = this.#wantedRoom ?? (connection.protocol.room === '' ? this.#options.defaultRoom : null)
    const again: ((protocol: Protocol) => Promise<unknown>)[] = []
    if (room !== null && room !== connection.protocol.room) again.push((protocol) => protocol.join(room))
    const status = this.#status
    if (status !== null && status !== 'ONLINE') again.push((protocol) => protocol.setStatus(status))
    try {
      for (const ask of again) await orAborted(connection.ask(ask), signal)
    } catch (error) {
      connection.destroy(error as Error)
      throw error
    }
    // Whoever has gone in the meantime cannot be blocked again, and says nothing either.
    for (const name of this.#blocked) connection.ask((protocol) => protocol.block(name)).catch(() => {})
    if (this.#end !== null || this.#isClosing !== null) throw new ClosedError()
    // It may have ended since its last answer, and has told so already.
    if (connection.error !== null) throw connection.error
    this.#upSinceMs = Date.now()
    this.#isNameTaken = false
    this.#setState('online', null)
    this.#comeback?.settle(null)
    this.#comeback = null
  }

  #lost(connection: Connection, error: ConnectionLostError): void {
    // Of an attempt whoever made it is told by the attempt itself.
    if (connection !== this.#connection || this.#state !== 'online' || this.#isClosing !== null) return
    if (this.#reconnect === null) {
      this.#finish(error)
      return
    }
    if (Date.now() - this.#upSinceMs >= STEADY_MS) this.#attempt = 0
    this.#setState('reconnecting', error)
    this.#wait(error)
  }

  /** @param cause of the last attempt, or of the loss */
  #wait(cause: Error): void {
    const { minDelayMs, maxDelayMs, attempts } = this.#reconnect as Required<ReconnectOptions>
    if (this.#attempt >= attempts) {
      this.#finish(cause)
      return
    }
    const delayMs = backoffMs(this.#attempt++, minDelayMs, maxDelayMs, Math.random())
    this.#retry = setTimeout(() => void this.#tryAgain(), delayMs)
  }

  /** The name may still be that of our own former connection: taken is no reason to give up. */
  async #tryAgain(): Promise<void> {
    this.#connection = this.#open()
    try {
      await this.#logIn(this.#connection, undefined)
    } catch (error) {
      if (this.#isClosing !== null) return
      const mayPass = error instanceof ConnectionLostError || error instanceof NameTakenError
      if (mayPass) {
        this.#tellWhetherTaken(error)
        this.#wait(error)
      } else this.#finish(error as Error)
    }
  }

  /** Who looks on may want to take another name rather than wait. Told when it begins and when it is something else again. */
  #tellWhetherTaken(error: Error): void {
    const isTaken = error instanceof NameTakenError
    if (isTaken === this.#isNameTaken) return
    this.#isNameTaken = isTaken
    this.#setState('reconnecting', error)
  }

  async #close(): Promise<void> {
    if (this.#state === 'closed') return
    if (this.#retry !== null) clearTimeout(this.#retry)
    if (this.#state === 'online') await this.#connection.leave()
    else this.#connection.destroy(new ClosedError())
    this.#finish(null)
  }

  /** @param error `null` where we have closed it ourselves */
  #finish(error: Error | null): void {
    if (this.#state === 'closed') return
    this.#end = error ?? new ClosedError()
    this.#setState('closed', error)
    this.#comeback?.settle(this.#end)
    this.#comeback = null
    this.#events.end(error)
  }

  #setState(state: ChatState, cause: Error | null): void {
    const isFirst = this.#state === 'connecting'
    this.#state = state
    // What `connect` resolves or rejects with need not be told twice.
    if (!isFirst) this.#events.push({ kind: 'state', at: Date.now(), state, cause })
  }
}

/** Opens a chat over what links there are. */
export async function openChat(target: Target, open: OpenLink, options: ConnectOptions): Promise<Chat> {
  options.signal?.throwIfAborted()
  const chat = new Chat(target, open, checkOptions(options))
  await chat.begin(options.signal)
  return chat
}
