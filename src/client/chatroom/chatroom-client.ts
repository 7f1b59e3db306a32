/**
 * A client of the chatroom protocol: one connection, requests that are answered in order, and what comes besides.
 * Owns no terminal and no policy.
 */

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { LineDecoder } from '../../relay/streams/lines.js'
import { decodeUtf8 } from '../../relay/streams/utf8.js'
import type { Address } from '../address.js'
import { openConnection } from '../open-connection.js'
import { type Push, readPush } from './received-push.js'

export interface ChatroomClientEvents {
  push: [push: Push]
  /** What was sent has left: more may be. */
  drain: []
  /** A connection that had been made has ended. `cause` is null where the relay closed it in good order. */
  close: [cause: Error | null]
}

const ERROR_LINE = /^[45]\d\d /
/** A relay ends the connection for a request line that is longer than this, its end not counted. */
export const MAX_REQUEST_BYTES = 8 * 1024
/** A board of everybody in a large room is one line. */
const MAX_LINE_BYTES = 4 * 1024 * 1024

const BARE_BOARD = '200 BOARD '

export class ChatroomClient extends EventEmitter<ChatroomClientEvents> {
  readonly #address: Address
  readonly #lines = new LineDecoder(
    {
      line: (bytes, start, end) => this.#line(decodeUtf8(bytes, start, end)),
      tooLong: () => this.#socket?.destroy(new Error('the relay sent a line that is too long')),
    },
    MAX_LINE_BYTES,
  )
  #socket: Socket | null = null
  #cause: Error | null = null
  #unanswered: ((status: string) => void)[] = []
  #lastError = ''

  constructor(address: Address) {
    super()
    this.#address = address
  }

  /** The last line that came, where that was the status line of an error; the dialect has no other word for why a relay closes. */
  get lastError(): string {
    return this.#lastError
  }

  /** Resolves when the relay has accepted the connection. Once in the life of a client. */
  async connect(): Promise<void> {
    const { socket, opened } = openConnection(this.#address)
    this.#socket = socket
    socket.on('error', (error) => {
      this.#cause = error
    })
    await opened
    socket.on('close', () => this.emit('close', this.#cause))
    socket.on('data', (chunk: Buffer) => this.#lines.decode(chunk))
    socket.on('drain', () => this.emit('drain'))
  }

  /**
   * Sends one request, of `MAX_REQUEST_BYTES` at most; it must have no line end in it.
   * @param answered gets its status line
   * @returns `false` when requests pile up: wait for `drain`
   */
  request(line: string, answered: (status: string) => void): boolean {
    // Without a connection its end is about to be told.
    if (this.#socket === null || !this.#socket.writable) return true
    this.#unanswered.push(answered)
    return this.#socket.write(`${line}\n`)
  }

  /** Takes nothing from the network until `resume`, for a caller that cannot keep up. */
  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  /** Leaves (C3); `close` follows, by force where nothing moves for `graceMs`. */
  leave(graceMs: number): void {
    const socket = this.#socket
    socket?.setTimeout(graceMs, () => socket.destroy())
    this.request('LEAVE', () => {})
  }

  /** Ends the connection at once. */
  close(): void {
    this.#socket?.destroy()
  }

  /** A status line answers the oldest request; what is neither that nor a push is passed over. */
  #line(line: string | null): boolean {
    if (line === null) return true
    this.#lastError = ERROR_LINE.test(line) ? line : ''
    // C15: a relay with `push=bare` has the board in its answer.
    const board = line.startsWith(BARE_BOARD) ? readPush(`USERBOARD ${line.slice(BARE_BOARD.length)}`) : null
    if (board !== null) {
      this.#unanswered.shift()?.('200 OK')
      this.emit('push', board)
    } else if (/^\d/.test(line)) this.#unanswered.shift()?.(line)
    else {
      const push = readPush(line)
      if (push !== null) this.emit('push', push)
    }
    return true
  }
}
