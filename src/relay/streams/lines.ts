/**
 * Turns chunks, cut anywhere, back into lines, each ended by LF or CRLF. Owns only what straddles two chunks; knows
 * nothing of what a line says.
 */

import { HeldBytes } from './held-bytes.js'

/** Who takes the lines of one decoder. */
export interface LineSink {
  /**
   * One line without its end: `bytes[start, end)`, borrowed until this returns.
   * @returns `false` to stop after this line: `decode` then says how far it came
   */
  line(bytes: Uint8Array, start: number, end: number): boolean
  /**
   * A line is longer than `maxLineBytes`. Nothing more is decoded. A sink without this gets such a line like others,
   * cut to one byte more than is allowed, whatever that last byte is.
   */
  tooLong?(): void
}

/** Lines that may be longer than others. */
export interface LongerLines {
  /** What they begin with; shorter than other lines may be. */
  readonly beginning: Uint8Array
  readonly maxLineBytes: number
}

const LF = 0x0a
const CR = 0x0d

export class LineDecoder {
  /** Of a line without its end. May be changed at any time, also by the sink. */
  maxLineBytes: number
  /** May be changed at any time, as `maxLineBytes`. */
  longer: LongerLines | null = null
  readonly #sink: LineSink
  readonly #held = new HeldBytes()
  /** How many lines have straddled so far. */
  #straddled = 0
  /** Something of the line that has begun was not kept. */
  #isCut = false
  #over = false

  /** @param maxLineBytes of a line without its end */
  constructor(sink: LineSink, maxLineBytes: number) {
    this.#sink = sink
    this.maxLineBytes = maxLineBytes
  }

  /** The serial number of the line that has begun and is not complete, or 0: what a frame deadline watches. */
  get partialFrame(): number {
    return this.#held.length === 0 ? 0 : this.#straddled
  }

  /** How many bytes of it are kept. */
  get heldBytes(): number {
    return this.#held.length
  }

  /** Decodes `chunk[start, end)`, borrowed until this returns. @returns the offset of the first byte not looked at */
  decode(chunk: Uint8Array, start = 0, end: number = chunk.length): number {
    let at = start
    while (at < end && !this.#over) {
      const found = chunk.indexOf(LF, at)
      const lineEnd = found === -1 || found >= end ? -1 : found
      const heldBytes = this.#held.length
      let until = lineEnd === -1 ? end : lineEnd
      // One more than the longest line, because the last may be the CR of its end.
      if (heldBytes + until - at > this.maxLineBytes + 1) {
        const room = Math.max(this.#longest(chunk, at) + 1 - heldBytes, 0)
        if (until - at > room) {
          if (this.#sink.tooLong !== undefined) return this.#tooLong(end)
          until = at + room
          this.#isCut = true
        }
      }
      if (lineEnd === -1) {
        if (heldBytes === 0) this.#straddled++
        this.#held.add(chunk, at, until)
        return end
      }
      let goesOn: boolean
      if (heldBytes === 0) {
        goesOn = this.#deliver(chunk, at, until)
      } else {
        this.#held.add(chunk, at, until)
        const line = this.#held.take()
        goesOn = this.#deliver(line, 0, line.length)
      }
      at = lineEnd + 1
      if (!goesOn) return at
    }
    return at
  }

  #deliver(bytes: Uint8Array, start: number, end: number): boolean {
    // Behind the CR of a line that was cut there was more than its end.
    const hasCr = !this.#isCut && end > start && bytes[end - 1] === CR
    this.#isCut = false
    const last = hasCr ? end - 1 : end
    const length = last - start
    const isTooLong = length > this.maxLineBytes && length > this.#longest(bytes, start)
    if (!isTooLong || this.#sink.tooLong === undefined) return this.#sink.line(bytes, start, last)
    this.#tooLong(end)
    return false
  }

  /** How long a line may be that is longer than most may be: what is held of it, and on from `chunk[at]`. */
  #longest(chunk: Uint8Array, at: number): number {
    const { longer } = this
    if (longer === null) return this.maxLineBytes
    const held = this.#held.bytes
    const isOne = longer.beginning.every((byte, index) => {
      return byte === (index < held.length ? held[index] : chunk[at + index - held.length])
    })
    return isOne ? longer.maxLineBytes : this.maxLineBytes
  }

  #tooLong(end: number): number {
    this.#over = true
    this.#sink.tooLong?.()
    return end
  }
}
