/**
 * A client of the chatmaster protocol: one connection and its packages in both directions, plain or compressed. Owns
 * no terminal, no memory of what was said and no policy; what comes back is an event, because the protocol does not
 * say which request an error belongs to.
 */

import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { deflateSync } from 'node:zlib'
import type { Address } from '../address.js'
import { openConnection } from '../open-connection.js'
import { destroyWhenQuiet } from '../quiet-socket.js'
import { PackageDecoder } from './package-decoder.js'
import { type Received, readPackage } from './received.js'

export interface ChatmasterClientOptions extends Address {
  /** Whether what is sent is compressed (X12); the relay answers in kind. */
  readonly compressed: boolean
  /** How long the relay may take to accept the connection. */
  readonly connectTimeoutMs?: number
}

export interface ChatmasterClientEvents {
  received: [received: Received]
  /** What was sent has left, after `isBehind` was true. */
  drain: []
  /** The connection has ended, once and last of all events. `cause` is null where the relay closed it in good order. */
  close: [cause: Error | null]
}

/** What a relay takes of one package, before it is compressed. */
const MAX_PACKAGE_BYTES = 64 * 1024

export class ChatmasterClient extends EventEmitter<ChatmasterClientEvents> {
  readonly #options: ChatmasterClientOptions
  #socket: Socket | null = null
  #cause: Error | null = null
  #wasConnected = false

  /** Attach listeners before `connect`: the relay speaks first (X1). */
  constructor(options: ChatmasterClientOptions) {
    super()
    this.#options = options
  }

  /** Whether the relay has ever accepted the connection. */
  get wasConnected(): boolean {
    return this.#wasConnected
  }

  /** Connects, once in the life of a client. How it ends, also before it has begun, is told by `close`. */
  connect(): void {
    const { socket, opened } = openConnection(this.#options, this.#options.connectTimeoutMs)
    this.#socket = socket
    const decoder = new PackageDecoder({
      package: (value) => {
        const received = readPackage(value)
        // After the end of the stream was decided nobody is interested in the rest of the chunk.
        if (socket.destroyed) return
        if (received === null) socket.destroy(new Error('the relay sent what is no package'))
        else this.emit('received', received)
      },
      broken: (words) => socket.destroy(new Error(`the relay sent ${words}`)),
    })
    const connected = () => {
      this.#wasConnected = true
    }
    // Otherwise `close` says so.
    opened.then(connected, () => {})
    socket.on('data', (chunk: Buffer) => decoder.decode(chunk))
    socket.on('drain', () => this.emit('drain'))
    socket.on('error', (error) => {
      this.#cause = error
    })
    socket.on('close', () => this.emit('close', this.#cause))
  }

  /** Whether what was sent piles up: wait for `drain` before sending more. */
  get isBehind(): boolean {
    return this.#socket?.writableNeedDrain === true
  }

  /** Takes nothing from the network until `resume`, for a caller that cannot keep up. */
  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  /** Asks for a name (X2): `accepted` or `rejected` comes back. */
  login(name: string): boolean {
    return this.#command('login', this.#named(name))
  }

  /**
   * Says something to everyone in the channel (X4).
   *
   * @param name the own name, which the protocol wants to have said; the relay uses the one that it knows
   * @returns `false`, as all that send do, when the text does not fit a package: nothing was sent
   */
  say(text: string, name: string): boolean {
    return this.#send({ type: 'message', data: { message: text, username: name } })
  }

  /** Says something to one person, wherever they are (X14). */
  direct(name: string, text: string): boolean {
    return this.#command('direct', { username: name, message: text })
  }

  rename(name: string): boolean {
    return this.#command('rename', this.#named(name))
  }

  join(channel: string): boolean {
    return this.#command('join', { channel })
  }

  /** One of the commands without parameters (X5, X15). */
  command(command: 'leave' | 'private' | 'public' | 'channels' | 'members'): boolean {
    return this.#command(command, null)
  }

  /**
   * Ends our side once everything sent has left, and waits until the relay has ended its own: what it answers until then
   * still comes. A relay that does not is left after `graceMs` in which nothing moved.
   *
   * @returns whether everything sent before has been handed to the network
   */
  async leave(graceMs: number): Promise<boolean> {
    const socket = this.#socket
    if (socket === null || socket.destroyed) return false
    if (!this.#wasConnected) {
      this.close()
      return false
    }
    let handedOver = false
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.once('finish', () => {
      handedOver = true
    })
    socket.end()
    destroyWhenQuiet(socket, graceMs)
    await closed
    return handedOver
  }

  /** Ends the connection at once. */
  close(): void {
    this.#socket?.destroy()
  }

  #named(username: string): Record<string, string> {
    const { password } = this.#options
    return password === undefined ? { username } : { username, password }
  }

  #command(command: string, parameters: Record<string, string> | null): boolean {
    return this.#send({ type: 'command', data: { command, parameters } })
  }

  #send(value: object): boolean {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
    if (bytes.length > MAX_PACKAGE_BYTES) return false
    // Without a connection its end is about to be told.
    this.#socket?.write(this.#options.compressed ? deflateSync(bytes) : bytes)
    return true
  }
}
