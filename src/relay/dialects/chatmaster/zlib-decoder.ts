/**
 * Turns chunks, cut anywhere, back into packages that were compressed one by one: complete zlib streams back to back
 * (X12). Inflating takes a while, so what is fed is looked at twice:
 *
 *    feed: nothing known of these bytes        inflated             feed, the same bytes
 *   ----------------------------------> pause ----------> resume ------------------------> take what it was
 *
 * A stream that is not all there is kept and inflated again, from its beginning, with what follows: so a connection in
 * the middle of a package costs what it has sent, and not an engine of 50 KB.
 */

import { type BrokenStream, JsonObjectDecoder, type JsonObjectSink } from '../../streams/json-objects.js'
import type { Client } from '../dialect.js'
import type { Inflated, Inflations } from './inflations.js'
import { MAX_PACKAGE_BYTES, MAX_PACKAGE_DEPTH } from './packages.js'

/** Why a stream of compressed packages cannot be followed any further. */
export type BrokenPackages = BrokenStream | 'damaged'

export interface ZlibPackageSink {
  /** As `JsonObjectSink.object`. */
  object(bytes: Uint8Array, start: number, end: number): boolean
  /** Nothing more is decoded. */
  broken(why: BrokenPackages): void
}

/** So much is tried first: most packages are all there, and what is behind them is not copied for nothing. */
const FIRST_TRY_BYTES = 16 * 1024
/** Deflate can be spun out for ever without anything coming out of it; this is twice what the worst encoder needs. */
const MAX_COMPRESSED_BYTES = 2 * MAX_PACKAGE_BYTES
/**
 * After a try that was for nothing the next one waits so long for each of so many bytes, in which more can come:
 * otherwise a package that trickles in would be inflated as often as it has bytes.
 */
const WAIT_MS = 1
const BYTES_PER_WAIT = 4 * 1024

/** Bytes that are being inflated, or have been. */
interface Try {
  /** What was held, and `fresh` bytes behind it that are still to be taken. */
  readonly input: Buffer
  readonly fresh: number
  inflated: Inflated | null
}

export class ZlibPackageDecoder {
  readonly #sink: ZlibPackageSink
  readonly #client: Pick<Client, 'pauseInput' | 'resumeInput'>
  readonly #inflations: Inflations
  /** The beginning of a stream that is not all there. */
  #held: Buffer = NOTHING
  /** How many packages have straddled so far. */
  #straddled = 0
  #try: Try | null = null
  #wait: NodeJS.Timeout | null = null
  /** Gives up what waits to be inflated. */
  #giveUp: (() => void) | null = null
  #over = false

  constructor(
    sink: ZlibPackageSink,
    client: Pick<Client, 'pauseInput' | 'resumeInput'>,
    inflations: Inflations,
  ) {
    this.#sink = sink
    this.#client = client
    this.#inflations = inflations
  }

  /** The serial number of the package that has begun and is not complete, or 0. */
  get partialFrame(): number {
    return this.#held.length === 0 ? 0 : this.#straddled
  }

  /** How many bytes of it are kept, and of what is being inflated. */
  get heldBytes(): number {
    return this.#held.length + (this.#try?.input.length ?? 0)
  }

  /**
   * Decodes `chunk[start, end)`, borrowed until this returns. Pauses the client where it has to wait.
   * @returns the offset of the first byte not taken; from there on it is to be fed again, once the client has resumed
   */
  decode(chunk: Uint8Array, start: number, end: number): number {
    let at = start
    while (at < end && !this.#over) {
      const tried = this.#try
      if (tried === null) this.#begin(chunk, at, end)
      if (tried === null || tried.inflated === null) return at
      this.#try = null
      const { inflated } = tried
      if (inflated.kind === 'partial') {
        if (tried.input.length >= MAX_COMPRESSED_BYTES) return this.#fail('too-large', end)
        if (this.#held.length === 0) this.#straddled++
        this.#held = tried.input
        at += tried.fresh
      } else if (inflated.kind === 'whole') {
        at += inflated.consumed - this.#held.length
        this.#held = NOTHING
        const goesOn = this.#deliver(inflated.bytes)
        if (this.#over) return end
        if (!goesOn) return at
      } else {
        return this.#fail(inflated.kind, end)
      }
    }
    return this.#over ? end : at
  }

  /** The connection is over: what is still being inflated is nobody's any more. */
  close(): void {
    this.#over = true
    this.#held = NOTHING
    if (this.#wait !== null) clearTimeout(this.#wait)
    this.#wait = null
    this.#giveUp?.()
  }

  #begin(chunk: Uint8Array, start: number, end: number): void {
    const held = this.#held
    const most = held.length === 0 ? FIRST_TRY_BYTES : MAX_COMPRESSED_BYTES - held.length
    const fresh = Math.min(end - start, most)
    const input = Buffer.concat([held, chunk.subarray(start, start + fresh)])
    const begun: Try = { input, fresh, inflated: null }
    this.#try = begun
    this.#client.pauseInput()
    this.#giveUp = this.#inflations.run(input, (inflated) => {
      this.#giveUp = null
      if (this.#over) return
      begun.inflated = inflated
      const waits = inflated.kind === 'partial' && start + fresh === end
      const waitMs = waits ? WAIT_MS * Math.floor(input.length / BYTES_PER_WAIT) : 0
      if (waitMs === 0) this.#client.resumeInput()
      else this.#wait = setTimeout(() => this.#client.resumeInput(), waitMs)
    })
  }

  /** What was one zlib stream has to be one package. */
  #deliver(bytes: Buffer): boolean {
    const found = new OnlyObject()
    const decoder = new JsonObjectDecoder(found, {
      maxBytes: MAX_PACKAGE_BYTES,
      maxDepth: MAX_PACKAGE_DEPTH,
    })
    decoder.decode(bytes)
    const why = found.why ?? (found.count === 1 && decoder.partialFrame === 0 ? null : 'not-an-object')
    if (why === null) return this.#sink.object(bytes, found.start, found.end)
    this.#fail(why, 0)
    return false
  }

  #fail(why: BrokenPackages, end: number): number {
    this.#over = true
    this.#held = NOTHING
    this.#sink.broken(why)
    return end
  }
}

const NOTHING = Buffer.alloc(0)

/** Finds where the one object is that must be there, before anything is done with it. */
class OnlyObject implements JsonObjectSink {
  count = 0
  start = 0
  end = 0
  why: BrokenStream | null = null

  object(_bytes: Uint8Array, start: number, end: number): boolean {
    this.count++
    this.start = start
    this.end = end
    return true
  }

  broken(why: BrokenStream): void {
    this.why = why
  }
}
