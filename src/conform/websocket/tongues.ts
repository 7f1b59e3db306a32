/** What a visitor speaks within messages, as far as it takes to see that one has arrived whole: chatroom and framed. */

import { DIRECT, frame as framedFrame, JOIN, parsed, wholeFrame } from '../framed/wire.js'
import { BINARY, TEXT } from './frames.js'

export interface Tongue {
  readonly subprotocol: string
  /** Of its messages. */
  readonly opcode: number
  /** Asks for a name. */
  hello(): Buffer
  /** How much of what came there is up to the end of its answer; 0 when that has not come. */
  isWelcome(heard: Buffer): number
  /** @param bytes exactly how long it is; as short as can be, when left out */
  request(mark: string, bytes?: number): Buffer
  /** The longest request. */
  readonly maxBytes: number
  /** How much of what came there is up to the end of the answer with this mark. */
  answered(heard: Buffer, mark: string): number
}

/** Chatroom: a SEND to oneself. JSON may have any white space at its end. */
export function textTongue(name: string): Tongue {
  return {
    subprotocol: 'chatroom',
    opcode: TEXT,
    maxBytes: 8000,
    hello: () => Buffer.from(`JOIN ${name}\n`),
    isWelcome: (heard) => endOf(heard, '200 OK\n'),
    request(mark, bytes = 0) {
      const fields = JSON.stringify({ sender: name, header: `@${name}`, timestamp: mark, message: '.' })
      return Buffer.from(`${`SEND ${fields}`.padEnd(bytes - 1)}\n`)
    },
    answered(heard, mark) {
      const at = heard.indexOf(`"timestamp":${JSON.stringify(mark)}`, heard.indexOf('SENT {'))
      return at === -1 ? 0 : heard.indexOf('\n', at) + 1
    },
  }
}

/** Framed: a DIRECT to oneself. */
export function binaryTongue(name: string): Tongue {
  return {
    subprotocol: 'framed',
    opcode: BINARY,
    maxBytes: 65_536,
    hello: () => framedFrame(JOIN, name),
    isWelcome: (heard) => frameEnd(heard, (command, text) => command === JOIN && text === '\0'),
    request: (mark, bytes = 0) => framedFrame(DIRECT, `${name} ${mark} `.padEnd(bytes - 3, '.')),
    answered: (heard, mark) =>
      frameEnd(heard, (command, text) => command === DIRECT && text.split(' ')[1] === mark),
  }
}

function endOf(heard: Buffer, words: string): number {
  const at = heard.indexOf(words)
  return at === -1 ? 0 : at + words.length
}

function frameEnd(heard: Buffer, is: (command: number, text: string) => boolean): number {
  let at = 0
  for (let length = wholeFrame(heard); length > 0; length = wholeFrame(heard.subarray(at))) {
    const { command, text } = parsed(heard.subarray(at, at + length))
    at += length
    if (is(command, text)) return at
  }
  return 0
}
