/**
 * NATS's text protocol from a load client's side: one subscription to the room's subject, no echo.
 *
 *     MSG general 1 64\r\n…64 bytes…\r\n
 */

import { STAMP_MARK } from '../stamp.js'
import { around, ascii, DEFAULT_ROOM, lineEnd, words } from './ascii.js'
import { KnownHeader } from './known-header.js'
import type { Target, TargetClient, TargetClientSetup } from './target.js'
import { type UnitReader, UnitStream } from './unit-stream.js'

/** Nothing else that a server says begins with it. */
const LETTER_M = 0x4d
const CRLF_BYTES = 2
const HELLO =
  'CONNECT {"verbose":false,"pedantic":false,"echo":false,"lang":"load","version":"1","protocol":1}\r\n'

export const natsTarget: Target = {
  name: 'nats',
  echoesOwn: false,
  rooms: 'setup',
  client: (setup) => new NatsClient(setup),
  template: (text, room = DEFAULT_ROOM) => around(`PUB ${room} ${text.length}\r\n`, text, '\r\n'),
}

class NatsClient implements TargetClient, UnitReader {
  readonly #setup: TargetClientSetup
  readonly #stream = new UnitStream(this)
  readonly #header: KnownHeader
  readonly #unitBytes: number

  constructor(setup: TargetClientSetup) {
    const { room = DEFAULT_ROOM, payloadBytes } = setup
    this.#setup = setup
    this.#header = new KnownHeader(`MSG ${room} 1 ${payloadBytes}\r\n`, ` ${payloadBytes}\r\n`.length)
    this.#unitBytes = this.#header.bytes + payloadBytes + CRLF_BYTES
  }

  opening(): Uint8Array {
    return ascii(`${HELLO}SUB ${this.#setup.room ?? DEFAULT_ROOM} 1\r\nPING\r\n`)
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    if (this.#header.isAt(bytes, at, end)) return at + this.#unitBytes
    const line = lineEnd(bytes, at, end)
    if (line === 0 || bytes[at] !== LETTER_M) return line
    const size = Number(words(bytes, at, line).trim().split(' ').at(-1))
    return line + size + CRLF_BYTES
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    const { deliveries, receiver, payloadBytes } = this.#setup
    if (bytes[at] !== LETTER_M) {
      this.#line(words(bytes, at, end).trim())
      return
    }
    const textAt = end - CRLF_BYTES - payloadBytes
    if (end - at === this.#unitBytes && bytes[textAt] === STAMP_MARK) {
      deliveries.delivered(receiver, bytes, textAt)
    } else {
      deliveries.foreign(receiver)
    }
  }

  #line(line: string): void {
    const { events } = this.#setup
    if (line === 'PONG') events.joined()
    else if (line === 'PING') events.reply(ascii('PONG\r\n'))
    else if (line.startsWith('-ERR')) events.refused(line)
  }
}
