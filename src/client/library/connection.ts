/**
 * One connection of a chat, from when it is opened until it has ended: a link, the protocol that is spoken on it, how long
 * answers may take, and that nothing is sent faster than it leaves.
 *
 *     opening --opened--> logging in --accepted, in the room--> up --quit--> ending --> closed
 *        +--------------------+---- late, refused, lost ---------+----------------------^
 */

import { ConnectionLostError } from './errors.js'
import type { ChatEvent } from './events.js'
import type { Link, LinkListener, LinkTarget, OpenLink } from './link.js'
import type { PasswordSource } from './options.js'
import type { Protocol } from './protocol.js'
import type { Target } from './target.js'
import { orAborted, withDeadline } from './waiting.js'

export interface ConnectionOptions {
  readonly target: Target
  readonly ca: string | undefined
  readonly identity: LinkTarget['identity']
  readonly open: OpenLink
  readonly defaultRoom: string
  readonly connectTimeoutMs: number
  readonly answerTimeoutMs: number
  readonly heartbeatMs: number
  readonly password: PasswordSource | null
}

export interface ConnectionListener {
  event(event: ChatEvent): void
  /** Once, and last of all; also when it never came up. */
  closed(error: ConnectionLostError): void
}

/** How long nothing may move before the other side has closed, when we have said good-bye; and how long it may go on talking. */
const LEAVE_GRACE_MS = 2_000
const LEAVE_LIMIT_MS = 5_000

const NO_LINK: Link = { isFull: false, send() {}, end() {}, destroy() {} }

export class Connection implements LinkListener {
  readonly protocol: Protocol
  readonly #options: ConnectionOptions
  readonly #listener: ConnectionListener
  readonly #link: Link
  readonly #opened: Promise<void>
  #resolveOpened!: () => void
  #rejectOpened!: (error: Error) => void
  /** What waits until what was sent before has left. */
  readonly #queue: (() => void)[] = []
  readonly #closed: Promise<void>
  #resolveClosed!: () => void
  #error: ConnectionLostError | null = null
  /** Why we have ended it ourselves. */
  #cause: Error | null = null
  #lastHeardMs = Date.now()
  #heartbeat: ReturnType<typeof setInterval> | null = null

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options
    this.#listener = listener
    this.#opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve
      this.#rejectOpened = reject
    })
    this.#opened.catch(() => {})
    this.#closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    const { target, ca, identity, open, defaultRoom } = options
    this.protocol = target.entry.speak({
      defaultRoom,
      send: (data) => this.#link.send(data),
      event: (event) => listener.event(event),
      broken: (words) => this.destroy(new Error(`the relay sent ${words}`)),
    })
    const linkTarget: LinkTarget = { url: target.url, dialect: target.dialect, ca, identity }
    try {
      this.#link = open(linkTarget, this)
    } catch (error) {
      // A certificate that is none, a page that may not: told like whatever else keeps it from being opened.
      this.#link = NO_LINK
      queueMicrotask(() => this.closed(error as Error))
    }
  }

  /**
   * Resolves when the name is ours.
   * @throws ConnectionLostError, NameTakenError, DeniedError, RefusedError, what the source of the password throws, or the signal's
   *   reason; the connection is over then
   */
  async logIn(name: string, signal: AbortSignal | undefined): Promise<void> {
    const { connectTimeoutMs } = this.#options
    try {
      const late = () => this.destroy(new Error(`no connection within ${connectTimeoutMs} ms`))
      await orAborted(withDeadline(this.#opened, connectTimeoutMs, late), signal)
      const { password } = this.#options
      const shown = typeof password === 'function' ? await orAborted(this.#got(password), signal) : password
      await orAborted(
        this.ask((protocol) => protocol.login(name, shown)),
        signal,
      )
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
    this.#listen()
  }

  /** Whoever gets it has as long as a relay has to answer. */
  #got(password: Exclude<PasswordSource, string>): Promise<string> {
    const { answerTimeoutMs } = this.#options
    const late = () => this.destroy(new Error(`no password within ${answerTimeoutMs} ms`))
    return withDeadline(Promise.resolve().then(password), answerTimeoutMs, late)
  }

  /**
   * Asks something once what was sent before has left.
   * @throws what the protocol says; ConnectionLostError when the connection ends meanwhile, which it does when the answer takes too long
   */
  ask<T>(question: (protocol: Protocol) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#error !== null) return Promise.reject(this.#error)
    if (this.#queue.length === 0 && !this.#link.isFull) return this.#askNow(question)
    return new Promise((resolve, reject) => {
      this.#queue.push(() => {
        if (this.#error !== null) reject(this.#error)
        // Given up while it waited: nothing has been sent, and nothing is.
        else if (signal?.aborted === true) reject(signal.reason)
        else this.#askNow(question).then(resolve, reject)
      })
    })
  }

  /** Why it is over; `null` while it is not. */
  get error(): ConnectionLostError | null {
    return this.#error
  }

  /** Says good-bye, and resolves when the connection is over. */
  async leave(): Promise<void> {
    if (this.#error !== null) return
    this.#stopListening()
    this.protocol.quit()
    this.#link.end(LEAVE_GRACE_MS)
    const late = () => this.destroy(new Error('the relay did not close the connection'))
    await withDeadline(this.#closed, LEAVE_LIMIT_MS, late)
  }

  destroy(cause: Error): void {
    if (this.#error !== null) return
    this.#cause ??= cause
    this.#link.destroy(cause)
  }

  // What the link tells.

  opened(): void {
    this.#resolveOpened()
  }

  data(bytes: Uint8Array): void {
    this.#lastHeardMs = Date.now()
    // After the end was decided nobody is interested in the rest.
    if (this.#cause !== null) return
    try {
      this.protocol.decode(bytes)
    } catch (error) {
      // What a relay sends is to cost nobody more than the connection, whatever we have overlooked.
      this.destroy(error as Error)
    }
  }

  drained(): void {
    while (this.#queue.length > 0 && !this.#link.isFull) this.#queue.shift()?.()
  }

  closed(cause: Error | null): void {
    this.#stopListening()
    const why = this.#cause ?? cause
    const error = new ConnectionLostError(this.#words(why), { cause: why ?? undefined })
    this.#error = error
    this.#rejectOpened(error)
    this.protocol.ended(error)
    for (const waiting of this.#queue.splice(0)) waiting()
    this.#resolveClosed()
    this.#listener.closed(error)
  }

  #askNow<T>(question: (protocol: Protocol) => Promise<T>): Promise<T> {
    const { answerTimeoutMs } = this.#options
    const late = () => this.destroy(new Error(`no answer within ${answerTimeoutMs} ms`))
    return withDeadline(question(this.protocol), answerTimeoutMs, late)
  }

  /** A relay that is silent for long is asked whether it is still there. */
  #listen(): void {
    const { heartbeatMs } = this.#options
    this.#heartbeat = setInterval(() => {
      if (Date.now() - this.#lastHeardMs < heartbeatMs) return
      this.ask((protocol) => protocol.ping()).catch(() => {})
    }, heartbeatMs)
  }

  #stopListening(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat)
    this.#heartbeat = null
  }

  #words(cause: Error | null): string {
    const { lastWords } = this.protocol
    const said = lastWords === '' ? '' : `; the relay said ${JSON.stringify(lastWords)}`
    return `lost ${this.#options.target.url.host}: ${cause?.message ?? 'the relay closed the connection'}${said}`
  }
}
