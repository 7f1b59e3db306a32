/** The lines of a log file, plain or compressed, a chunk's worth at a time: however long the file is, no more than that is in memory. */

import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { LineDecoder } from '../relay/streams/lines.js'

const CHUNK_BYTES = 256 * 1024
/** More than a record can have. What is longer is cut, and then no record. */
const MAX_LINE_BYTES = 1024 * 1024

/** Chunks in, lines out, each without its end. */
export class LineReader {
  #lines: string[] = []
  readonly #decoder = new LineDecoder(
    {
      line: (bytes, start, end) => {
        this.#lines.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString())
        return true
      },
    },
    MAX_LINE_BYTES,
  )

  /** The lines that `chunk`, borrowed until this returns, completes. */
  take(chunk: Uint8Array): string[] {
    this.#decoder.decode(chunk)
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  /** What has no line feed, if there is something. */
  end(): string[] {
    return this.#decoder.heldBytes === 0 ? [] : this.take(LINE_FEED)
  }
}

const LINE_FEED = Uint8Array.of(0x0a)

/** From `position` on to the end, as it is when that is reached. Each chunk is lent until the next is asked for. */
export async function* chunksOf(handle: FileHandle, position: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let at = position; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** All lines of a file that is not written to any more. @throws the system's error, or zlib's */
export async function* linesOf(handle: FileHandle, isCompressed: boolean): AsyncGenerator<string[]> {
  const reader = new LineReader()
  for await (const chunk of isCompressed ? inflated(handle) : chunksOf(handle, 0)) yield reader.take(chunk)
  yield reader.end()
}

function inflated(handle: FileHandle): AsyncIterable<Uint8Array> {
  const compressed = handle.createReadStream({ autoClose: false, start: 0, highWaterMark: CHUNK_BYTES })
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  // What goes wrong comes out of the iteration.
  pipeline(compressed, gunzip, () => {})
  return gunzip
}
