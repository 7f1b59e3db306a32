/**
 * Lines on their way to a file, as bytes: a string of each would have to outlive two collections before it is
 * written, and in a busy relay the collector spent more on them than the log itself.
 */

const FIRST_BYTES = 16 * 1024
/** A flood's block is not kept for the quiet after it. */
const MAX_SPARE_BYTES = 4 * 1024 * 1024
/** UTF-16 code units take up to three bytes each. */
const MOST_BYTES_A_UNIT = 3

export class PendingLines {
  lines = 0
  #bytes = 0
  #block: Buffer | null = null
  /** A block that was written, to be filled again: V8 counts new ones as a reason to collect everything. */
  #spare: Buffer | null = null
  /** What was taken the last time, which the next block is made large enough for. */
  #lastBytes = 0

  /** @returns whether there was room: no more than `maxBytes` may wait */
  add(line: string, maxBytes: number): boolean {
    const mostBytes = line.length * MOST_BYTES_A_UNIT
    // How long it really is costs time, so that is asked only where it matters.
    if (this.#bytes + mostBytes > maxBytes && this.#bytes + Buffer.byteLength(line) > maxBytes) return false
    let block = this.#block
    if (block === null || this.#bytes + mostBytes > block.length) {
      const wanted = Math.max(FIRST_BYTES, this.#lastBytes, 2 * (this.#bytes + mostBytes))
      const larger = this.#takeSpare(wanted) ?? Buffer.allocUnsafeSlow(wanted)
      block?.copy(larger, 0, 0, this.#bytes)
      block = this.#block = larger
    }
    this.#bytes += block.write(line, this.#bytes)
    this.lines++
    return true
  }

  /** All that wait, which is the caller's until it says `written`. */
  take(): Buffer {
    const taken = this.#block?.subarray(0, this.#bytes) ?? Buffer.alloc(0)
    this.#lastBytes = this.#bytes
    this.forget()
    return taken
  }

  /** What `take` gave is not needed any more. */
  written(taken: Buffer): void {
    const block = Buffer.from(taken.buffer)
    if (block.length <= MAX_SPARE_BYTES) this.#spare = block
  }

  #takeSpare(bytes: number): Buffer | null {
    const spare = this.#spare
    this.#spare = null
    return spare !== null && spare.length >= bytes ? spare : null
  }

  forget(): void {
    this.#block = null
    this.#bytes = this.lines = 0
  }
}
