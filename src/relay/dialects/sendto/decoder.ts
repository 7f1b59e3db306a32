/**
 * Turns chunks, cut anywhere, back into sendto messages. Owns only what straddles two chunks, and follows the lengths
 * of what nobody wants without keeping it. Knows no sockets or clocks; relay and client both use it.
 */

import { HeldBytes } from '../../streams/held-bytes.js'
import { HEADER_BYTES, NAME_LENGTH_OFFSET, TEXT_LENGTH_OFFSET, TYPE_OFFSET } from './layout.js'

/** Who takes the messages of one decoder. */
export interface MessageSink {
  /** How many bytes of name and text together are to be kept of a message that has begun; the rest is skipped. */
  wanted(type: number, nameBytes: number, textBytes: number): number
  /**
   * One whole message: what was wanted of it is `bytes[start, end)`, borrowed until this returns; the name comes
   * first.
   * @param nameBytes as the header says, also where the name was not wanted
   * @returns `false` to stop after this message: `decode` then says how far it came
   */
  message(type: number, nameBytes: number, bytes: Uint8Array, start: number, end: number): boolean
}

export class MessageDecoder {
  readonly #sink: MessageSink
  readonly #held = new HeldBytes()
  /** How many messages have straddled so far. */
  #straddled = 0

  // A message that has begun: its header as far as it is here, and how much is still to be kept and to be skipped.
  #headerBytes = 0
  #type = 0
  #nameBytes = 0
  #textBytes = 0
  #toKeep = 0
  #toSkip = 0

  constructor(sink: MessageSink) {
    this.#sink = sink
  }

  /** The serial number of the message that has begun and is not complete, or 0: what a frame deadline watches. */
  get partialFrame(): number {
    return this.#headerBytes === 0 ? 0 : this.#straddled
  }

  /** How many bytes of it are kept. */
  get heldBytes(): number {
    return this.#held.length
  }

  /** Decodes `chunk[start, end)`, borrowed until this returns. @returns the offset of the first byte not looked at */
  decode(chunk: Uint8Array, start = 0, end: number = chunk.length): number {
    let at = start
    while (at < end) {
      const next = this.#headerBytes === 0 ? wholeMessage(chunk, at, end) : 0
      if (next > 0) {
        if (!this.#deliverWhole(chunk, at)) return next
        at = next
        continue
      }
      if (this.#headerBytes === 0) this.#straddled++
      at = this.#readHeader(chunk, at, end)
      if (this.#headerBytes < HEADER_BYTES) return at
      at = this.#readBody(chunk, at, end)
      if (this.#toKeep > 0 || this.#toSkip > 0) return at
      this.#headerBytes = 0
      const kept = this.#held.take()
      if (!this.#sink.message(this.#type, this.#nameBytes, kept, 0, kept.length)) return at
    }
    return at
  }

  /** All of it is in the chunk, and is handed out where it lies. */
  #deliverWhole(chunk: Uint8Array, at: number): boolean {
    const type = chunk[at + TYPE_OFFSET] as number
    const nameBytes = chunk[at + NAME_LENGTH_OFFSET] as number
    const wanted = this.#sink.wanted(type, nameBytes, textBytesOf(chunk, at))
    const body = at + HEADER_BYTES
    return this.#sink.message(type, nameBytes, chunk, body, body + wanted)
  }

  #readHeader(chunk: Uint8Array, start: number, end: number): number {
    let at = start
    while (this.#headerBytes < HEADER_BYTES && at < end) {
      const byte = chunk[at++] as number
      if (this.#headerBytes === TYPE_OFFSET) this.#type = byte
      else if (this.#headerBytes === NAME_LENGTH_OFFSET) this.#nameBytes = byte
      else if (this.#headerBytes === TEXT_LENGTH_OFFSET) this.#textBytes = byte << 8
      else this.#textBytes |= byte
      if (++this.#headerBytes < HEADER_BYTES) continue
      this.#toKeep = this.#sink.wanted(this.#type, this.#nameBytes, this.#textBytes)
      this.#toSkip = this.#nameBytes + this.#textBytes - this.#toKeep
    }
    return at
  }

  #readBody(chunk: Uint8Array, start: number, end: number): number {
    const keptUntil = Math.min(start + this.#toKeep, end)
    if (keptUntil > start) this.#held.add(chunk, start, keptUntil)
    this.#toKeep -= keptUntil - start
    const skippedUntil = Math.min(keptUntil + this.#toSkip, end)
    this.#toSkip -= skippedUntil - keptUntil
    return skippedUntil
  }
}

/** @returns where the message at `at` ends, or 0 when not all of it is in `chunk[at, end)` */
function wholeMessage(chunk: Uint8Array, at: number, end: number): number {
  if (end - at < HEADER_BYTES) return 0
  const next = at + HEADER_BYTES + (chunk[at + NAME_LENGTH_OFFSET] as number) + textBytesOf(chunk, at)
  return next <= end ? next : 0
}

function textBytesOf(chunk: Uint8Array, at: number): number {
  return ((chunk[at + TEXT_LENGTH_OFFSET] as number) << 8) | (chunk[at + TEXT_LENGTH_OFFSET + 1] as number)
}
