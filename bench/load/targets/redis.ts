/**
 * Redis's publish/subscribe from a load client's side, in RESP3: there a subscriber may publish too, and gets
 * its own. A push is one unit; of other answers, each line and each string is.
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

  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    if (bytes[at] !== PUSH) return itemEnd(bytes, at, end)
    if (this.#header.isAt(bytes, at, end)) return at + this.#unitBytes
    let next = lineEnd(bytes, at, end)
    if (next === 0) return 0
    for (let items = Number(words(bytes, at + 1, next)); items > 0; items--) {
      if (next >= end) return 0
      next = itemEnd(bytes, next, end)
      if (next === 0) return 0
    }
    return next
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    const { deliveries, receiver, payloadBytes, events } = this.#setup
    const first = bytes[at]
    const textAt = end - CRLF_BYTES - payloadBytes
    if (first === PUSH && end - at === this.#unitBytes && bytes[textAt] === STAMP_MARK) {
      deliveries.delivered(receiver, bytes, textAt)
    } else if (first === PUSH) {
      if (words(bytes, at, end).includes(bulk('subscribe'))) events.joined()
      else deliveries.foreign(receiver)
    } else if (first === MINUS) {
      events.refused(words(bytes, at, end).trim())
    }
  }
}

/** @returns the offset behind a line, or a string with its size before it; 0 where it is not known */
function itemEnd(bytes: Uint8Array, at: number, end: number): number {
  const line = lineEnd(bytes, at, end)
  if (line === 0 || bytes[at] !== BULK) return line
  return line + Number(words(bytes, at + 1, line)) + CRLF_BYTES
}
