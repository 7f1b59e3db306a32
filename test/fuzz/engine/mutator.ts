/** Makes inputs: random ones, and ones that were right and are changed in a few places. */

import type { Random } from '../../fixtures/random.js'

/** Beyond this, an input is made shorter: what is about limits comes with its seeds, and few need more. */
const MOST_BYTES = 4096
/** Now and then there may be as much, so that the longest lengths are reached. */
const MOST_LONG_BYTES = 140 * 1024

const INTERESTING_BYTES = [
  0, 1, 2, 3, 4, 5, 9, 10, 13, 20, 21, 32, 34, 64, 92, 120, 123, 125, 126, 127, 128, 254, 255,
]
const INTERESTING_NUMBERS = [
  0, 1, 2, 20, 21, 32, 33, 64, 65, 125, 126, 127, 128, 255, 256, 500, 501, 1021, 1022, 1024, 4096, 8191, 8192,
  8193, 32_767, 32_768, 65_528, 65_534, 65_535,
]
const INTERESTING_TEXTS = [
  '0',
  '-1',
  '1e308',
  '1e309',
  '-0',
  '65536',
  '4294967296',
  '9007199254740993',
  '0x10',
  '١',
  'null',
  'true',
]
/** What programs stumble over in names and texts. */
const INTERESTING_STRINGS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\0',
  '\r\n',
  '\t',
  '\x1b[2J',
  '\x7f',
  '\u0080',
  '\u009b',
  '\u00a0',
  '\u00e9',
  '\u0410',
  '\u212a',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\uff21',
  '\u{1f600}',
  'e\u0301',
  '\\u0000',
  '\\ud800',
  '\\',
  '"',
  '%00',
  '%s',
  '../../',
  '[[[[[[[[',
  '{"a":{"a":{"a":',
  '{}',
  '[]',
  ' ',
  '   ',
].map((text) => Buffer.from(text))
const BROKEN_UTF8 = ['c080', 'eda080', 'f4908080', 'ff', 'c3', 'e282', 'f09f98', 'c3a9'].map((hex) =>
  Buffer.from(hex, 'hex'),
)

export class Mutator {
  readonly #random: Random
  readonly #words: readonly Buffer[]

  constructor(random: Random, words: readonly Buffer[]) {
    this.#random = random
    this.#words = [...words, ...INTERESTING_STRINGS, ...BROKEN_UTF8]
  }

  /** Bytes, printable ones, or words of the target's with bytes between. */
  random(): Buffer {
    const random = this.#random
    const length = this.#length()
    const kind = random.below(4)
    if (kind === 3) return this.#strungWords(length)
    const bytes = Buffer.allocUnsafe(length)
    if (kind === 0) random.fill(bytes)
    else if (kind === 1) for (let at = 0; at < length; at++) bytes[at] = random.between(0x20, 0x7e)
    else for (let at = 0; at < length; at++) bytes[at] = random.pick(INTERESTING_BYTES)
    return bytes
  }

  /** One of these, changed. */
  mutated(parents: readonly Buffer[]): Buffer {
    const random = this.#random
    let bytes: Buffer = Buffer.from(random.pick(parents))
    for (let change = 1 << random.below(5); change > 0; change--) bytes = this.#change(bytes, parents)
    const most = random.below(512) === 0 ? MOST_LONG_BYTES : Math.max(MOST_BYTES, bytes.length >> 1)
    return bytes.length > most ? bytes.subarray(0, most) : bytes
  }

  #change(bytes: Buffer, parents: readonly Buffer[]): Buffer {
    const random = this.#random
    const at = random.below(bytes.length + 1)
    switch (random.below(16)) {
      case 0:
        return put(bytes, at, Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))))
      case 1:
        return put(bytes, at, Buffer.of(random.pick(INTERESTING_BYTES)))
      case 2:
        return put(bytes, at, Buffer.of(random.below(256)))
      case 3:
        return put(bytes, at, random.pick(this.#words))
      case 4:
      case 5:
        return insert(bytes, at, random.pick(this.#words))
      case 6:
        return insert(bytes, at, this.#some())
      case 7:
        return cut(bytes, at, at + this.#share(bytes.length - at))
      case 8:
        return bytes.subarray(0, at)
      case 9: {
        const piece = bytes.subarray(at, at + this.#share(bytes.length - at))
        return insert(bytes, random.below(bytes.length + 1), piece)
      }
      case 10: {
        const piece = bytes.subarray(at, at + this.#share(Math.min(bytes.length - at, 64)))
        const times = random.pick([2, 3, 8, 40, 600])
        return insert(
          bytes,
          at,
          Buffer.concat(Array.from({ length: times }, () => piece)).subarray(0, MOST_LONG_BYTES),
        )
      }
      case 11: {
        const other = random.pick(parents)
        return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))])
      }
      case 12: {
        const other = random.pick(parents)
        const from = random.below(other.length + 1)
        return insert(bytes, at, other.subarray(from, from + this.#share(other.length - from)))
      }
      case 13:
        return this.#number(bytes, at)
      case 14:
        return this.#digits(bytes)
      default:
        // With the length that stands before it, where there is one that was right.
        return this.#growField(bytes)
    }
  }

  /** A binary number of one, two, four or eight bytes; often how far it is to the end, or nearly. */
  #number(bytes: Buffer, at: number): Buffer {
    const random = this.#random
    const size = random.pick([1, 2, 2, 2, 4, 8])
    const value =
      random.below(2) === 0
        ? Math.max(bytes.length - at - size - random.below(3), 0)
        : random.pick(INTERESTING_NUMBERS)
    const number = Buffer.alloc(8)
    number.writeBigUInt64BE(BigInt(value))
    const written = number.subarray(8 - size)
    return put(bytes, at, random.below(8) === 0 ? Buffer.from(written).reverse() : written)
  }

  /** A run of decimal digits becomes another number. */
  #digits(bytes: Buffer): Buffer {
    const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39
    let from = bytes.findIndex((byte, index) => isDigit(byte) && this.#random.below(3) === 0 && index >= 0)
    if (from < 0) return bytes
    while (isDigit(bytes[from - 1])) from--
    let to = from
    while (isDigit(bytes[to])) to++
    const random = this.#random
    const text =
      random.below(2) === 0
        ? random.pick(INTERESTING_TEXTS)
        : String(random.pick(INTERESTING_NUMBERS) + random.between(-1, 1))
    return Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(to)])
  }

  /** Puts something in behind a length of one or two bytes, and makes that so much more. */
  #growField(bytes: Buffer): Buffer {
    const random = this.#random
    if (bytes.length < 4) return bytes
    const at = random.below(bytes.length - 2)
    const added = random.pick([this.#some(), random.pick(this.#words)])
    const grown = insert(bytes, random.between(at + 2, bytes.length), added)
    if (random.below(2) === 0) grown.writeUInt16BE((grown.readUInt16BE(at) + added.length) & 0xffff, at)
    else grown[at] = ((grown[at] as number) + added.length) & 0xff
    return grown
  }

  #strungWords(length: number): Buffer {
    const pieces: Buffer[] = []
    for (let bytes = 0; bytes < length; ) {
      const piece = this.#random.below(3) === 0 ? this.#some() : this.#random.pick(this.#words)
      pieces.push(piece)
      bytes += Math.max(piece.length, 1)
    }
    return Buffer.concat(pieces)
  }

  #some(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#random.between(1, 8))
    this.#random.fill(bytes)
    return bytes
  }

  /** Mostly short, seldom all. */
  #share(of: number): number {
    return this.#random.below(this.#random.below(of + 1) + 1)
  }

  #length(): number {
    const random = this.#random
    const scale = random.below(1024)
    if (scale === 0) return random.below(MOST_LONG_BYTES / 2)
    return random.below(scale < 16 ? MOST_BYTES : scale < 256 ? 400 : scale < 640 ? 64 : 8)
  }
}

function put(bytes: Buffer, at: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)])
}

function insert(bytes: Buffer, at: number, piece: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
}

function cut(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
}
