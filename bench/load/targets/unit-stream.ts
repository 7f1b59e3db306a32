/**
 * Cuts what a connection reads into a protocol's units (a line, a frame), wherever the chunks were cut. Owns
 * only the unit that straddles chunks, as a copy; all others stay where they were read.
 */

/** A protocol's own part: where units end, and what they say. */
export interface UnitReader {
  /**
   * The end, exclusive, of the unit that begins at `bytes[at]`. It may lie beyond `end`, the last byte that is
   * there; 0 while what is there does not say. An end that was not known lies beyond what was there then.
   */
  unitEnd(bytes: Uint8Array, at: number, end: number): number
  /** Takes the whole unit `bytes[at, end)`; borrowed until this returns. */
  take(bytes: Uint8Array, at: number, end: number): void
}

/** What straddles is mostly one small unit; only a longer one takes more, for a moment. */
const SMALL_BYTES = 256

export class UnitStream {
  readonly #reader: UnitReader
  #held: Uint8Array | null = null
  #heldBytes = 0

  constructor(reader: UnitReader) {
    this.#reader = reader
  }

  /** Takes `bytes[0, length)`, cut anywhere. */
  read(bytes: Uint8Array, length: number): void {
    const reader = this.#reader
    let at = this.#heldBytes === 0 ? 0 : this.#complete(bytes, length)
    while (at < length) {
      const next = reader.unitEnd(bytes, at, length)
      if (next === 0 || next > length) break
      reader.take(bytes, at, next)
      at = next
    }
    if (at < length) this.#hold(bytes, at, length)
  }

  /** Fills up the held unit from a new chunk, in steps until its end is known. @returns how much that took */
  #complete(bytes: Uint8Array, length: number): number {
    let at = 0
    for (;;) {
      const heldBefore = this.#heldBytes
      const known = this.#reader.unitEnd(this.#held as Uint8Array, 0, heldBefore)
      const wanted = known === 0 ? SMALL_BYTES : known - heldBefore
      const taken = Math.min(wanted, length - at)
      this.#hold(bytes, at, at + taken)
      const held = this.#held as Uint8Array
      const next = this.#reader.unitEnd(held, 0, this.#heldBytes)
      at += taken
      if (next !== 0 && next <= this.#heldBytes) {
        this.#heldBytes = 0
        if (held.length > SMALL_BYTES) this.#held = null
        this.#reader.take(held, 0, next)
        return at - (heldBefore + taken - next)
      }
      if (at === length) return at
    }
  }

  #hold(bytes: Uint8Array, start: number, end: number): void {
    const wanted = this.#heldBytes + end - start
    const held = this.#held
    if (held === null || held.length < wanted) {
      const grown = new Uint8Array(
        wanted <= SMALL_BYTES ? SMALL_BYTES : Math.max(wanted, 4 * SMALL_BYTES) * 2,
      )
      if (held !== null) grown.set(held.subarray(0, this.#heldBytes))
      this.#held = grown
    }
    ;(this.#held as Uint8Array).set(bytes.subarray(start, end), this.#heldBytes)
    this.#heldBytes = wanted
  }
}
