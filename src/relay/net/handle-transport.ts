/**
 * A transport over Node's TCP handle itself, without a `net.Socket`. This is the one file that uses Node's
 * internals. What it is for, against `socket-transport.ts`, is in docs/benchmarks.md: no stream objects per
 * connection, no 64 KiB read buffer per chunk, and no request object or `nextTick` per write.
 *
 * `handlesSupported` is the capability check; where it says no, listeners use sockets.
 */

import type { Server } from 'node:net'
import { getSystemErrorName } from 'node:util'
import { KEEP_ALIVE_MS, kernelKey, plainAddress, type Transport, type TransportEvents } from './transport.js'

/** Node's `TCPWrap`, as far as it is used here. Calls return 0 or a negative errno. */
interface TcpHandle {
  onread: (this: TcpHandle) => void
  useUserBuffer(buffer: Buffer): void
  readStart(): number
  readStop(): number
  writeBuffer(request: WriteRequest, bytes: Buffer): number
  writev(request: WriteRequest, pieces: Buffer[], allBuffers: true): number
  shutdown(request: object): number
  close(): void
  reset(): number
  setNoDelay(on: boolean): number
  setKeepAlive(on: boolean, seconds: number): number
  /** Including what libuv still holds. */
  readonly bytesWritten: number
  /** What libuv holds because the kernel did not take it. */
  readonly writeQueueSize: number
  getsockname(out: { port?: number }): number
  getpeername(out: { address?: string; port?: number }): number
  [TRANSPORT]?: HandleTransport
}

/** Node's `WriteWrap`: one for each write that the kernel did not take at once. */
interface WriteRequest {
  oncomplete?: (this: WriteRequest, status: number) => void
  transport?: HandleTransport
  /** Keeps the memory that libuv reads from. */
  pieces?: Buffer | Buffer[]
}

interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest
  readonly ShutdownWrap: new () => { oncomplete?: () => void }
  readonly streamBaseState: Int32Array
  readonly kReadBytesOrError: number
  readonly kLastWriteWasAsync: number
}

interface TcpWrap {
  readonly TCP: { readonly prototype: object }
}

const TRANSPORT = Symbol('transport')
const UV_EOF = -4095

/** All handles read into this: it is decoded before the next read, so one is enough (64 KiB is libuv's size). */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

const streamWrap = loadStreamWrap()

/** Whether this Node has what is used here. */
export const handlesSupported = streamWrap !== null

function loadStreamWrap(): StreamWrap | null {
  try {
    const { binding } = process as unknown as { binding(name: string): Partial<StreamWrap & TcpWrap> }
    const wrap = binding('stream_wrap')
    const tcp = binding('tcp_wrap').TCP?.prototype ?? {}
    const complete =
      'bytesWritten' in tcp &&
      'writeQueueSize' in tcp &&
      typeof wrap.WriteWrap === 'function' &&
      typeof wrap.ShutdownWrap === 'function' &&
      wrap.streamBaseState instanceof Int32Array &&
      typeof wrap.kReadBytesOrError === 'number' &&
      typeof wrap.kLastWriteWasAsync === 'number'
    return complete ? (wrap as StreamWrap) : null
  } catch {
    return null
  }
}

/**
 * Has `server`, which is listening, give its connections to `accept` as transports instead of sockets, and to `failed`
 * why one could not be had.
 * @returns whether it does; otherwise nothing was changed
 */
export function acceptHandles(
  server: Server,
  accept: (transport: Transport) => void,
  failed: (error: Error) => void,
): boolean {
  const { _handle: listening } = server as unknown as {
    _handle?: { onconnection?: (status: number, handle?: TcpHandle) => void }
  }
  if (streamWrap === null || typeof listening?.onconnection !== 'function') return false
  const wrap = streamWrap
  listening.onconnection = (status, handle) => {
    if (status === 0 && handle !== undefined) accept(new HandleTransport(handle, wrap))
    else failed(new Error(`accept ${getSystemErrorName(status)}`))
  }
  return true
}

class HandleTransport implements Transport {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly #handle: TcpHandle
  readonly #wrap: StreamWrap
  #events: TransportEvents | null = null

  constructor(handle: TcpHandle, wrap: StreamWrap) {
    this.#handle = handle
    this.#wrap = wrap
    const peer: { address?: string; port?: number } = {}
    handle.getpeername(peer)
    this.remoteAddress = plainAddress(peer.address ?? '')
    this.remotePort = peer.port ?? 0
    handle.setNoDelay(true)
    handle.setKeepAlive(true, KEEP_ALIVE_MS / 1000)
  }

  get takenBytes(): number {
    return this.#handle.bytesWritten - this.#handle.writeQueueSize
  }

  get kernelKey(): string {
    const local: { port?: number } = {}
    this.#handle.getsockname(local)
    return kernelKey(local.port ?? 0, this.remoteAddress, this.remotePort)
  }

  open(events: TransportEvents): void {
    this.#events = events
    const handle = this.#handle
    handle[TRANSPORT] = this
    handle.onread = onRead
    handle.useUserBuffer(READ_BUFFER)
    handle.readStart()
  }

  write(bytes: Buffer): boolean {
    const request = takeRequest(this.#wrap)
    return this.#dispatched(this.#handle.writeBuffer(request, bytes), request, bytes)
  }

  writeMany(pieces: Buffer[]): boolean {
    const request = takeRequest(this.#wrap)
    return this.#dispatched(this.#handle.writev(request, pieces, true), request, pieces)
  }

  pause(): void {
    this.#handle.readStop()
  }

  resume(): void {
    this.#handle.readStart()
  }

  end(): void {
    const request = new this.#wrap.ShutdownWrap()
    request.oncomplete = ignore
    this.#handle.shutdown(request)
  }

  destroy(): void {
    this.#events = null
    this.#handle.close()
  }

  reset(): void {
    this.#events = null
    // Refused while our side is being ended; then it is an ordinary close.
    if (this.#handle.reset() !== 0) this.#handle.close()
  }

  /** @param read bytes read, or a negative errno */
  read(read: number): void {
    const events = this.#events
    if (events === null || read === 0) return
    if (read > 0) {
      events.received(READ_BUFFER, read)
    } else if (read === UV_EOF) {
      this.#handle.readStop()
      events.ended()
    } else {
      this.#fail(read)
    }
  }

  written(status: number): void {
    if (status < 0) this.#fail(status)
    else this.#events?.written()
  }

  /** @returns whether the kernel took everything; true for a broken stream too, so that nobody waits for it */
  #dispatched(status: number, request: WriteRequest, pieces: Buffer | Buffer[]): boolean {
    if (status !== 0) {
      // Not from inside a write: whoever is writing is in the middle of everybody's flush.
      setImmediate(() => this.#fail(status))
      return true
    }
    if (this.#wrap.streamBaseState[this.#wrap.kLastWriteWasAsync] === 0) return true
    spareRequest = null
    request.oncomplete = onWritten
    request.transport = this
    request.pieces = pieces
    return false
  }

  #fail(status: number): void {
    const events = this.#events
    if (events === null) return
    this.#events = null
    this.#handle.close()
    events.failed(getSystemErrorName(status))
  }
}

/** A write that the kernel takes at once leaves its request untouched, so the next write can have it. */
let spareRequest: WriteRequest | null = null

function takeRequest(wrap: StreamWrap): WriteRequest {
  spareRequest ??= new wrap.WriteWrap()
  return spareRequest
}

// Named functions for all handles: a closure each would cost memory per connection.

function onRead(this: TcpHandle): void {
  const wrap = streamWrap as StreamWrap
  this[TRANSPORT]?.read(wrap.streamBaseState[wrap.kReadBytesOrError] as number)
}

function onWritten(this: WriteRequest, status: number): void {
  this.transport?.written(status)
}

function ignore(): void {}
