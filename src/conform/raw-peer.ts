/** One end of a TCP connection as plain bytes: writes them as told, and waits for what must come or must not. */

import { connect, type Socket } from 'node:net'
import { CheckFailure } from './failure.js'
import { shownBytes } from './shown-bytes.js'

export interface RawPeerOptions {
  /** How long to wait for what must come, where the call does not say: `FOREVER_MS` for as long as it takes. */
  readonly timeoutMs: number
  /** How long nothing must come for it to count as nothing. */
  readonly quietMs: number
}

/** The longest that a timer of Node's can run: 24 days. */
export const FOREVER_MS = 2 ** 31 - 1

export class RawPeer {
  readonly socket: Socket
  readonly options: RawPeerOptions
  #received = Buffer.alloc(0)
  #ended = false
  #wake: (() => void) | null = null

  constructor(socket: Socket, options: RawPeerOptions) {
    this.socket = socket
    this.options = options
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake?.()
    })
    const over = () => {
      this.#ended = true
      this.#wake?.()
    }
    socket.on('end', over)
    socket.on('close', over)
    // A reset ends a connection like anything else; the close says so.
    socket.on('error', () => {})
  }

  /** @throws CheckFailure when nobody accepts; its cause is the system's error */
  static async open(host: string, port: number, options: RawPeerOptions): Promise<RawPeer> {
    const socket = connect({ host, port, allowHalfOpen: true })
    const peer = new RawPeer(socket, options)
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), options.timeoutMs)
      socket.once('connect', () => {
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

  /** Keeps nothing from now on. What came is forgotten. */
  discard(): void {
    this.socket.removeAllListeners('data')
    this.socket.resume()
    this.#received = Buffer.alloc(0)
  }

  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes)
  }

  /** Ends this side only. */
  end(): void {
    this.socket.end()
  }

  close(): void {
    this.socket.destroy()
  }

  /** Ends the connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy()
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
    if (this.#received.length > 0) throw new CheckFailure(expected, shownBytes(this.#received))
  }

  /** @throws CheckFailure when the other side does not end; what comes before that is dropped */
  async closed(expected = 'the connection to be closed', withinMs = this.options.timeoutMs): Promise<void> {
    await this.#wait(() => this.#ended, withinMs)
    if (!this.#ended) throw new CheckFailure(expected, 'it is still open')
  }

  /** Waits until `there` says so. @throws CheckFailure with what came instead, when it does not in time */
  async until(there: () => boolean, expected: string, withinMs = this.options.timeoutMs): Promise<void> {
    await this.#wait(() => there() || this.#ended, withinMs)
    if (there()) return
    const what = this.#received.length === 0 ? 'nothing' : shownBytes(this.#received)
    throw new CheckFailure(expected, this.#ended ? `${what}, and the end of the connection` : what)
  }

  #shift(bytes: number): Buffer {
    const taken = this.#received.subarray(0, bytes)
    this.#received = this.#received.subarray(bytes)
    return taken
  }

  async #wait(enough: () => boolean, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs
    while (!enough()) {
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
