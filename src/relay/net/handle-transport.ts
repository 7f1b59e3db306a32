/**
 * A transport over Node's TCP handle itself, without a `net.Socket`. What it is for, against `socket-transport.ts`, is in
 * docs/benchmarks.md: no stream objects per connection, no 64 KiB read buffer per chunk, and no request object or
 * `nextTick` per write. It is also the port that a lane writes to directly (`handle-ports.ts`, `descriptor-ports.ts`).
 */

import type { Server } from 'node:net'
import { getSystemErrorName } from 'node:util'
import type { Port } from '../fanout/ports.js'
import type { PeerAddress } from './peer-address.js'
import {
  awaitWrite,
  OWNER,
  type StreamWrap,
  streamWrap,
  type TcpHandle,
  takeRequest,
  type WriteRequest,
} from './tcp-handle.js'
import { kernelKey, plainAddress, type Transport, type TransportEvents } from './transport.js'

const UV_EOF = -4095

/** All handles read into this: it is decoded before the next read, so one is enough (64 KiB is libuv's size). */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/**
 * Has `server`, which is listening, give its connections to `accept` as transports instead of sockets, and to `failed`
 * why one could not be had.
 * @param keepAliveMs see `ListeningOptions`
 * @returns whether it does; otherwise nothing was changed
 */
export function acceptHandles(
  server: Server,
  accept: (transport: HandleTransport) => void,
  failed: (error: Error) => void,
  keepAliveMs: number,
): boolean {
  const { _handle: listening } = server as unknown as {
    _handle?: { onconnection?: (status: number, handle?: TcpHandle) => void }
  }
  if (streamWrap === null || typeof listening?.onconnection !== 'function') return false
  const wrap = streamWrap
  listening.onconnection = (status, handle) => {
    if (status === 0 && handle !== undefined) accept(new HandleTransport(handle, wrap, keepAliveMs))
    else failed(new Error(`accept ${getSystemErrorName(status)}`))
  }
  return true
}

/** Counts what everybody of a lane is sent past their handles. */
export interface DirectCount {
  readonly sentBytes: number
}

export class HandleTransport implements Transport, Port {
  remoteAddress: string
  remotePort: number
  readonly handle: TcpHandle
  /** Its descriptor, which is anybody's from when it is closed. */
  readonly descriptor: number
  /** Bytes that the kernel took past the handle, which does not know of them; less what `directCount` has too much. */
  directBytes = 0
  /** Where more of those are counted, while this is written to directly. */
  directCount: DirectCount | null = null
  /** Of the WebSocket frame that everything written directly has to be, or 0 for none. */
  opcode = 0
  readonly #wrap: StreamWrap
  /** Who has opened it, where that is not the client. */
  #proxy: PeerAddress | null = null
  /** The negative errno of a write that was refused, or 0. */
  #brokenBy = 0
  #events: TransportEvents | null = null

  /** @param peer where it is known already: the system says so only as long as the peer is there */
  constructor(handle: TcpHandle, wrap: StreamWrap, keepAliveMs: number, peer: PeerAddress = peerOf(handle)) {
    this.handle = handle
    this.descriptor = handle.fd
    this.#wrap = wrap
    this.remoteAddress = peer.address
    this.remotePort = peer.port
    handle.setNoDelay(true)
    handle.setKeepAlive(true, keepAliveMs / 1000)
  }

  /** From now on it is `client`'s, whoever has opened it. */
  standFor({ address, port }: PeerAddress): void {
    this.#proxy = { address: this.remoteAddress, port: this.remotePort }
    this.remoteAddress = address
    this.remotePort = port
  }

  get certificateName(): null {
    return null
  }

  get port(): Port {
    return this
  }

  get takenBytes(): number {
    return (
      this.handle.bytesWritten -
      this.handle.writeQueueSize +
      this.directBytes +
      (this.directCount?.sentBytes ?? 0)
    )
  }

  get presentedSecret(): null {
    return null
  }

  get partialFrame(): number {
    return 0
  }

  get heldBytes(): number {
    return 0
  }

  get kernelKey(): string {
    const local: { port?: number } = {}
    this.handle.getsockname(local)
    const proxy = this.#proxy
    return proxy === null
      ? kernelKey(local.port ?? 0, this.remoteAddress, this.remotePort)
      : kernelKey(local.port ?? 0, proxy.address, proxy.port)
  }

  get openDescriptor(): number {
    return this.handle.fd
  }

  /** Somebody else may take it over by opening it again. */
  open(events: TransportEvents): void {
    const isOpen = this.#events !== null
    this.#events = events
    if (isOpen) return
    const handle = this.handle
    handle[OWNER] = this
    handle.onread = onRead
    handle.useUserBuffer(READ_BUFFER)
    handle.readStart()
  }

  /** Has `bytes` heard as if they had just been read: what came before it was taken over. */
  feed(bytes: Buffer): void {
    this.#events?.received(bytes, bytes.length)
  }

  write(bytes: Buffer): boolean {
    const request = takeRequest(this.#wrap)
    return this.dispatched(this.handle.writeBuffer(request, bytes), request, bytes)
  }

  writeMany(pieces: Buffer[]): boolean {
    const request = takeRequest(this.#wrap)
    return this.dispatched(this.handle.writev(request, pieces, true), request, pieces)
  }

  writeRest(bytes: Buffer, rest: number): boolean {
    return this.write(bytes.subarray(bytes.length - rest))
  }

  lastWords(): null {
    return null
  }

  pause(): void {
    this.handle.readStop()
  }

  resume(): void {
    this.handle.readStart()
  }

  end(): void {
    const request = new this.#wrap.ShutdownWrap()
    request.oncomplete = ignore
    this.handle.shutdown(request)
  }

  destroy(): void {
    this.#release()
    this.handle.close()
  }

  reset(): void {
    this.#release()
    // Refused while our side is being ended; then it is an ordinary close.
    if (this.handle.reset() !== 0) this.handle.close()
  }

  /** @param read bytes read, or a negative errno */
  read(read: number): void {
    const events = this.#events
    if (events === null || read === 0) return
    if (read > 0) {
      events.received(READ_BUFFER, read)
    } else if (read === UV_EOF && this.#brokenBy === 0) {
      this.handle.readStop()
      events.ended()
    } else {
      // The kernel tells of a reset once: where a write has heard of it, the read that follows sees nothing but an end.
      this.#fail(this.#brokenBy === 0 ? read : this.#brokenBy)
    }
  }

  written(status: number): void {
    if (status < 0) this.#fail(status)
    else this.#events?.written()
  }

  /** @returns whether the kernel took everything; true for a broken stream too, so that nobody waits for it */
  dispatched(status: number, request: WriteRequest, pieces: Buffer | Buffer[]): boolean {
    if (status !== 0) {
      this.#brokenBy = status
      // Not from inside a write: whoever is writing is in the middle of everybody's flush.
      setImmediate(() => this.#fail(status))
      return true
    }
    if (this.#wrap.streamBaseState[this.#wrap.kLastWriteWasAsync] === 0) return true
    awaitWrite(request, this, pieces)
    return false
  }

  #fail(status: number): void {
    const events = this.#events
    if (events === null) return
    this.#release()
    this.handle.close()
    events.failed(getSystemErrorName(status))
  }

  /** Before every close: from then on the number of the descriptor may be somebody else's. */
  #release(): void {
    this.#events?.releasing()
    this.#events = null
  }
}

function peerOf(handle: TcpHandle): PeerAddress {
  const peer: { address?: string; port?: number } = {}
  handle.getpeername(peer)
  return { address: plainAddress(peer.address ?? ''), port: peer.port ?? 0 }
}

// Named functions for all handles: a closure each would cost memory per connection.

function onRead(this: TcpHandle): void {
  const wrap = streamWrap as StreamWrap
  this[OWNER]?.read(wrap.streamBaseState[wrap.kReadBytesOrError] as number)
}

function ignore(): void {}
