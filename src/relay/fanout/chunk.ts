/**
 * Memory for encoded events, shared by reference between the outboxes that still have to send it. Owns when
 * bytes may be written again: only when nobody refers to the chunk. Bytes handed out are never written into.
 */

/** A piece of a chunk that somebody is to be sent; one object however many people it goes to. */
export interface Slice {
  /** Not to be changed by anyone. */
  readonly bytes: Buffer
  /** Whose memory it is, where others may be sent the same; `null` for bytes that are for one connection alone. */
  readonly memory: SharedMemory | null
  /** How many room events it holds, all of them whole; 0 for an answer, which is never dropped. */
  readonly events: number
  /** The next slice is the same message: both go out in one write, because over WebSocket a write is a message. */
  readonly goesOn?: true
}

/** Memory that several outboxes may have to send from: retained once, however many refer to it, and how often. */
export interface SharedMemory {
  /** One more outbox has bytes of it to send. */
  retain(pool: ChunkPool): void
  /** One fewer has. */
  release(pool: ChunkPool): void
}

/** An answer that was made for one connection. */
export function ownSlice(bytes: Buffer): Slice {
  return { bytes, memory: null, events: 0 }
}

/** Bytes that are there for as long as the process, whoever is sent them. */
export function constantSlice(bytes: Buffer): Slice {
  return { bytes, memory: FOREVER, events: 0 }
}

const FOREVER: SharedMemory = { retain() {}, release() {} }

/** An answer of one relay, made once for everybody who asks. It is the slice that has to be kept and sent again. */
export function sharedSlice(bytes: Buffer): Slice {
  return { bytes, memory: new SharedBytes(bytes.length), events: 0 }
}

class SharedBytes implements SharedMemory {
  readonly #bytes: number
  #references = 0

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  retain(pool: ChunkPool): void {
    if (this.#references++ === 0) pool.retainedBytes += this.#bytes
  }

  release(pool: ChunkPool): void {
    if (--this.#references === 0) pool.retainedBytes -= this.#bytes
  }
}

export class Chunk implements SharedMemory {
  readonly buffer: Buffer
  readonly #pool: ChunkPool
  /** How many outboxes have bytes of it still to send. */
  #references = 0
  #inUse = true

  constructor(pool: ChunkPool, bytes: number) {
    this.#pool = pool
    // Not from Node's shared slab: chunks are long-lived, and a slab lives as long as anything in it.
    this.buffer = Buffer.allocUnsafeSlow(bytes)
  }

  get referenced(): boolean {
    return this.#references !== 0
  }

  retain(): void {
    if (this.#references++ === 0) this.#pool.retainedBytes += this.buffer.length
  }

  release(): void {
    if (--this.#references !== 0) return
    this.#pool.retainedBytes -= this.buffer.length
    if (!this.#inUse) this.#pool.put(this)
  }

  /** The batch that wrote into it is done with it; what outboxes still refer to stays as it is. */
  abandon(): void {
    this.#inUse = false
    if (this.#references === 0) this.#pool.put(this)
  }

  /** For the pool: taken again. */
  reuse(): this {
    this.#inUse = true
    return this
  }
}

/** The smallest chunk: a quiet room's turn fits, and a thousand busy rooms stay within the cache. */
export const MIN_CHUNK_BYTES = 4 * 1024
/** Chunks above this are not kept: they are the flood's, not the ordinary turn's. */
const MAX_KEPT_CHUNK_BYTES = 1024 * 1024
/** How much unused memory the pool keeps for the next turn. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024

/** Unused chunks by size, which is always a power of two. */
export class ChunkPool {
  /** What outboxes still have to send: memory that is shared counted once, and a little for each place in a queue. */
  retainedBytes = 0
  readonly #free = new Map<number, Chunk[]>()
  #freeBytes = 0

  /** A chunk with room for at least `bytes`. The caller calls `abandon` when it will write no more into it. */
  take(bytes: number): Chunk {
    let size = MIN_CHUNK_BYTES
    while (size < bytes) size *= 2
    const chunk = this.#free.get(size)?.pop()
    if (chunk === undefined) return new Chunk(this, size)
    this.#freeBytes -= size
    return chunk.reuse()
  }

  /** For chunks that nobody writes into or refers to any more. */
  put(chunk: Chunk): void {
    const size = chunk.buffer.length
    if (size > MAX_KEPT_CHUNK_BYTES || this.#freeBytes + size > MAX_KEPT_BYTES) return
    const free = this.#free.get(size)
    if (free === undefined) this.#free.set(size, [chunk])
    else free.push(chunk)
    this.#freeBytes += size
  }
}
