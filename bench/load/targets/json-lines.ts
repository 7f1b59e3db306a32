/**
 * The relay's dialects that say everything in lines of JSON, from a load client's side. A text is found by the mark
 * that its stamp begins with, which nothing else in these lines has.
 */

import { STAMP_MARK } from '../stamp.js'
import { around, ascii, DEFAULT_ROOM, lineEnd, words } from './ascii.js'
import {
  MAX_TEXT_BYTES,
  type MessageTemplate,
  type Target,
  type TargetClient,
  type TargetClientSetup,
} from './target.js'
import { type UnitReader, UnitStream } from './unit-stream.js'

/** What tells these dialects apart. */
interface JsonLines {
  readonly name: string
  readonly defaultPort: number
  readonly maxTextBytes: number
  readonly opening: (name: string) => string
  /** The line that says that the client is in. */
  readonly joined: RegExp
  /** A line that says that it will not be. */
  readonly refused: RegExp
  /** A line in which somebody says something. */
  readonly message: RegExp
  readonly before: string
  readonly after: string
}

/** Names have three characters at least in one of them. */
function longer(name: string): string {
  return `load${name}`
}

const DIALECTS: readonly JsonLines[] = [
  {
    name: 'chatroom',
    defaultPort: 8000,
    maxTextBytes: 500,
    opening: (name) => `JOIN ${name}\n`,
    joined: /^200 OK/,
    refused: /^[45]/,
    message: /^SEND /,
    before: 'SEND {"sender":"SENDER","header":"@everyone","timestamp":"1:00 pm","message":"',
    after: '"}\n',
  },
  {
    name: 'json-irc',
    defaultPort: 1025,
    maxTextBytes: MAX_TEXT_BYTES,
    opening: (name) => ircLine('/nick', name, '') + ircLine('/join', '', DEFAULT_ROOM),
    joined: /"\/joinSuccess"/,
    refused: /"\/nickFail"|"Error: /,
    message: /"\/broadcast"/,
    before: `{"command":"/broadcast","nickname":"","room":"${DEFAULT_ROOM}","message":"`,
    after: '"}\n',
  },
  {
    name: 'chatmaster',
    defaultPort: 9001,
    maxTextBytes: MAX_TEXT_BYTES,
    opening: (name) =>
      `${JSON.stringify({ type: 'command', data: { command: 'login', parameters: { username: name } } })}\n`,
    joined: /"status":1/,
    refused: /"status":0|"type":"error"/,
    message: /"type":"message"/,
    before: '{"type":"message","data":{"username":"","message":"',
    after: '"}}\n',
  },
]

/** By name: `chatroom`, `json-irc` and `chatmaster`. Who speaks is always the first client. */
export const jsonLinesTargets: readonly Target[] = DIALECTS.map((dialect) => ({
  name: dialect.name,
  echoesOwn: false,
  defaultPort: dialect.defaultPort,
  maxTextBytes: dialect.maxTextBytes,
  client: (setup: TargetClientSetup) => new JsonLinesClient(dialect, setup),
  template: (text: Uint8Array): MessageTemplate =>
    around(dialect.before.replace('SENDER', longer('c0')), text, dialect.after),
}))

function ircLine(command: string, nickname: string, room: string): string {
  return `${JSON.stringify({ command, nickname, room, message: '' })}\n`
}

class JsonLinesClient implements TargetClient, UnitReader {
  readonly #dialect: JsonLines
  readonly #setup: TargetClientSetup
  readonly #stream = new UnitStream(this)
  #isJoined = false

  constructor(dialect: JsonLines, setup: TargetClientSetup) {
    this.#dialect = dialect
    this.#setup = setup
  }

  opening(): Uint8Array {
    return ascii(this.#dialect.opening(longer(this.#setup.name)))
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    return lineEnd(bytes, at, end)
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    const textAt = bytes.indexOf(STAMP_MARK, at)
    const { deliveries, receiver, payloadBytes } = this.#setup
    if (textAt >= 0 && textAt + payloadBytes <= end) deliveries.delivered(receiver, bytes, textAt)
    else this.#line(words(bytes, at, end))
  }

  #line(line: string): void {
    const { joined, refused, message } = this.#dialect
    const { events, deliveries, receiver } = this.#setup
    if (this.#isJoined) {
      if (message.test(line)) deliveries.foreign(receiver)
    } else if (joined.test(line)) {
      this.#isJoined = true
      events.joined()
    } else if (refused.test(line)) {
      events.refused(line.trim())
    }
  }
}
