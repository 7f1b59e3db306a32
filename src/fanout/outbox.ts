/**
 * One connection's write queue: in order, byte-counted, one write outstanding. Owns what is still to be sent
 * and when it is too much; the sink owns how bytes reach the kernel.
 *
 *          push            flush             written
 *   lanes ------> [ queue ] ----> sink.write --------> released
 *                                  | kernel full
 *                                  +--> outstanding, until `written()`
 */

import type { Slice } from './chunk.js'
import type { Flusher } from './flusher.js'

/** What an outbox writes to. The kernel gets the bytes in order; what it refuses is kept until it takes it. */
export interface Sink {
  /** @returns whether the kernel took everything; if not, `Outbox.written` is called once it has */
  write(bytes: Buffer): boolean
  /** As `write`, for several pieces in one write. */
  writeMany(pieces: Buffer[]): boolean
  /** The queue is over its hard limit: end the connection, but only after this call has returned. */
  overflow(): void
}

export class Outbox {
  /** Bytes pushed and not yet taken by the kernel. */
  queuedBytes = 0
  readonly #sink: Sink
  readonly #flusher: Flusher
  readonly #hardLimitBytes: number
  /** Whether the flusher knows that this one has something to send. */
  #listed = false
  #closed = false
  /** Nearly always there is one slice at most, so the array is made only for the second. */
  #first: Slice | null = null
  #more: Slice[] | null = null
  /** The last write, while the kernel has not taken all of it. */
  #outstanding: readonly Slice[] | null = null

  constructor(sink: Sink, flusher: Flusher, hardLimitBytes: number) {
    this.#sink = sink
    this.#flusher = flusher
    this.#hardLimitBytes = hardLimitBytes
  }

  /** Queues a slice; it is written with everything else of this turn. */
  push(slice: Slice): void {
    if (this.#closed) return
    this.queuedBytes += slice.bytes.length
    slice.chunk?.retain()
    if (this.#first === null) this.#first = slice
    else if (this.#more === null) this.#more = [slice]
    else this.#more.push(slice)
    if (!this.#listed) {
      this.#listed = true
      this.#flusher.listOutbox(this)
    }
  }

  /** Writes what is queued, unless a write is outstanding. The flusher calls it once a turn. */
  flush(): void {
    this.#listed = false
    if (this.#outstanding === null) this.#write()
    if (this.queuedBytes > this.#hardLimitBytes) this.#sink.overflow()
  }

  /** The kernel has taken the outstanding write. */
  written(): void {
    if (this.#outstanding !== null) this.#taken(this.#outstanding)
    this.#outstanding = null
    this.#write()
  }

  /** Forgets what is queued and takes no more: the connection is gone. */
  close(): void {
    this.#closed = true
    if (this.#outstanding !== null) this.#taken(this.#outstanding)
    if (this.#first !== null) this.#taken([this.#first, ...(this.#more ?? [])])
    this.#outstanding = this.#first = this.#more = null
  }

  #write(): void {
    const first = this.#first
    if (first === null) return
    const more = this.#more
    this.#first = null
    if (more === null) {
      if (this.#sink.write(first.bytes)) {
        // Apart from `#taken` because nearly every delivery passes here: no array for it.
        this.queuedBytes -= first.bytes.length
        first.chunk?.release()
      } else {
        this.#outstanding = [first]
      }
      return
    }
    this.#more = null
    const slices = [first, ...more]
    if (this.#sink.writeMany(slices.map(bytesOf))) this.#taken(slices)
    else this.#outstanding = slices
  }

  #taken(slices: readonly Slice[]): void {
    for (const slice of slices) {
      this.queuedBytes -= slice.bytes.length
      slice.chunk?.release()
    }
  }
}

function bytesOf(slice: Slice): Buffer {
  return slice.bytes
}
