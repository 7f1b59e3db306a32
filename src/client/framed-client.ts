/**
 * A client of the framed protocol: one connection, its frames in both directions, and the answers to what it
 * asked. Owns no terminal and no policy: it neither reconnects nor changes a text.
 */

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { COMMAND } from '../relay/dialects/framed/commands.js'
import { FrameDecoder } from '../relay/frame/decoder.js'
import type { Address } from './address.js'
import { Answer } from './answer.js'
import { encodeFrame, isAscii } from './encode-frame.js'
import { FramedClientError } from './framed-client-error.js'
import type { FramedClientEvents } from './framed-client-events.js'
import { type JoinAnswer, joinAnswer } from './join-answer.js'
import { openConnection } from './open-connection.js'
import { destroyWhenQuiet } from './quiet-socket.js'

export interface FramedClientOptions extends Address {
  /** How long the relay may take to accept the connection. */
  readonly connectTimeoutMs?: number
  /** How long the relay may take to answer a JOIN or a LIST. */
  readonly answerTimeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 10_000
const LEAVE_GRACE_MS = 5_000
/** The longest payload that a relay takes before JOIN (F15): a longer one would end the connection. */
const MAX_BYTES_BEFORE_JOIN = 1024

export class FramedClient extends EventEmitter<FramedClientEvents> {
  readonly #options: FramedClientOptions
  readonly #decoder = new FrameDecoder({
    frame: (command, bytes, start, end) => this.#frame(command, bytes.subarray(start, end)),
    // No length that two bytes can announce is more than the decoder takes.
    oversize: () => {},
  })
  #socket: Socket | null = null
  #connected = false
  #name: string | null = null
  #cause: Error | null = null
  #joining: { readonly name: string; readonly answer: Answer<JoinAnswer> } | null = null
  #lists: Answer<string[]>[] = []
  #listed = ''

  /** Attach listeners before `connect`: the relay may greet at once (F1). */
  constructor(options: FramedClientOptions) {
    super()
    this.#options = options
  }

  /** The name that the relay accepted, or null. */
  get name(): string | null {
    return this.#name
  }

  /**
   * Connects, once in the life of a client.
   *
   * @throws FramedClientError `connect-timeout`; `closed` when `close` was called meanwhile; `busy` the second
   *   time. What the system or TLS reports (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …) is thrown as it is.
   */
  async connect(): Promise<void> {
    if (this.#socket !== null) throw new FramedClientError('busy', 'a client connects once')
    const { socket, opened } = openConnection(this.#options, this.#options.connectTimeoutMs)
    this.#socket = socket
    socket.on('error', (error) => {
      this.#cause = error
    })
    socket.on('data', (chunk: Buffer) => this.#decoder.decode(chunk))
    socket.on('drain', () => this.emit('drain'))
    socket.on('close', () => this.#closed())
    try {
      await opened
    } catch (error) {
      throw ownError(error as NodeJS.ErrnoException)
    }
    this.#connected = true
  }

  /**
   * Asks for a name (F2). After `taken` and `invalid` the connection stays: ask again with another name. A
   * name that is not ASCII, or so long that the relay would end the connection (F15), is `invalid` unasked.
   *
   * @throws FramedClientError `closed`, `answer-timeout`, `bad-answer`; `busy` while another JOIN is under way
   *   or after one was accepted (F12)
   */
  async join(name: string): Promise<JoinAnswer> {
    if (this.#joining !== null) throw new FramedClientError('busy', 'a JOIN is under way')
    if (this.#name !== null) throw new FramedClientError('busy', `already joined as ${this.#name}`)
    const { password } = this.#options
    const asked = password === undefined ? name : `${name} ${password}`
    if (!isAscii(asked) || asked.length > MAX_BYTES_BEFORE_JOIN) return 'invalid'
    this.#send(COMMAND.JOIN, asked)
    const answer = new Answer<JoinAnswer>('JOIN', this.#answerTimeoutMs, () => {
      this.#joining = null
    })
    this.#joining = { name, answer }
    return answer.promise
  }

  /**
   * Says something to everyone in the room (F4). An empty text says nothing (F5).
   *
   * @returns `false` when what was sent piles up: wait for `drain` before saying more
   * @throws FramedClientError `not-joined`, `closed`, `not-ascii`, `too-long`. A text that only the relay finds
   *   too long or unclean (F6, F7) comes back as `refused`.
   */
  say(text: string): boolean {
    this.#requireJoined()
    return this.#send(COMMAND.MESSAGE, text)
  }

  /** Says something to one person (F9); somebody who is not there comes back as `refused`. As `say` otherwise. */
  direct(name: string, text: string): boolean {
    this.#requireJoined()
    return this.#send(COMMAND.DIRECT, `${name} ${text}`)
  }

  /** The names of all who are logged in on the relay (F8). @throws FramedClientError as `join` and `say` do */
  async list(): Promise<string[]> {
    this.#requireJoined()
    this.#send(COMMAND.LIST, '')
    const answer = new Answer<string[]>('LIST', this.#answerTimeoutMs, () => {
      this.#lists = this.#lists.filter((other) => other !== answer)
    })
    this.#lists.push(answer)
    return answer.promise
  }

  /**
   * Leaves (F10) and waits until the relay has closed the connection. What the relay sends until then comes as
   * events still. A relay that does not close is left after `graceMs` in which nothing moved.
   *
   * @returns whether everything sent before has been handed to the network
   */
  async leave(graceMs: number = LEAVE_GRACE_MS): Promise<boolean> {
    const socket = this.#socket
    if (socket === null || socket.destroyed) return false
    if (!this.#connected) {
      socket.destroy()
      return false
    }
    let handedOver = false
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(encodeFrame(COMMAND.LEAVE, ''), (error) => {
      handedOver = error == null
    })
    destroyWhenQuiet(socket, graceMs)
    await closed
    return handedOver
  }

  /** Ends the connection at once, without a LEAVE. */
  close(): void {
    this.#socket?.destroy()
  }

  /** Takes nothing from the network until `resume`, for a caller that cannot keep up. */
  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  get #answerTimeoutMs(): number {
    return this.#options.answerTimeoutMs ?? DEFAULT_TIMEOUT_MS
  }

  #requireJoined(): void {
    if (this.#name === null) throw new FramedClientError('not-joined', 'no JOIN was accepted yet')
  }

  #send(command: number, text: string): boolean {
    const socket = this.#socket
    if (socket === null || !socket.writable) throw new FramedClientError('closed', 'there is no connection')
    return socket.write(encodeFrame(command, text))
  }

  #frame(command: number, payload: Uint8Array): boolean {
    // ASCII on our relays; foreign ones may send more, and UTF-8 is what they send.
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8')
    if (command === COMMAND.MESSAGE) this.emit('line', text)
    else if (command === COMMAND.DIRECT) this.emit('direct', text)
    else if (command === COMMAND.ERROR) this.emit('refused', text)
    else if (command === COMMAND.LEAVE) this.emit('goodbye', text)
    else if (command === COMMAND.JOIN) this.#answerJoin(payload[0])
    else if (command === COMMAND.LIST) this.#answerList(text)
    return true
  }

  #answerJoin(status: number | undefined): void {
    const joining = this.#joining
    if (joining === null) return
    this.#joining = null
    const answer = joinAnswer(status)
    if (answer === null) {
      joining.answer.reject(new FramedClientError('bad-answer', `JOIN was answered with ${status}`))
      return
    }
    // Set here and not by whoever awaits the answer: a line in the same chunk may be answered at once.
    if (answer === 'accepted') this.#name = joining.name
    joining.answer.resolve(answer)
    if (answer === 'accepted') this.emit('accepted', joining.name)
  }

  #answerList(names: string): void {
    if (this.#lists.length === 0) return
    this.#listed += names
    if (names.endsWith(' ')) return
    this.#lists.shift()?.resolve(this.#listed.split(' ').filter((name) => name !== ''))
    this.#listed = ''
  }

  #closed(): void {
    const error = new FramedClientError('closed', 'the connection ended', { cause: this.#cause })
    this.#joining?.answer.reject(error)
    this.#joining = null
    for (const list of this.#lists) list.reject(error)
    this.#lists = []
    if (this.#connected) this.emit('close', this.#cause)
  }
}

/** What the caller of `connect` can handle, in the words of this client. */
function ownError(error: NodeJS.ErrnoException): Error {
  if (error.code === 'ETIMEDOUT') return new FramedClientError('connect-timeout', error.message)
  return error.code === 'ECONNABORTED' ? new FramedClientError('closed', error.message) : error
}
