/**
 * Node's TCP handles, as far as they are used here: this and `handle-transport.ts` and `handle-ports.ts` are what uses
 * Node's internals. Owns the capability check; where it says no, listeners use sockets.
 */

/** Node's `TCPWrap`, as far as it is used here. Calls return 0 or a negative errno. */
export interface TcpHandle {
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
  /** The descriptor; -1 once it is closed. */
  readonly fd: number
  /** Including what libuv still holds. */
  readonly bytesWritten: number
  /** What libuv holds because the kernel did not take it. */
  readonly writeQueueSize: number
  getsockname(out: { port?: number }): number
  getpeername(out: { address?: string; port?: number }): number
  [OWNER]?: WriteOwner & { read(read: number): void }
}

/** Node's `WriteWrap`: one for each write that the kernel did not take at once. */
export interface WriteRequest {
  oncomplete?: (this: WriteRequest, status: number) => void
  owner?: WriteOwner
  /** Keeps the memory that libuv reads from. */
  pieces?: Buffer | Buffer[]
}

export interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest
  readonly ShutdownWrap: new () => { oncomplete?: () => void }
  readonly streamBaseState: Int32Array
  readonly kReadBytesOrError: number
  readonly kLastWriteWasAsync: number
}

interface TcpWrap {
  readonly TCP: { readonly prototype: object }
}

/** Whoever a handle belongs to, and so whoever hears of its writes. */
export interface WriteOwner {
  /** @param status 0 or a negative errno */
  written(status: number): void
}

export const OWNER = Symbol('owner')

export const streamWrap = loadStreamWrap()

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

/** A write that the kernel takes at once leaves its request untouched, so the next write can have it. */
let spareRequest: WriteRequest | null = null

export function takeRequest(wrap: StreamWrap): WriteRequest {
  spareRequest ??= new wrap.WriteWrap()
  return spareRequest
}

/** The kernel did not take all of the last write: `owner` hears when it has, and the request is not spare any more. */
export function awaitWrite(request: WriteRequest, owner: WriteOwner, pieces: Buffer | Buffer[]): void {
  spareRequest = null
  request.oncomplete = onWritten
  request.owner = owner
  request.pieces = pieces
}

function onWritten(this: WriteRequest, status: number): void {
  this.owner?.written(status)
}
