/**
 * Turns chunks, cut anywhere, back into JSON objects that stand back to back or with white space between them. Finds
 * where an object ends and keeps its caps of size and depth before anything is parsed; whether what is in between is
 * JSON is for the parser to say.
 */

import { HeldBytes } from './held-bytes.js'

/** Why a stream cannot be followed any further. */
export type BrokenStream = 'not-an-object' | 'too-large' | 'too-deep'

/** Who takes the objects of one decoder. */
export interface JsonObjectSink {
  /**
   * One whole object with its braces: `bytes[start, end)`, borrowed until this returns.
   * @returns `false` to stop after this object: `decode` then says how far it came
   */
  object(bytes: Uint8Array, start: number, end: number): boolean
  /** Nothing more is decoded. */
  broken(why: BrokenStream): void
}

export interface JsonObjectLimits {
  readonly maxBytes: number
  /** How deep objects and arrays may be nested; 1 for an object of plain values. */
  readonly maxDepth: number
}

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

export class JsonObjectDecoder {
  readonly #sink: JsonObjectSink
  readonly #limits: JsonObjectLimits
  readonly #held = new HeldBytes()
  /** How many objects have straddled so far. */
  #straddled = 0
  #depth = 0
  #inString = false
  #escaped = false
  #broken = false

  constructor(sink: JsonObjectSink, limits: JsonObjectLimits) {
    this.#sink = sink
    this.#limits = limits
  }

  /** The serial number of the object that has begun and is not complete, or 0: what a frame deadline watches. */
  get partialFrame(): number {
    return this.#held.length === 0 ? 0 : this.#straddled
  }

  /** How many bytes of it are kept. */
  get heldBytes(): number {
    return this.#held.length
  }

  /** Decodes `chunk[start, end)`, borrowed until this returns. @returns the offset of the first byte not looked at */
  decode(chunk: Uint8Array, start = 0, end: number = chunk.length): number {
    let from = start
    let at = start
    while (at < end && !this.#broken) {
      if (this.#depth === 0) {
        while (at < end && isWhiteSpace(chunk[at] as number)) at++
        if (at === end) return end
        if (chunk[at] !== OPEN_BRACE) return this.#fail('not-an-object', end)
        from = at
      }
      const next = this.#scan(chunk, at, end)
      const whole = this.#depth === 0 && !this.#broken
      if (this.#broken) return end
      if (this.#held.length + next - from > this.#limits.maxBytes) return this.#fail('too-large', end)
      at = next
      if (!whole) {
        if (this.#held.length === 0) this.#straddled++
        this.#held.add(chunk, from, end)
        return end
      }
      if (!this.#deliver(chunk, from, at)) return at
      from = at
    }
    return at
  }

  #deliver(chunk: Uint8Array, start: number, end: number): boolean {
    if (this.#held.length === 0) return this.#sink.object(chunk, start, end)
    this.#held.add(chunk, start, end)
    const object = this.#held.take()
    return this.#sink.object(object, 0, object.length)
  }

  /** @returns where the object ends, or `end`; `#depth` says which */
  #scan(chunk: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = chunk[at] as number
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === BACKSLASH) this.#escaped = true
        else if (byte === QUOTE) this.#inString = false
      } else if (byte === QUOTE) {
        this.#inString = true
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++this.#depth > this.#limits.maxDepth) {
          this.#fail('too-deep', end)
          return at
        }
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (--this.#depth === 0) return at + 1
      }
    }
    return end
  }

  #fail(why: BrokenStream, end: number): number {
    this.#broken = true
    this.#sink.broken(why)
    return end
  }
}

function isWhiteSpace(byte: number): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB
}
