/**
 * What an outbox writes to, and where the requests come from that fill other people's outboxes: a connection, as
 * fan-out sees it.
 */

import type { Source } from './pauses.js'
import type { Port } from './ports.js'

/** The kernel gets the bytes in order; what it refuses is kept until it takes it. */
export interface Sink extends Source {
  /** @returns whether the kernel took everything; if not, `Outbox.written` is called once it has */
  write(bytes: Buffer): boolean
  /** As `write`, for several pieces in one write. */
  writeMany(pieces: Buffer[]): boolean
  /** As `write`, for the last `rest` bytes of what was written directly, with what the port has put before them. */
  writeRest(bytes: Buffer, rest: number): boolean
  /** Where it may be written to directly while nothing is under way; `null` where that is impossible. */
  readonly port: Port | null
  /** What is written directly is counted here, by who writes it. */
  readonly traffic: { bytesOut: number }
  /** How many bytes the kernel has taken so far, also of a write that it has not taken all of. Asked about slow readers only. */
  readonly takenBytes: number
  /** Where `KernelView` has what the kernel still holds of them. */
  readonly kernelKey: string
  /** The reader is too slow: end the connection, but only after this call has returned. May be said again. */
  tooSlow(): void
  /** The relay holds as much as it may, and this reader's queue is the longest: end the connection now. */
  evict(): void
}

/** What becomes of a reader whose queue reaches the hard limit. */
export type SlowPolicy = 'cut' | 'drop-oldest'

/**
 * What the kernel holds for peers that have not acknowledged it. The kernel takes bytes from us in lumps of a third of its
 * buffer (1.4 MB of 4 MiB): what it takes says nothing about a reader for up to 13 s at 100 KB/s; what is
 * acknowledged does.
 */
export interface KernelView {
  /**
   * By `Sink.kernelKey`, where there is anything; `null` where the system does not tell. Takes milliseconds, in another
   * thread.
   */
  read(): Promise<ReadonlyMap<string, HeldByKernel> | null>
}

export interface HeldByKernel {
  readonly unacknowledgedBytes: number
  /** How often the kernel has sent something again, or asked whether there is room or anybody there, and heard nothing since. */
  readonly unanswered: number
}
