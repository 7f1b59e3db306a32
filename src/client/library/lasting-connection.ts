/**
 * A connection that is made anew when it is lost, with the name, the room and whatever else was said of ourselves. What is said on
 * one connection is `connection.ts`'s.
 *
 *     connecting --logged in--> online --lost--> reconnecting --logged in, back in the room--> online
 *         |                       |                  |  ^ |
 *         +--refused, lost--+     |                  |  +-+ not yet: another wait
 *                           v     v                  v
 *                        closed <-- `close()` -------+-- no more attempts, or the name is none any more
 */

import { backoffMs } from './backoff.js'
import type { CheckedOptions } from './checked-options.js'
import { Connection, type ConnectionOptions } from './connection.js'
import { ClosedError, ConnectionLostError, DeniedError, NameTakenError } from './errors.js'
import type { EventBuffer } from './event-buffer.js'
import type { ChatState, Status } from './events.js'
import type { OpenLink } from './link.js'
import type { ReconnectOptions } from './options.js'
import type { Protocol } from './protocol.js'
import type { Target } from './target.js'
import { orAborted, withDeadline } from './waiting.js'

/** A connection that lasted so long was a good one: the next wait is short again. */
const STEADY_MS = 10_000

export class LastingConnection {
  /** Said again after a loss. `ONLINE` when nothing was said. */
  status: Status = 'ONLINE'
  /** Whom we have blocked: said again after a loss. */
  readonly blocked = new Set<string>()
  /** Where we want to be; `null` for where the relay puts us. */
  wantedRoom: string | null
  readonly #name: string
  readonly #options: ConnectionOptions
  readonly #reconnect: Required<ReconnectOptions> | null
  readonly #events: EventBuffer
  #state: ChatState = 'connecting'
  #connection: Connection
  #upSinceMs = 0
  /** Attempts since the last good connection. */
  #attempt = 0
  /** Those who wait until we are online again. */
  #comeback: { readonly promise: Promise<void>; settle(error: Error | null): void } | null = null
  #retry: ReturnType<typeof setTimeout> | null = null
  /** Whether the last attempt failed because somebody has the name. */
  #isNameTaken = false
  /** Why it is closed. */
  #end: Error | null = null
  #isClosing: Promise<void> | null = null

  /** @param events gets what happens, and ends with the last connection */
  constructor(target: Target, open: OpenLink, options: CheckedOptions, events: EventBuffer) {
    this.#name = options.name
    this.#reconnect = options.reconnect
    this.#events = events
    this.wantedRoom = options.room
    this.#options = { ...options, target, open }
    this.#connection = this.#open()
  }

  get state(): ChatState {
    return this.#state
  }

  /** Of the connection that is there, or was the last. */
  get protocol(): Protocol {
    return this.#connection.protocol
  }

  /** The first connection. @throws as `connect` does */
  async begin(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#logIn(this.#connection, signal)
    } catch (error) {
      this.#finish(error as Error)
      throw error
    }
  }

  /** Asks something when there is a connection. @throws the signal's reason, and as the calls of `Chat` do */
  async ask<T>(question: (protocol: Protocol) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted()
    if (this.#state !== 'online') await orAborted(this.#untilOnline(), signal)
    return orAborted(this.#connection.ask(question, signal), signal)
  }

  /** Leaves, and resolves when the connection is over. Closing twice is closing once. */
  close(): Promise<void> {
    this.#isClosing ??= this.#close()
    return this.#isClosing
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
    await connection.logIn(this.#name, signal)
    // Where the relay puts nobody anywhere, one is where everybody is.
    const room = this.wantedRoom ?? (connection.protocol.room === '' ? this.#options.defaultRoom : null)
    const again: ((protocol: Protocol) => Promise<unknown>)[] = []
    if (room !== null && room !== connection.protocol.room) again.push((protocol) => protocol.join(room))
    const { status } = this
    if (status !== 'ONLINE') again.push((protocol) => protocol.setStatus(status))
    try {
      for (const ask of again) await orAborted(connection.ask(ask), signal)
    } catch (error) {
      connection.destroy(error as Error)
      throw error
    }
    // Whoever has gone in the meantime cannot be blocked again, and says nothing either.
    for (const name of this.blocked) connection.ask((protocol) => protocol.block(name)).catch(() => {})
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

  /**
   * The name may still be that of our own former connection: taken is no reason to give up. Nor is a password that was right before:
   * thousands who come back at once may be too many to be checked.
   */
  async #tryAgain(): Promise<void> {
    this.#connection = this.#open()
    try {
      await this.#logIn(this.#connection, undefined)
    } catch (error) {
      if (this.#isClosing !== null) return
      const mayPass = [ConnectionLostError, NameTakenError, DeniedError].some((kind) => error instanceof kind)
      if (mayPass) {
        this.#tellWhetherTaken(error as Error)
        this.#wait(error as Error)
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
