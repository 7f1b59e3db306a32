/**
 * Turns the chunks that a relay sends, cut anywhere, back into packages: JSON as it is, or one zlib stream (RFC 1950)
 * for each (X12). Which of the two is told by the first byte of every package, because the first request of a relay
 * may be plain and the rest compressed. What a package means is read in `received.ts`.
 */

import { inflateSync } from 'node:zlib'
import { JsonObjectDecoder } from '../../relay/streams/json-objects.js'
import { decodeUtf8 } from '../../relay/streams/utf8.js'

export interface PackageSink {
  /** One package: parsed JSON, an object. */
  package(value: unknown): void
  /** The stream cannot be followed any further. `words` go after "the relay sent". */
  broken(words: string): void
}

/** A relay caps packages at 64 KiB (X12); a list of very many channels may be the one thing that is longer. */
const MAX_PACKAGE_BYTES = 1024 * 1024
const MAX_DEPTH = 8
const ZLIB = 0x78

export class PackageDecoder {
  readonly #sink: PackageSink
  readonly #json: JsonObjectDecoder
  /** The beginning of a zlib stream, cut by the end of a chunk; null between packages. */
  #deflated: Buffer | null = null
  #broken = false

  constructor(sink: PackageSink) {
    this.#sink = sink
    // One object at a time: the next package may be compressed.
    const object = (bytes: Uint8Array, start: number, end: number) => {
      this.#parse(bytes.subarray(start, end))
      return false
    }
    const broken = () => this.#fail('what is no package')
    this.#json = new JsonObjectDecoder(
      { object, broken },
      { maxBytes: MAX_PACKAGE_BYTES, maxDepth: MAX_DEPTH },
    )
  }

  /** Takes the whole `chunk`, borrowed until this returns. */
  decode(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && !this.#broken) {
      const between = this.#deflated === null && this.#json.partialFrame === 0
      if (between && isWhiteSpace(chunk[at] as number)) at++
      else if (this.#deflated !== null || (between && chunk[at] === ZLIB)) at = this.#inflate(chunk, at)
      else at = this.#json.decode(chunk, at)
    }
  }

  /** @returns the offset behind the stream, or the end of the chunk where the stream goes on */
  #inflate(chunk: Buffer, at: number): number {
    const held = this.#deflated ?? Buffer.alloc(0)
    const stream = Buffer.concat([held, chunk.subarray(at)])
    this.#deflated = null
    let inflated: { buffer: Buffer; engine: { bytesWritten: number } }
    try {
      const options = { info: true, maxOutputLength: MAX_PACKAGE_BYTES }
      inflated = inflateSync(stream, options) as unknown as typeof inflated
    } catch (error) {
      // Z_BUF_ERROR: the stream is whole so far, and not at its end.
      const unfinished = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
      if (unfinished && stream.length <= MAX_PACKAGE_BYTES) this.#deflated = stream
      else this.#fail('what cannot be decompressed')
      return chunk.length
    }
    this.#parse(inflated.buffer)
    return at + inflated.engine.bytesWritten - held.length
  }

  #parse(bytes: Uint8Array): void {
    const text = decodeUtf8(bytes, 0, bytes.length)
    let value: unknown
    try {
      value = JSON.parse(text ?? '')
    } catch {
      this.#fail('what is no JSON')
      return
    }
    this.#sink.package(value)
  }

  #fail(words: string): void {
    if (this.#broken) return
    this.#broken = true
    this.#sink.broken(words)
  }
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
