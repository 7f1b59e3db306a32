/**
 * Turns chunks, cut anywhere, back into frames (F14). Owns only what straddles two chunks; everything else
 * is handed out as a view into the chunk that it came in. Knows no commands, sockets or clocks, and runs in
 * a browser as it is.
 */

import { COMMAND_OFFSET, HEADER_BYTES, LENGTH_OFFSET, MAX_PAYLOAD_BYTES } from './layout.js'

/** Who takes the frames of one decoder. */
export interface FrameSink {
  /**
   * One whole frame. Its payload is `bytes[start, end)`: three numbers instead of a `subarray`, because a
   * view object per frame costs more than everything else that the decoder does.
   *
   * The bytes are borrowed until this returns; copy them to keep them.
   * @returns `false` to stop after this frame: `decode` then says how far it came
   */
  frame(command: number, bytes: Uint8Array, start: number, end: number): boolean

  /** A header announced more than `maxPayloadBytes`. The stream cannot be followed past it. */
  oversize(command: number, payloadBytes: number): void
}

/** The first allocation for a payload that straddles: a header that lies about its length costs no more. */
const FIRST_BODY_BYTES = 4096

export class FrameDecoder {
  /** Frames that announce a longer payload go to `oversize`. May be changed at any time, also by the sink. */
  maxPayloadBytes: number

  readonly #sink: FrameSink

  // A frame that has begun in an earlier chunk: how many of its header bytes are here, and what they said.
  #headerBytes = 0
  #command = 0
  #payloadBytes = 0

  /** How many frames have straddled so far. */
  #straddled = 0

  // The part of its payload that is here. Never reused: the sink has seen it once it is whole.
  #body: Uint8Array | null = null
  #bodyBytes = 0

  constructor(sink: FrameSink, maxPayloadBytes: number = MAX_PAYLOAD_BYTES) {
    this.#sink = sink
    this.maxPayloadBytes = maxPayloadBytes
  }

  /**
   * The serial number of the frame that has begun and is not complete, or 0: what a frame deadline watches
   * (F15). A number, so that one unfinished frame can be told from the next.
   */
  get partialFrame(): number {
    return this.#headerBytes === 0 ? 0 : this.#straddled
  }

  /** What is kept of that frame, as memory: up to twice what has arrived. */
  get heldBytes(): number {
    return this.#body?.length ?? 0
  }

  /**
   * Decodes `chunk[start, end)`. The chunk is borrowed until this returns.
   *
   * @returns the offset of the first byte that was not looked at: `end`, unless the sink stopped earlier or
   *   a frame was oversize. Feed the rest again, from there, to go on.
   */
  decode(chunk: Uint8Array, start = 0, end: number = chunk.length): number {
    let at = start
    if (this.#headerBytes !== 0) {
      at = this.#resume(chunk, at, end)
      if (this.#stopped) {
        this.#stopped = false
        return at
      }
    }
    while (end - at >= HEADER_BYTES) {
      const payloadBytes =
        ((chunk[at + LENGTH_OFFSET] as number) << 8) | (chunk[at + LENGTH_OFFSET + 1] as number)
      const body = at + HEADER_BYTES
      const next = body + payloadBytes
      if (payloadBytes > this.maxPayloadBytes) {
        this.#sink.oversize(chunk[at + COMMAND_OFFSET] as number, payloadBytes)
        return body
      }
      if (next > end) break
      if (!this.#sink.frame(chunk[at + COMMAND_OFFSET] as number, chunk, body, next)) return next
      at = next
    }
    return at < end ? this.#resume(chunk, at, end) : at
  }

  /** Set when `#resume` delivered a frame after which the sink wants no more, or met an oversize one. */
  #stopped = false

  /** Takes as much of one straddling frame as the chunk has, and delivers it when that is all of it. */
  #resume(chunk: Uint8Array, start: number, end: number): number {
    let at = start
    if (this.#headerBytes === 0) this.#straddled++
    while (this.#headerBytes < HEADER_BYTES) {
      if (at === end) return at
      const byte = chunk[at++] as number
      if (this.#headerBytes === COMMAND_OFFSET) this.#command = byte
      else if (this.#headerBytes === LENGTH_OFFSET) this.#payloadBytes = byte << 8
      else this.#payloadBytes |= byte
      this.#headerBytes++
      if (this.#headerBytes === HEADER_BYTES && this.#payloadBytes > this.maxPayloadBytes) {
        this.#headerBytes = 0
        this.#stopped = true
        this.#sink.oversize(this.#command, this.#payloadBytes)
        return at
      }
    }
    const missing = this.#payloadBytes - this.#bodyBytes
    const available = end - at
    if (available < missing) {
      this.#keep(chunk, at, end)
      return end
    }
    const next = at + missing
    if (this.#bodyBytes === 0) {
      // Only the header straddled: the payload is whole in this chunk and needs no copy.
      this.#deliver(chunk, at, next)
    } else {
      this.#keep(chunk, at, next)
      this.#deliver(this.#body as Uint8Array, 0, this.#payloadBytes)
    }
    return next
  }

  #deliver(bytes: Uint8Array, start: number, end: number): void {
    this.#headerBytes = 0
    this.#body = null
    this.#bodyBytes = 0
    this.#stopped = !this.#sink.frame(this.#command, bytes, start, end)
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    const bytes = end - start
    if (bytes === 0) return
    const wanted = this.#bodyBytes + bytes
    const held = this.#body
    if (held === null || held.length < wanted) {
      // Doubling up to the announced length: memory follows what has arrived, not what was promised.
      const capacity = Math.max(wanted, FIRST_BODY_BYTES, held === null ? 0 : held.length * 2)
      const grown = new Uint8Array(Math.min(capacity, this.#payloadBytes))
      if (held !== null) grown.set(held.subarray(0, this.#bodyBytes))
      this.#body = grown
    }
    ;(this.#body as Uint8Array).set(chunk.subarray(start, end), this.#bodyBytes)
    this.#bodyBytes = wanted
  }
}
