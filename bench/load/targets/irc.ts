/**
 * IRC from a load client's side: one channel. Servers tell everyone in it who comes and goes, and do not send
 * back what a client says itself.
 *
 *     :c0!~c0@127.0.0.1 PRIVMSG #general :…text…\r\n
 */

import { STAMP_MARK } from '../stamp.js'
import { around, ascii, COLON, CR, DEFAULT_ROOM, LF, lineEnd, SPACE, words } from './ascii.js'
import type { Target, TargetClient, TargetClientSetup } from './target.js'
import { type UnitReader, UnitStream } from './unit-stream.js'

const CRLF_BYTES = 2
const LETTER_J = 0x4a
const LETTER_P = 0x50
const LETTER_Q = 0x51
const LETTER_R = 0x52
const NAMES = '353'
/** A line has 512 bytes, with who says it and where. */
const MAX_TEXT_BYTES = 400

export const ircTarget: Target = {
  name: 'irc',
  echoesOwn: false,
  rooms: 'setup',
  announces: true,
  maxTextBytes: MAX_TEXT_BYTES,
  client: (setup) => new IrcClient(setup),
  template: (text, room = DEFAULT_ROOM) => around(`PRIVMSG #${room} :`, text, '\r\n'),
  direct: (text, to) => around(`PRIVMSG ${to} :`, text, '\r\n'),
}

class IrcClient implements TargetClient, UnitReader {
  readonly #setup: TargetClientSetup
  readonly #stream = new UnitStream(this)

  // A speaker's lines are all equally long: where the last one ended, the next one most likely does too.
  #lineBytes = 0

  constructor(setup: TargetClientSetup) {
    this.#setup = setup
  }

  opening(): Uint8Array {
    const { name } = this.#setup
    return ascii(`NICK ${name}\r\nUSER ${name} 0 * :${name}\r\n`)
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    const guess = at + this.#lineBytes
    if (guess <= end && this.#isDelivery(bytes, at, guess)) return guess
    return lineEnd(bytes, at, end)
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    if (this.#isDelivery(bytes, at, end)) {
      this.#lineBytes = end - at
      this.#setup.deliveries.delivered(
        this.#setup.receiver,
        bytes,
        end - CRLF_BYTES - this.#setup.payloadBytes,
      )
    } else {
      this.#other(bytes, at, end)
    }
  }

  /** Whether `bytes[at, end)` begins with a prefix and ends with a text of the load's and a line's end. */
  #isDelivery(bytes: Uint8Array, at: number, end: number): boolean {
    const textAt = end - CRLF_BYTES - this.#setup.payloadBytes
    return (
      textAt > at &&
      bytes[end - 1] === LF &&
      bytes[end - CRLF_BYTES] === CR &&
      bytes[textAt] === STAMP_MARK &&
      bytes[textAt - 1] === COLON &&
      bytes[at] === COLON
    )
  }

  #other(bytes: Uint8Array, at: number, end: number): void {
    const { deliveries, receiver } = this.#setup
    let command = at
    if (bytes[at] === COLON) {
      while (command < end && bytes[command] !== SPACE) command++
      command++
    }
    const [first, second] = [bytes[command], bytes[command + 1]]
    if (bytes[at] === COLON && first === LETTER_J) deliveries.announced(receiver, 1, 0)
    else if (bytes[at] === COLON && first === LETTER_Q) deliveries.announced(receiver, 0, 1)
    else if (first === LETTER_P && second === LETTER_R) deliveries.foreign(receiver)
    else this.#answer(words(bytes, command, end).trimEnd())
  }

  #answer(line: string): void {
    const { events, room = DEFAULT_ROOM } = this.#setup
    // Five thousand names come for everyone who enters, and none is looked at.
    if (line.startsWith(NAMES)) return
    const [command = ''] = line.split(' ', 1)
    if (command === '001') events.reply(ascii(`JOIN #${room}\r\n`))
    else if (command === '366') events.joined()
    else if (command === 'PING') events.reply(ascii(`PONG${line.slice('PING'.length)}\r\n`))
    else if (command === 'ERROR' || (/^[45]\d\d$/.test(command) && command !== '422')) events.refused(line)
  }
}
