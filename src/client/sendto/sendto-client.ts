/**
 * A client of the sendto protocol: one connection and its messages in both directions, and how many requests are not
 * answered yet. Owns no terminal and no policy.
 */

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { MessageDecoder } from '../../relay/dialects/sendto/decoder.js'
import { messageOf } from '../../relay/dialects/sendto/encoder.js'
import { TYPE } from '../../relay/dialects/sendto/layout.js'
import type { Address } from '../address.js'
import { openConnection } from '../open-connection.js'

export interface SendtoClientEvents {
  /** A request was answered with a status byte; `type` is that of the request, `undefined` where there was none. */
  response: [status: number, type: number | undefined]
  /** One piece of a list: names, one a line. The list goes on when it ends in a line feed (S3). */
  names: [text: string]
  /** Somebody said something to us. */
  message: [sender: string, text: string]
  /** Every request is answered. */
  answered: []
  /** What was sent has left: more may be. */
  drain: []
  /** A connection that had been made has ended. `cause` is null where the relay closed it in good order. */
  close: [cause: Error | null]
}

export class SendtoClient extends EventEmitter<SendtoClientEvents> {
  readonly #address: Address
  readonly #decoder = new MessageDecoder({
    wanted: (_type, nameBytes, textBytes) => nameBytes + textBytes,
    message: (type, nameBytes, bytes, start, end) => {
      this.#message(type, textOf(bytes, start, start + nameBytes), bytes, start + nameBytes, end)
      return true
    },
  })
  #socket: Socket | null = null
  #cause: Error | null = null
  /** The types of the requests that are not answered yet, oldest first. */
  readonly #unanswered: number[] = []

  constructor(address: Address) {
    super()
    this.#address = address
  }

  /** How many requests are not answered yet. */
  get unanswered(): number {
    return this.#unanswered.length
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
    socket.on('data', (chunk: Buffer) => this.#decoder.decode(chunk))
    socket.on('drain', () => this.emit('drain'))
  }

  /** Sends one request. Lengths must fit. @returns `false` when requests pile up: wait for `drain` */
  request(type: number, name = '', text = ''): boolean {
    // Without a connection its end is about to be told.
    if (this.#socket === null || !this.#socket.writable) return true
    this.#unanswered.push(type)
    return this.#socket.write(messageOf(type, name, text))
  }

  /** Takes nothing from the network until `resume`, for a caller that cannot keep up. */
  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  /** Ends our side; `close` follows, by force where nothing moves for `graceMs`. */
  end(graceMs: number): void {
    const socket = this.#socket
    socket?.setTimeout(graceMs, () => socket.destroy())
    socket?.end()
  }

  /** Ends the connection at once. */
  close(): void {
    this.#socket?.destroy()
  }

  #message(type: number, name: string, bytes: Uint8Array, start: number, end: number): void {
    if (type === TYPE.SENDTO) {
      this.emit('message', name, textOf(bytes, start, end))
      return
    }
    const isOneAwaited = this.unanswered > 0
    if (type === TYPE.RESPONSE) {
      this.emit('response', bytes[start] as number, this.#unanswered.shift())
    } else if (type === TYPE.LIST) {
      const names = textOf(bytes, start, end)
      this.emit('names', names)
      if (names.endsWith('\n')) return
      this.#unanswered.shift()
    } else {
      return
    }
    if (isOneAwaited && this.unanswered === 0) this.emit('answered')
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.utf8Slice.call(bytes, start, end)
}
