/**
 * Numbers and texts as bytes between nodes, and back. Owns that reading never leaves the bytes it was given; what they mean
 * is `ops.ts`'s and `packets.ts`'s.
 *
 * | | |
 * |---|---|
 * | number | 7 bits a byte, the lowest first; the top bit says that more follow; up to 2^53 - 1 |
 * | text | its number of bytes, then UTF-8 |
 */

const FIRST_BYTES = 1024
/** UTF-16 units of a text whose UTF-8 has a length of one byte, whatever they are. */
const SURELY_SHORT = 42

/** What was read is nothing that a node of this version has written. */
export class Damaged extends Error {
  readonly code = 'damaged'
}

/** Bytes that grow. */
export class Writer {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  get length(): number {
    return this.#at
  }

  /** How much it has grown to. */
  get capacity(): number {
    return this.#bytes.length
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  number(value: number): void {
    this.#reserve(8)
    while (value > 0x7f) {
      this.#bytes[this.#at++] = (value % 0x80) | 0x80
      value = Math.floor(value / 0x80)
    }
    this.#bytes[this.#at++] = value
  }

  text(text: string): void {
    if (text.length <= SURELY_SHORT) {
      this.#reserve(1 + 3 * text.length)
      const written = this.#bytes.write(text, this.#at + 1)
      this.#bytes[this.#at] = written
      this.#at += 1 + written
      return
    }
    const length = Buffer.byteLength(text)
    this.number(length)
    this.#reserve(length)
    this.#at += this.#bytes.write(text, this.#at)
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Room for a number that is known later. @returns where, for `fill` */
  hole(): number {
    this.#reserve(4)
    this.#at += 4
    return this.#at - 4
  }

  fill(hole: number, value: number): void {
    this.#bytes.writeUInt32LE(value, hole)
  }

  /** A copy of what was written. What is written next begins anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.#at)
    this.#bytes.copy(taken, 0, 0, this.#at)
    this.#at = 0
    return taken
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(grown, 0, 0, this.#at)
    this.#bytes = grown
  }
}

/** Reads what a `Writer` has written. All of it throws `Damaged` where there is no such thing. */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  /** @param bytes lent as long as it is read from */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw new Damaged('it ends early')
    return value
  }

  number(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (value > Number.MAX_SAFE_INTEGER) throw new Damaged('a number is too large')
      if (byte <= 0x7f) return value
      if (factor > 2 ** 49) throw new Damaged('a number is too long')
    }
  }

  text(): string {
    const length = this.number()
    if (length > this.left) throw new Damaged('a text ends early')
    this.#at += length
    return this.#bytes.toString('utf8', this.#at - length, this.#at)
  }

  /** What `Writer.hole` made room for. */
  filled(): number {
    if (this.left < 4) throw new Damaged('it ends early')
    this.#at += 4
    return this.#bytes.readUInt32LE(this.#at - 4)
  }
}
