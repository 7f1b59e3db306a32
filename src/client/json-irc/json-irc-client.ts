/**
 * A client of the json-irc protocol: one connection and its objects in both directions. Owns no terminal and no
 * policy: it neither reconnects, nor knows which rooms it is in, nor changes a text.
 */

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { type BrokenStream, JsonObjectDecoder } from '../../relay/streams/json-objects.js'
import { decodeUtf8 } from '../../relay/streams/utf8.js'
import type { Address } from '../address.js'
import { openConnection } from '../open-connection.js'
import { destroyWhenQuiet } from '../quiet-socket.js'
import { type Fields, readFields } from './fields.js'

/** Texts come as they were on the wire: make them harmless with `visible` before a terminal sees them. */
export interface JsonIrcClientEvents {
  object: [fields: Fields]
  /** After `send` returned `'full'`: what was sent has left. */
  drain: []
  /** A connection that had been made has ended, once and last of all. `cause` is null where it ended in good order. */
  close: [cause: Error | null]
}

/** Of an object that a relay takes; it ends the connection for a longer one. */
const MAX_OBJECT_BYTES = 64 * 1024
/** Other relays may send longer lists in one object than ours does. */
const LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8 }

export class JsonIrcClient extends EventEmitter<JsonIrcClientEvents> {
  readonly #address: Address
  readonly #decoder = new JsonObjectDecoder(
    {
      object: (bytes, start, end) => this.#object(bytes, start, end),
      broken: (why) => this.#broken(why),
    },
    LIMITS,
  )
  #socket: Socket | null = null
  #connected = false
  #cause: Error | null = null

  constructor(address: Address) {
    super()
    this.#address = address
  }

  /** Connects, once in the life of a client. @throws as `Opening.opened` does */
  async connect(): Promise<void> {
    const { socket, opened } = openConnection(this.#address)
    this.#socket = socket
    socket.on('error', (error) => {
      this.#cause ??= error
    })
    socket.on('data', (chunk: Buffer) => this.#decoder.decode(chunk))
    socket.on('drain', () => this.emit('drain'))
    socket.on('close', () => {
      if (this.#connected) this.emit('close', this.#cause)
    })
    await opened
    this.#connected = true
  }

  /**
   * Sends one object; without a connection nothing, its end is told.
   * @returns `'full'` when what was sent piles up, and `'too-long'` when a relay would not take it: nothing was sent
   */
  send({ command, nickname, room, message }: Fields): 'sent' | 'full' | 'too-long' {
    const object = JSON.stringify({ command, nickname, room, message })
    if (Buffer.byteLength(object) > MAX_OBJECT_BYTES) return 'too-long'
    if (this.#socket === null || !this.#socket.writable) return 'sent'
    return this.#socket.write(`${object}\n`) ? 'sent' : 'full'
  }

  /**
   * Asks the relay to close, with everything sent before. A relay that does not is left after `graceMs` in which
   * nothing moved.
   * @returns whether everything sent before has been handed to the network
   */
  async leave(nickname: string, graceMs: number): Promise<boolean> {
    const socket = this.#socket
    if (socket === null || socket.destroyed) return false
    if (!this.#connected) {
      socket.destroy()
      return false
    }
    let handedOver = false
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(`${JSON.stringify({ command: '/close', nickname, room: '', message: '' })}\n`, (error) => {
      handedOver = error == null
    })
    destroyWhenQuiet(socket, graceMs)
    await closed
    return handedOver
  }

  /** Ends the connection at once. */
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

  #object(bytes: Uint8Array, start: number, end: number): boolean {
    const fields = readFields(decodeUtf8(bytes, start, end))
    if (fields === null) this.#broken('not-an-object')
    else this.emit('object', fields)
    return fields !== null
  }

  #broken(why: BrokenStream): void {
    this.#socket?.destroy(new Error(`what comes from there is not json-irc (${why})`))
  }
}
