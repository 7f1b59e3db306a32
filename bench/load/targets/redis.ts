/**
 * Redis's publish/subscribe from a load client's side, in RESP3: there a subscriber may publish too, and gets
 * its own. Answers are read down to their arrays' items; all of them are units of their own.
 *
 *     >3\r\n$7\r\nmessage\r\n$7\r\ngeneral\r\n$64\r\n…64 bytes…\r\n
 */

import { STAMP_MARK } from '../stamp.js'
import { around, ascii, DEFAULT_ROOM, lineEnd, words } from './ascii.js'
import { KnownHeader } from './known-header.js'
import type { Target, TargetClient, TargetClientSetup } from './target.js'
import { type UnitReader, UnitStream } from './unit-stream.js'

const PUSH = 0x3e
const BULK = 0x24
const MINUS = 0x2d
const CRLF_BYTES = 2

export const redisTarget: Target = {
  name: 'redis',
  echoesOwn: true,
  rooms: 'setup',
  client: (setup) => new RedisClient(setup),
  template: (text, room = DEFAULT_ROOM) =>
    around(`*3\r\n${bulk('PUBLISH')}${bulk(room)}$${text.length}\r\n`, text, '\r\n'),
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`
}

class RedisClient implements TargetClient, UnitReader {
  readonly #setup: TargetClientSetup
  readonly #stream = new UnitStream(this)
  readonly #header: KnownHeader
  readonly #unitBytes: number
  #isSubscribing = false

  constructor(setup: TargetClientSetup) {
    const { room = DEFAULT_ROOM, payloadBytes } = setup
    const size = `$${payloadBytes}\r\n`
    this.#setup = setup
    this.#header = new KnownHeader(`>3\r\n${bulk('message')}${bulk(room)}${size}`, size.length)
    this.#unitBytes = this.#header.bytes + payloadBytes + CRLF_BYTES
  }

  opening(): Uint8Array {
    return ascii(`HELLO 3\r\n*2\r\n${bulk('SUBSCRIBE')}${bulk(this.#setup.room ?? DEFAULT_ROOM)}`)
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  /** A delivery as a whole, or one line, or one string with its size before it. */
  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]
    if (first === PUSH) {
      if (this.#header.isAt(bytes, at, end)) return at + this.#unitBytes
      // Not yet enough to tell a delivery from another push, of which the shortest is still longer than this.
      if (end - at < this.#header.bytes && !this.#isOtherPush(bytes, at, end)) return 0
    }
    const line = lineEnd(bytes, at, end)
    if (line === 0 || first !== BULK) return line
    return line + Number(words(bytes, at + 1, line)) + CRLF_BYTES
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    const { deliveries, receiver, payloadBytes, events } = this.#setup
    const textAt = end - CRLF_BYTES - payloadBytes
    if (bytes[at] === PUSH && end - at === this.#unitBytes) {
      if (bytes[textAt] === STAMP_MARK) deliveries.delivered(receiver, bytes, textAt)
      else deliveries.foreign(receiver)
    } else if (bytes[at] === MINUS) {
      events.refused(words(bytes, at, end).trim())
    } else if (bytes[at] === BULK) {
      this.#string(words(bytes, at, end))
    } else if (this.#isSubscribing) {
      this.#isSubscribing = false
      events.joined()
    }
  }

  /** Pushes are `>3\r\n` and a string that says what they are: `$9\r\nsubscribe` for the other kind that there is. */
  #isOtherPush(bytes: Uint8Array, at: number, end: number): boolean {
    return end - at > KIND_SIZE_AT && bytes[at + KIND_SIZE_AT] !== MESSAGE_SIZE
  }

  #string(text: string): void {
    if (text === bulk('subscribe')) this.#isSubscribing = true
    else if (text === bulk('message')) this.#setup.deliveries.foreign(this.#setup.receiver)
  }
}

/** Where a push has the first digit of its kind's length, and what that is of `message`. */
const KIND_SIZE_AT = '>3\r\n$'.length
const MESSAGE_SIZE = 0x37
