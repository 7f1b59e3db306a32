/**
 * What one lane has encoded in this turn and not yet handed to its members: one growing piece of memory.
 * Owns where to write next; the lane owns who gets which part of it.
 *
 *        base           end
 *        |              |
 *   -----+----+----+----+------------
 *   sent |evt1|evt2|evt3| free        one chunk
 *   -----+----+----+----+------------
 *        <--- bytes --->
 *
 * What is before `base` belongs to outboxes that have not sent it yet, and is never written again.
 */

import { type Chunk, type ChunkPool, MIN_CHUNK_BYTES, type Slice } from './chunk.js'

/** Less room than this at the end of a chunk is not worth coming back for. */
const MIN_LEFT_BYTES = MIN_CHUNK_BYTES / 4

export class Batch {
  /** How much this turn has put in so far. */
  bytes = 0
  readonly #pool: ChunkPool
  #chunk: Chunk | null = null
  #base = 0

  constructor(pool: ChunkPool) {
    this.#pool = pool
  }

  /** The offset at which the next event goes into the buffer that `reserve` gives. */
  get end(): number {
    return this.#base + this.bytes
  }

  /** @returns a buffer with room for `bytes` more at `end`, good until the next call of anything here */
  reserve(bytes: number): Buffer {
    const chunk = this.#chunk
    if (chunk === null) {
      this.#chunk = this.#pool.take(bytes)
      return this.#chunk.buffer
    }
    return this.end + bytes <= chunk.buffer.length ? chunk.buffer : this.#grow(chunk, bytes)
  }

  /** What has been written at `end` is part of the batch from now on. */
  commit(bytes: number): void {
    this.bytes += bytes
  }

  /** Appends what is there already. */
  append(bytes: Uint8Array): void {
    // What `reserve` does may move `end`.
    const buffer = this.reserve(bytes.length)
    buffer.set(bytes, this.end)
    this.commit(bytes.length)
  }

  /** Appends text; `latin1` for what is one byte a character, which costs less. */
  appendText(text: string, encoding: 'latin1' | 'utf8'): void {
    const bytes = encoding === 'latin1' ? text.length : Buffer.byteLength(text)
    const buffer = this.reserve(bytes)
    buffer.write(text, this.end, encoding)
    this.commit(bytes)
  }

  /** What was committed beyond `bytes` of this turn is not part of it after all. */
  rollBack(bytes: number): void {
    this.bytes = bytes
  }

  /** The bytes from `from` to `to` of this turn, which are `events` events, for everyone who is to get exactly these. */
  slice(from: number, to: number, events: number): Slice {
    const chunk = this.#chunk as Chunk
    return { bytes: chunk.buffer.subarray(this.#base + from, this.#base + to), memory: chunk, events }
  }

  /** This turn's events are handed out: the next turn's go behind them. */
  finish(): void {
    this.#base = this.end
    this.bytes = 0
  }

  /** After the writing: a chunk that nobody refers to, or that is nearly full, goes back to the pool. */
  settle(): void {
    const chunk = this.#chunk
    if (chunk === null || this.bytes !== 0) return
    if (chunk.referenced && chunk.buffer.length - this.#base >= MIN_LEFT_BYTES) return
    this.#chunk = null
    this.#base = 0
    chunk.abandon()
  }

  /** Moves this turn's events into a larger chunk. Slices that were handed out keep the old one. */
  #grow(chunk: Chunk, bytes: number): Buffer {
    const larger = this.#pool.take(this.bytes + Math.max(bytes, this.bytes))
    chunk.buffer.copy(larger.buffer, 0, this.#base, this.end)
    this.#chunk = larger
    this.#base = 0
    chunk.abandon()
    return larger.buffer
  }
}
