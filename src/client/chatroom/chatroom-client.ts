/**
 * A client of the chatroom protocol: one connection, requests that are answered in order, and what comes besides.
 * Owns no terminal and no policy.
 */

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Address } from '../address.js'
import { openConnection } from '../open-connection.js'
import { AnsweredLines } from './answered-lines.js'
import type { Push } from './received-push.js'

export interface ChatroomClientEvents {
  push: [push: Push]
  /** What was sent has left: more may be. */
  drain: []
  /** A connection that had been made has ended. `cause` is null where the relay closed it in good order. */
  close: [cause: Error | null]
}

export class ChatroomClient extends EventEmitter<ChatroomClientEvents> {
  readonly #address: Address
  readonly #lines = new AnsweredLines({
    push: (push) => this.emit('push', push),
    broken: (words) => this.#socket?.destroy(new Error(`the relay sent ${words}`)),
  })
  #socket: Socket | null = null
  #cause: Error | null = null

  constructor(address: Address) {
    super()
    this.#address = address
  }

  /** See `AnsweredLines.lastError`. */
  get lastError(): string {
    return this.#lines.lastError
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
    this.#lines.asked(answered)
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
}
