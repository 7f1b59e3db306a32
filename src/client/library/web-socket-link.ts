/** A link over a WebSocket, of whatever makes them: a browser, or the library that Node has for it. */

import { HIGH_WATER_BYTES, type Link, type LinkListener, type LinkTarget } from './link.js'

/** What is used of a WebSocket, in the words that browsers and libraries share. */
export interface SocketLike {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  /** Ends it without waiting for the other side, where that can be done. */
  terminate?(): void
  addEventListener(type: string, listener: (event: SocketEvent) => void): void
  removeEventListener(type: string, listener: (event: SocketEvent) => void): void
}

interface SocketEvent {
  readonly data?: unknown
  readonly code?: number
  readonly reason?: string
  readonly error?: unknown
}

export type MakeSocket = (target: LinkTarget) => SocketLike

const OPEN = 1
const NORMAL = 1000
/** A WebSocket does not say when what was sent has left. */
const LOOK_MS = 10
const ENCODER = new TextEncoder()

export class WebSocketLink implements Link {
  readonly #listener: LinkListener
  readonly #socket: SocketLike
  #cause: Error | null = null
  #looking: ReturnType<typeof setTimeout> | null = null
  #grace: ReturnType<typeof setTimeout> | null = null
  #isClosed = false

  constructor(target: LinkTarget, makeSocket: MakeSocket, listener: LinkListener) {
    this.#listener = listener
    this.#socket = makeSocket(target)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.addEventListener('open', this.#opened)
    this.#socket.addEventListener('message', this.#message)
    this.#socket.addEventListener('error', this.#failed)
    this.#socket.addEventListener('close', this.#closed)
  }

  get isFull(): boolean {
    const isFull = this.#socket.bufferedAmount > HIGH_WATER_BYTES
    if (isFull) this.#look()
    return isFull
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(data)
  }

  end(graceMs: number): void {
    this.#socket.close(NORMAL)
    this.#grace ??= setTimeout(() => {
      this.#socket.terminate?.()
      this.#over(this.#cause)
    }, graceMs)
  }

  destroy(cause: Error): void {
    this.#cause ??= cause
    // A peer that is gone answers no close, and nobody is to wait for it.
    if (this.#socket.terminate === undefined) this.#socket.close(NORMAL)
    else this.#socket.terminate()
    queueMicrotask(() => this.#over(cause))
  }

  #look(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = null
      if (this.#isClosed) return
      if (!this.isFull) this.#listener.drained()
    }, LOOK_MS)
  }

  readonly #opened = () => {
    this.#listener.opened()
  }

  readonly #message = ({ data }: SocketEvent) => {
    if (typeof data === 'string') this.#listener.data(ENCODER.encode(data))
    else if (data instanceof ArrayBuffer) this.#listener.data(new Uint8Array(data))
  }

  readonly #failed = ({ error }: SocketEvent) => {
    this.#cause ??= error instanceof Error ? error : new Error('the WebSocket could not be opened, or failed')
  }

  readonly #closed = ({ code = 0, reason = '' }: SocketEvent) => {
    const isGood = code === NORMAL
    this.#over(
      this.#cause ?? (isGood ? null : new Error(`closed with ${code}${reason === '' ? '' : `: ${reason}`}`)),
    )
  }

  #over(cause: Error | null): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#looking !== null) clearTimeout(this.#looking)
    if (this.#grace !== null) clearTimeout(this.#grace)
    this.#socket.removeEventListener('open', this.#opened)
    this.#socket.removeEventListener('message', this.#message)
    this.#socket.removeEventListener('close', this.#closed)
    // `error` is kept: one that nobody listens for would end a Node process.
    this.#listener.closed(cause)
  }
}
