/**
 * Writes of one WebSocket: what is given in one write is one message. Owns which of the bytes that come out of the outbox
 * are frames of our own already.
 */

import type { HandleTransport } from '../handle-transport.js'
import type { SocketTransport } from '../socket-transport.js'
import { type DataOpcode, headerOf } from './server-frame.js'

export class FramedWriter {
  readonly #inner: HandleTransport | SocketTransport
  /** Control frames that are on their way through the outbox, told apart by being these very buffers. */
  #own: Set<Buffer> | null = null

  constructor(inner: HandleTransport | SocketTransport) {
    this.#inner = inner
  }

  /** @returns the frame, which is written as it is when it comes */
  own(frame: Buffer): Buffer {
    this.#own ??= new Set()
    this.#own.add(frame)
    return frame
  }

  write(opcode: DataOpcode, bytes: Buffer): boolean {
    if (this.#isOwn(bytes)) return this.#inner.write(bytes)
    return this.#inner.writeMany([headerOf(opcode, bytes.length), bytes])
  }

  writeMany(opcode: DataOpcode, pieces: readonly Buffer[]): boolean {
    const framed: Buffer[] = []
    let message: Buffer[] = []
    const endMessage = () => {
      if (message.length === 0) return
      const length = message.reduce((sum, piece) => sum + piece.length, 0)
      framed.push(headerOf(opcode, length), ...message)
      message = []
    }
    for (const piece of pieces) {
      if (this.#isOwn(piece)) {
        endMessage()
        framed.push(piece)
      } else {
        message.push(piece)
      }
    }
    endMessage()
    return this.#inner.writeMany(framed)
  }

  /** Goes on with a frame that a lane has begun. @param rest how much is left of it, header included */
  writeRest(opcode: DataOpcode, bytes: Buffer, rest: number): boolean {
    const ofHeader = rest - bytes.length
    if (ofHeader <= 0) return this.#inner.write(bytes.subarray(bytes.length - rest))
    const header = headerOf(opcode, bytes.length)
    return this.#inner.writeMany([header.subarray(header.length - ofHeader), bytes])
  }

  #isOwn(bytes: Buffer): boolean {
    if (this.#own === null || !this.#own.delete(bytes)) return false
    if (this.#own.size === 0) this.#own = null
    return true
  }
}
