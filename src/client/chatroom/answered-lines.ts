/**
 * What comes from a chatroom relay: chunks in; status lines out to who asked, in order, and pushes besides. Owns no
 * connection. Runs in a browser as it is.
 */

import { LineDecoder } from '../../relay/streams/lines.js'
import { decodeUtf8 } from '../../relay/streams/utf8.js'
import { type Push, readPush } from './received-push.js'

/** A relay ends the connection for a request line that is longer than this, its end not counted. */
export const MAX_REQUEST_BYTES = 8 * 1024

const ERROR_LINE = /^[45]\d\d /
const STATUS_LINE = /^\d/
/** A board of everybody in a large room is one line. */
const MAX_LINE_BYTES = 4 * 1024 * 1024

const BARE_BOARD = '200 BOARD '

export interface AnsweredLinesSink {
  push(push: Push): void
  /** Nothing more is decoded. `words` go after "the relay sent". */
  broken(words: string): void
}

export class AnsweredLines {
  readonly #sink: AnsweredLinesSink
  readonly #decoder: LineDecoder
  readonly #unanswered: ((status: string) => void)[] = []
  #lastError = ''

  constructor(sink: AnsweredLinesSink) {
    this.#sink = sink
    this.#decoder = new LineDecoder(
      {
        line: (bytes, start, end) => this.#line(decodeUtf8(bytes, start, end)),
        tooLong: () => sink.broken('a line that is too long'),
      },
      MAX_LINE_BYTES,
    )
  }

  /** The last line that came, where that was the status line of an error; the dialect has no other word for why a relay closes. */
  get lastError(): string {
    return this.#lastError
  }

  /** A request was sent. @param answered gets its status line */
  asked(answered: (status: string) => void): void {
    this.#unanswered.push(answered)
  }

  /** Takes the whole `chunk`, borrowed until this returns. */
  decode(chunk: Uint8Array): void {
    this.#decoder.decode(chunk)
  }

  /** A status line answers the oldest request; what is neither that nor a push is passed over. */
  #line(line: string | null): boolean {
    if (line === null) return true
    this.#lastError = ERROR_LINE.test(line) ? line : ''
    // C15: a relay with `push=bare` has the board in its answer.
    const board = line.startsWith(BARE_BOARD) ? readPush(`USERBOARD ${line.slice(BARE_BOARD.length)}`) : null
    if (board !== null) {
      this.#unanswered.shift()?.('200 OK')
      this.#sink.push(board)
    } else if (STATUS_LINE.test(line)) this.#unanswered.shift()?.(line)
    else {
      const push = readPush(line)
      if (push !== null) this.#sink.push(push)
    }
    return true
  }
}
