/**
 * One end of a connection as plain bytes: writes them as told, and waits for what must come or must not. They are those
 * of TCP or TLS, unless something carries them in messages of its own.
 */

import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { CheckFailure } from './failure.js'
import { shownBytes } from './shown-bytes.js'

export interface RawPeerOptions {
  /** How long to wait for what must come, where the call does not say: `FOREVER_MS` for as long as it takes. */
  readonly timeoutMs: number
  /** How long nothing must come for it to count as nothing. */
  readonly quietMs: number
}

/** What stands between a peer's bytes and those of its socket, such as WebSocket. It does no I/O. */
export interface Carrier {
  /** @returns what goes out for these bytes @throws NotApplicable when there is no way to send them */
  wrap(bytes: Buffer): Buffer
  /** @returns what goes out before the end of this side */
  farewell(): Buffer
  /**
   * @param reply sends bytes as they are
   * @returns what has become whole with this chunk of the socket's
   * @throws CheckFailure when the other side must not send that
   */
  unwrap(chunk: Buffer, reply: (bytes: Buffer) => void): Buffer[]
  /** The other side has ended. @throws CheckFailure when it must not do that yet */
  ended(): void
}

/** The longest that a timer of Node's can run: 24 days. */
export const FOREVER_MS = 2 ** 31 - 1

export class RawPeer {
  readonly socket: Socket
  readonly options: RawPeerOptions
  /** Sees each piece as it comes, before it is taken: a chunk, or what is carried in one message. */
  onPiece: ((piece: Buffer) => void) | null = null
  readonly #below: Socket
  #received = Buffer.alloc(0)
  #ended = false
  #discards = false
  #carrier: Carrier | null = null
  /** What the other side did that it must not, whatever this is about. */
  #fault: CheckFailure | null = null
  #wake: (() => void) | null = null

  /** @param below that of TCP, where `socket` is one of TLS upon it */
  constructor(socket: Socket, options: RawPeerOptions, below = socket) {
    this.socket = socket
    this.#below = below
    this.options = options
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      this.#arrived(chunk)
      this.#wake?.()
    })
    const over = () => {
      this.#ended = true
      this.#wake?.()
    }
    socket.on('end', () => {
      this.#judge(() => this.#carrier?.ended())
      // A server of WebSocket ends first (RFC 6455, 7.1.1), and then it is this side's turn.
      if (this.#carrier !== null) socket.end()
      over()
    })
    socket.on('close', over)
    // A reset ends a connection like anything else; the close says so.
    socket.on('error', () => {})
    below.on('error', (error) => {
      if (below !== socket) socket.destroy(error)
    })
  }

  /** @throws CheckFailure when nobody accepts; its cause is the system's error */
  static async open(host: string, port: number, options: RawPeerOptions, tls = false): Promise<RawPeer> {
    const below = connect({ host, port, allowHalfOpen: true })
    // It is tried, not trusted: whoever writes a server has a certificate of their own making.
    const socket = tls ? connectTls({ socket: below, rejectUnauthorized: false }) : below
    const peer = new RawPeer(socket, options, below)
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), options.timeoutMs)
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer)
        resolve()
      })
      socket.once('error', (error) => {
        clearTimeout(timer)
        reject(new CheckFailure(`a connection to ${host}:${port}`, error.message, { cause: error }))
      })
    })
    return peer
  }

  /** What has come and was not taken yet. */
  get received(): Buffer {
    return this.#received
  }

  /** Whether the other side has ended, and nothing more can come. */
  get ended(): boolean {
    return this.#ended
  }

  /** What the other side has done that it must not, as far as what carries the bytes can tell. */
  get fault(): CheckFailure | null {
    return this.#fault
  }

  /** Whether something carries its bytes. */
  get isCarried(): boolean {
    return this.#carrier !== null
  }

  /** From now on its bytes are carried; what has come and was not taken yet is the first of that. */
  carry(carrier: Carrier): void {
    this.#carrier = carrier
    const rest = this.#received
    this.#received = Buffer.alloc(0)
    this.#arrived(rest)
  }

  /** Keeps nothing from now on. What came is forgotten. */
  discard(): void {
    this.#discards = true
    this.#received = Buffer.alloc(0)
  }

  /** @returns false when the other side takes it slower than it is written: the socket's `drain` says when to go on */
  write(bytes: Uint8Array | string): boolean {
    const carrier = this.#carrier
    return this.socket.write(carrier === null ? bytes : carrier.wrap(Buffer.from(bytes as string)))
  }

  /** Ends this side only: with a farewell where it is carried, which the other side ends the connection upon. */
  end(): void {
    if (this.#carrier === null) this.socket.end()
    else if (this.socket.writable) this.socket.write(this.#carrier.farewell())
  }

  close(): void {
    this.socket.destroy()
  }

  /** Ends the connection with a reset. */
  reset(): void {
    this.#below.resetAndDestroy()
    this.socket.destroy()
  }

  /** Takes `bytes` bytes. @throws CheckFailure when they do not come */
  async take(bytes: number, expected = `${bytes} bytes`, withinMs?: number): Promise<Buffer> {
    await this.until(() => this.#received.length >= bytes, expected, withinMs)
    return this.#shift(bytes)
  }

  /** Takes what `cut` finds at the beginning: it says how long it is, or 0 as long as it is not all there. */
  async takeUnit(cut: (received: Buffer) => number, expected: string, withinMs?: number): Promise<Buffer> {
    let bytes = 0
    await this.until(
      () => {
        bytes = cut(this.#received)
        return bytes > 0
      },
      expected,
      withinMs,
    )
    return this.#shift(bytes)
  }

  /** @throws CheckFailure when something comes within the time that counts as nothing */
  async nothing(expected = 'nothing'): Promise<void> {
    await this.#wait(() => this.#received.length > 0, this.options.quietMs)
    this.#rejectFault()
    if (this.#received.length > 0) throw new CheckFailure(expected, shownBytes(this.#received))
  }

  /** @throws CheckFailure when the other side does not end; what comes before that is dropped */
  async closed(expected = 'the connection to be closed', withinMs = this.options.timeoutMs): Promise<void> {
    await this.#wait(() => this.#ended, withinMs)
    this.#rejectFault()
    if (!this.#ended) throw new CheckFailure(expected, 'it is still open')
  }

  /** Waits until `there` says so. @throws CheckFailure with what came instead, when it does not in time */
  async until(there: () => boolean, expected: string, withinMs = this.options.timeoutMs): Promise<void> {
    await this.#wait(() => there() || this.#ended, withinMs)
    if (there()) return
    this.#rejectFault()
    const what = this.#received.length === 0 ? 'nothing' : shownBytes(this.#received)
    throw new CheckFailure(expected, this.#ended ? `${what}, and the end of the connection` : what)
  }

  #arrived(chunk: Buffer): void {
    const carrier = this.#carrier
    if (carrier === null) {
      this.#keep(chunk)
      return
    }
    const reply = (bytes: Buffer) => {
      if (this.socket.writable) this.socket.write(bytes)
    }
    this.#judge(() => {
      for (const piece of carrier.unwrap(chunk, reply)) this.#keep(piece)
    })
  }

  #keep(piece: Buffer): void {
    this.onPiece?.(piece)
    if (!this.#discards) this.#received = Buffer.concat([this.#received, piece])
  }

  /** Nothing that comes after a fault is looked at. */
  #judge(look: () => void): void {
    if (this.#fault !== null) return
    try {
      look()
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error
      this.#fault = error
    }
  }

  #rejectFault(): void {
    if (this.#fault !== null) throw this.#fault
  }

  #shift(bytes: number): Buffer {
    const taken = this.#received.subarray(0, bytes)
    this.#received = this.#received.subarray(bytes)
    return taken
  }

  async #wait(enough: () => boolean, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs
    while (!enough() && this.#fault === null) {
      const left = end - performance.now()
      if (left <= 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, FOREVER_MS))
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#wake = null
    }
  }
}
