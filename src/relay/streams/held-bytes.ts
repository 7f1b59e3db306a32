/** The beginning of something that is cut by the end of a chunk. Memory follows what has arrived. Runs in a browser as it is. */

const FIRST_BYTES = 256

export class HeldBytes {
  #bytes = new Uint8Array(0)
  length = 0

  /** Copies `chunk[start, end)`: the chunk is borrowed. */
  add(chunk: Uint8Array, start: number, end: number): void {
    const wanted = this.length + end - start
    if (this.#bytes.length < wanted) {
      const grown = new Uint8Array(Math.max(wanted, FIRST_BYTES, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, this.length))
      this.#bytes = grown
    }
    this.#bytes.set(chunk.subarray(start, end), this.length)
    this.length = wanted
  }

  /** What is held so far, borrowed until something is added or taken. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  /** What is held, which is nobody else's; nothing is held any more. */
  take(): Uint8Array {
    const taken = this.bytes
    this.#bytes = new Uint8Array(0)
    this.length = 0
    return taken
  }
}
