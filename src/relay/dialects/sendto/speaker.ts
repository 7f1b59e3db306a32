/**
 * One connection's side of the sendto dialect. Owns which of the two modes the connection speaks, which its first
 * byte decides (S8), and the end of its session; the modes own the rest.
 */

import type { CloseReason } from '../../hub/close-reason.js'
import type { AnswerCache } from '../answer-cache.js'
import type { Client, DialectContext, Speaker } from '../dialect.js'
import { Account } from './account.js'
import { SENDTO_ENCODINGS } from './encoding.js'
import { LineMode } from './line-mode.js'
import { MessageMode } from './message-mode.js'

/** What all connections of one listener share. */
export interface SendtoListener {
  readonly relay: DialectContext
  readonly messageList: AnswerCache<readonly string[]>
  readonly lineList: AnswerCache<readonly string[]>
}

const FIRST_PRINTABLE = 0x20
const LAST_PRINTABLE = 0x7e

export class SendtoSpeaker implements Speaker {
  readonly #listener: SendtoListener
  readonly #client: Client
  #account: Account | null = null
  #mode: MessageMode | LineMode | null = null

  constructor(listener: SendtoListener, client: Client) {
    this.#listener = listener
    this.#client = client
  }

  get partialFrame(): number {
    return this.#mode?.partialFrame ?? 0
  }

  get heldBytes(): number {
    return this.#mode?.heldBytes ?? 0
  }

  feed(bytes: Buffer, start: number, end: number): number {
    if (start === end) return end
    this.#mode ??= this.#begin(bytes[start] as number)
    return this.#mode.feed(bytes, start, end)
  }

  /** S8. Nothing is sent before the mode is decided. */
  isBinary(firstByte: number): boolean {
    return this.#mode === null ? !isPrintable(firstByte) : this.#mode instanceof MessageMode
  }

  /** The page has no message that says why a connection ends. */
  farewell(): void {}

  closed(reason: CloseReason): void {
    this.#account?.over(reason)
  }

  /** S8: no type is a printable character. */
  #begin(first: number): MessageMode | LineMode {
    const { relay, messageList, lineList } = this.#listener
    const lines = isPrintable(first)
    const account = new Account(relay, this.#client, SENDTO_ENCODINGS[lines ? 'lines' : 'messages'])
    this.#account = account
    return lines
      ? new LineMode(this.#client, account, lineList, relay.maxLoginBytes)
      : new MessageMode(this.#client, account, messageList, relay.maxLoginBytes)
  }
}

function isPrintable(byte: number): boolean {
  return byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE
}
