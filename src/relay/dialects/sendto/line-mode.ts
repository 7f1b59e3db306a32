/** S8: the dialect as lines, for people with a raw connection and for clients that send what is typed as it is. */

import { constantSlice, type Slice } from '../../fanout/chunk.js'
import { CLOSE_REASONS } from '../../hub/close-reason.js'
import { withoutPadding } from '../../hub/text.js'
import { LineDecoder, type LineSink } from '../../streams/lines.js'
import { decodeUtf8 } from '../../streams/utf8.js'
import type { AnswerCache } from '../answer-cache.js'
import type { Client } from '../dialect.js'
import type { Account } from './account.js'
import { type Command, parseCommand, WORDS } from './commands.js'
import { MAX_NAME_BYTES, MAX_TEXT_BYTES, type Outcome } from './layout.js'

/** A longer line has a text that is too long, whatever else is wrong with it. */
const MAX_LINE_BYTES = 'sendto '.length + MAX_NAME_BYTES + ' '.length + MAX_TEXT_BYTES

/** What a command was wrong about when the relay calls it malformed: the page has no line for that word. */
type Malformed = typeof WORDS.badUsername | typeof WORDS.badMessage

export class LineMode implements LineSink {
  readonly #client: Client
  readonly #account: Account
  readonly #nameList: AnswerCache<readonly string[]>
  readonly #maxLoginBytes: number
  readonly #decoder: LineDecoder

  /** @param maxLoginBytes how much of a line is kept as long as nobody is logged in */
  constructor(
    client: Client,
    account: Account,
    nameList: AnswerCache<readonly string[]>,
    maxLoginBytes: number,
  ) {
    this.#client = client
    this.#account = account
    this.#nameList = nameList
    this.#maxLoginBytes = maxLoginBytes
    this.#decoder = new LineDecoder(this, maxLoginBytes)
  }

  get partialFrame(): number {
    return this.#decoder.partialFrame
  }

  get heldBytes(): number {
    return this.#decoder.heldBytes
  }

  feed(bytes: Buffer, start: number, end: number): number {
    return this.#decoder.decode(bytes, start, end)
  }

  line(bytes: Uint8Array, start: number, end: number): boolean {
    // One character a byte, so that commands and names can be told in any bytes; texts are decoded where needed.
    const text = Buffer.prototype.latin1Slice.call(bytes, start, end)
    // Of a line that was cut, what looks like padding had something behind it, and the line is no shorter for it.
    const line = text.length > this.#decoder.maxLineBytes ? text : withoutPadding(text)
    this.#carryOut(parseCommand(line, this.#account.takesSecrets))
    this.#setMaxLine()
    return this.#client.requestDone()
  }

  #carryOut(command: Command): void {
    const account = this.#account
    switch (command.kind) {
      case 'login':
        account.login(command.name, command.secret, (outcome) => {
          this.#answer(outcome, WORDS.badUsername)
          this.#setMaxLine()
        })
        break
      case 'list':
        this.#list()
        break
      case 'sendto':
        this.#answer(this.#sendTo(command.name, command.text), WORDS.badMessage)
        break
      case 'logout':
        this.#answer(account.logout(), WORDS.badMessage)
        break
      case 'exit':
        // A client in the wild waits for it.
        this.#say(WORDS.exit)
        this.#client.close(CLOSE_REASONS.left)
        break
      case 'wrong':
        this.#say(command.words)
    }
  }

  #setMaxLine(): void {
    this.#decoder.maxLineBytes = this.#account.loggedIn ? MAX_LINE_BYTES : this.#maxLoginBytes
  }

  /** S3. */
  #list(): void {
    const names = this.#account.names()
    if (names === null) this.#say(WORDS.failure)
    else for (const slice of this.#nameList.get(names)) this.#account.recipient.send(slice)
  }

  #sendTo(name: string, text: string): Outcome {
    if (!this.#account.loggedIn) return 'failure'
    if (text.length > MAX_TEXT_BYTES) return 'malformed'
    const bytes = Buffer.from(text, 'latin1')
    return this.#account.sendTo(name, decodeUtf8(bytes, 0, bytes.length))
  }

  #answer(outcome: Outcome, malformed: Malformed): void {
    if (outcome === 'ok') this.#say(WORDS.success)
    else this.#say(outcome === 'failure' ? WORDS.failure : malformed)
  }

  #say(words: string): void {
    this.#account.recipient.send(LINES.get(words) as Slice)
  }
}

const LINES: ReadonlyMap<string, Slice> = new Map(
  Object.values(WORDS).map((words) => [words, constantSlice(Buffer.from(`${words}\n`))]),
)
