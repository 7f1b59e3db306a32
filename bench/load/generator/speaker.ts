/**
 * What a client that sends adds to one that only receives: stamped messages, any number of them in one write.
 */

import { stampTimeUs, writeStamp } from '../stamp.js'
import type { MessageTemplate } from '../targets/target.js'
import type { LoadClient } from './load-client.js'

const MAX_CHUNK_BYTES = 64 * 1024
const CHUNK_MESSAGES = 64

export class Speaker {
  readonly sender: number

  readonly #client: LoadClient
  readonly #bytes: Uint8Array
  readonly #textAt: number
  #sequence = 0

  // Written once and handed to the socket, never reused: a new chunk is taken when this one is full.
  #chunk: Buffer
  #start = 0
  #end = 0

  /** @param template of a text that is stamped with this sender */
  constructor(sender: number, client: LoadClient, template: MessageTemplate) {
    this.sender = sender
    this.#client = client
    this.#bytes = template.bytes
    this.#textAt = template.textAt
    this.#chunk = this.#newChunk()
  }

  /** Messages said so far. */
  get sent(): number {
    return this.#sequence
  }

  /** Bytes that the socket has not taken yet. */
  get queuedBytes(): number {
    return this.#client.socket.writableLength
  }

  /** Adds a message to what `flush` writes. */
  say(intendedUs: number): void {
    if (this.#end + this.#bytes.length > this.#chunk.length) {
      this.flush()
      this.#chunk = this.#newChunk()
      this.#start = 0
      this.#end = 0
    }
    this.#chunk.set(this.#bytes, this.#end)
    writeStamp(this.#chunk, this.#end + this.#textAt, this.#sequence++, stampTimeUs(intendedUs))
    this.#end += this.#bytes.length
  }

  flush(): void {
    if (this.#start === this.#end) return
    if (this.#client.isJoined) this.#client.socket.write(this.#chunk.subarray(this.#start, this.#end))
    this.#start = this.#end
  }

  #newChunk(): Buffer {
    const wanted = Math.min(MAX_CHUNK_BYTES, this.#bytes.length * CHUNK_MESSAGES)
    return Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length))
  }
}
