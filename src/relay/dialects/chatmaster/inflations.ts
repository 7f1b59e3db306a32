/**
 * Inflates what clients compressed, off the event loop. Owns the bounds: never more than one byte beyond the longest
 * package comes out of one input, and only so many run at a time, since each needs memory for the longest package.
 */

import { type InflateRaw, inflate, type ZlibOptions } from 'node:zlib'
import { MAX_PACKAGE_BYTES } from './packages.js'

/** What came of inflating the beginning of a stream. */
export type Inflated =
  /** A whole zlib stream, which was `consumed` bytes of the input. */
  | { readonly kind: 'whole'; readonly bytes: Buffer; readonly consumed: number }
  /** Good so far, and not all there. */
  | { readonly kind: 'partial' }
  /** It is longer than a package may be (X12). */
  | { readonly kind: 'too-large' }
  /** No zlib stream, or a damaged one. */
  | { readonly kind: 'damaged' }

interface Job {
  readonly input: Buffer
  readonly done: (inflated: Inflated) => void
}

/** Enough to keep the threads busy that do this. */
const MAX_RUNNING = 16

const INFLATE_OPTIONS: ZlibOptions = {
  info: true,
  maxOutputLength: MAX_PACKAGE_BYTES,
  // The output comes in chunks of this size, and the cap is looked at behind each: so the first is the last.
  chunkSize: MAX_PACKAGE_BYTES + 1,
}

/** What `info` makes of the result; the types do not know it. */
interface InflatedWithInfo {
  readonly buffer: Buffer
  readonly engine: Pick<InflateRaw, 'bytesWritten'>
}

export class Inflations {
  #running = 0
  /** In the order of coming. */
  readonly #waiting = new Set<Job>()

  /**
   * @param input begins with a zlib stream (RFC 1950); not to be changed until `done` was called
   * @param done called once, never before this returns
   * @returns gives it up, unless it has begun: a connection that is over does not keep its place
   */
  run(input: Buffer, done: (inflated: Inflated) => void): () => void {
    const job = { input, done }
    if (this.#running < MAX_RUNNING) this.#start(job)
    else this.#waiting.add(job)
    return () => this.#waiting.delete(job)
  }

  #start({ input, done }: Job): void {
    this.#running++
    inflate(input, INFLATE_OPTIONS, (error, result) => {
      this.#running--
      const [next] = this.#waiting
      if (next !== undefined) {
        this.#waiting.delete(next)
        this.#start(next)
      }
      done(error === null ? wholeOf(result as unknown as InflatedWithInfo) : failureOf(error))
    })
  }
}

function wholeOf({ buffer, engine }: InflatedWithInfo): Inflated {
  return { kind: 'whole', bytes: buffer, consumed: engine.bytesWritten }
}

function failureOf({ code }: NodeJS.ErrnoException): Inflated {
  if (code === 'Z_BUF_ERROR') return { kind: 'partial' }
  return { kind: code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'damaged' }
}

/** One for the whole process: the threads are the process's too. */
export const INFLATIONS = new Inflations()
