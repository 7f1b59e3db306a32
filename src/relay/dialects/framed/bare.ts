/**
 * The option `bare=on`: clients in the wild send LIST and LEAVE as a lone command byte. This stands before
 * the decoder, follows the frames by their lengths, and puts the missing `00 00` behind lone bytes.
 *
 * A lone byte can be told from the beginning of a frame by what follows: the high byte of a LIST's or LEAVE's
 * length is always 0, since nobody sends either with 256 bytes of payload. When the chunk ends behind the
 * command byte, the command is carried out at once, and a 0 that begins the next chunk is taken as the rest
 * of that frame's header, because no JOIN (which is 0 too) makes sense then: after LEAVE the connection is
 * over, and LIST works only for those who have joined. Before that, only LEAVE may be bare.
 */

import { COMMAND } from './commands.js'

/** Where the frames go on to; `FrameDecoder.decode`. */
export type Decode = (bytes: Uint8Array, start: number, end: number) => number

const REST_OF_HEADER = Uint8Array.of(0, 0)

/** What the next byte is. */
const Expected = { command: 0, lengthHigh: 1, lengthLow: 2, payload: 3 } as const

export class BareCommands {
  /** LIST may be bare only once somebody has joined. */
  joined = false
  readonly #decode: Decode
  readonly #stopped: () => boolean
  #expected: number = Expected.command
  #payloadBytes = 0
  /** A lone byte was carried out at the end of a chunk. The rest of its frame, should it come, is not passed on. */
  #answered = false

  /** @param stopped whether what was just decoded is the last for now: a whole frame passed on says nothing itself */
  constructor(decode: Decode, stopped: () => boolean) {
    this.#decode = decode
    this.#stopped = stopped
  }

  /** Passes `bytes[start, end)` on, frame by frame. @returns as `FrameDecoder.decode` */
  decode(bytes: Uint8Array, start: number, end: number): number {
    let from = start
    let at = start
    while (at < end) {
      if (this.#expected === Expected.command) {
        const command = bytes[at++] as number
        if (this.#answered && command === 0) {
          this.#payloadBytes = 0
          this.#expected = Expected.lengthLow
          continue
        }
        this.#answered = false
        if (!this.#mayBeBare(command) || (at < end && bytes[at] === 0)) {
          this.#expected = Expected.lengthHigh
          continue
        }
        if (this.#decode(bytes, from, at) !== at || this.#decode(REST_OF_HEADER, 0, 2) !== 2) return at
        from = at
        this.#answered = at === end
        if (this.#stopped()) return at
      } else if (this.#expected === Expected.lengthHigh) {
        this.#payloadBytes = (bytes[at++] as number) << 8
        this.#expected = Expected.lengthLow
      } else {
        if (this.#expected === Expected.lengthLow) {
          this.#payloadBytes |= bytes[at++] as number
          this.#expected = Expected.payload
        }
        const here = Math.min(this.#payloadBytes, end - at)
        this.#payloadBytes -= here
        at += here
        if (this.#payloadBytes > 0) continue
        this.#expected = Expected.command
        if (!this.#answered && this.#decode(bytes, from, at) !== at) return at
        this.#answered = false
        from = at
        if (this.#stopped()) return at
      }
    }
    return from < end && !this.#answered ? this.#decode(bytes, from, end) : end
  }

  #mayBeBare(command: number): boolean {
    return command === COMMAND.LEAVE || (command === COMMAND.LIST && this.joined)
  }
}
