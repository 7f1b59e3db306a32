/** The dialect as messages: each request is answered by one RESPONSE, or by what was asked for (S1). */

import { constantSlice, type Slice } from '../../fanout/chunk.js'
import { withoutPadding } from '../../hub/text.js'
import { decodeUtf8 } from '../../streams/utf8.js'
import type { AnswerCache } from '../answer-cache.js'
import type { Client } from '../dialect.js'
import type { Account } from './account.js'
import { MessageDecoder, type MessageSink } from './decoder.js'
import { responseOf } from './encoder.js'
import { MAX_NAME_BYTES, type Outcome, TYPE } from './layout.js'

const RESPONSES: Readonly<Record<Outcome, Slice>> = {
  ok: constantSlice(responseOf('ok')),
  failure: constantSlice(responseOf('failure')),
  malformed: constantSlice(responseOf('malformed')),
}

export class MessageMode implements MessageSink {
  readonly #client: Client
  readonly #account: Account
  readonly #nameList: AnswerCache<readonly string[]>
  readonly #maxLoginBytes: number
  readonly #decoder = new MessageDecoder(this)

  /** @param maxLoginBytes the longest text of a LOGIN that is looked at */
  constructor(
    client: Client,
    account: Account,
    nameList: AnswerCache<readonly string[]>,
    maxLoginBytes: number,
  ) {
    this.#maxLoginBytes = maxLoginBytes
    this.#client = client
    this.#account = account
    this.#nameList = nameList
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

  /**
   * Parts of a message that its answer does not depend on are skipped and never kept in memory, so that no client can
   * fill it with them: before a login that is every text.
   */
  wanted(type: number, nameBytes: number, textBytes: number): number {
    if (type === TYPE.LOGIN) return nameBytes + (this.#readsSecret(textBytes) ? textBytes : 0)
    const heard = type === TYPE.SENDTO && nameBytes <= MAX_NAME_BYTES && this.#account.loggedIn
    return heard ? nameBytes + textBytes : 0
  }

  message(type: number, nameBytes: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (type === TYPE.LOGIN) {
      const text = start + nameBytes
      const secret = text < end ? withoutPadding(decodeUtf8(bytes, text, end) ?? '') : null
      this.#account.login(nameIn(bytes, start, text), secret, (outcome) => this.#answer(outcome))
    } else if (type === TYPE.LIST && nameBytes <= MAX_NAME_BYTES) {
      this.#list()
    } else {
      this.#answer(this.#carryOut(type, nameBytes, bytes, start, end))
    }
    return this.#client.requestDone()
  }

  #answer(outcome: Outcome): void {
    this.#account.recipient.send(RESPONSES[outcome])
  }

  /** S3. */
  #list(): void {
    const names = this.#account.names()
    if (names === null) this.#answer('failure')
    else for (const slice of this.#nameList.get(names)) this.#account.recipient.send(slice)
  }

  /** The text of a LOGIN says nothing, so that is where a password or a token is. */
  #readsSecret(textBytes: number): boolean {
    return this.#account.takesSecrets && textBytes <= this.#maxLoginBytes
  }

  #carryOut(type: number, nameBytes: number, bytes: Uint8Array, start: number, end: number): Outcome {
    const account = this.#account
    // S6.
    if (nameBytes > MAX_NAME_BYTES) return 'malformed'
    if (type === TYPE.LOGOUT) return account.logout()
    if (type !== TYPE.SENDTO) return 'malformed'
    if (!account.loggedIn) return 'failure'
    const text = start + nameBytes
    return account.sendTo(nameIn(bytes, start, text), decodeUtf8(bytes, text, end))
  }
}

/** One character a byte: what is not ASCII is nobody's name. S6: one that is too long is so with its padding. */
function nameIn(bytes: Uint8Array, start: number, end: number): string {
  const name = Buffer.prototype.latin1Slice.call(bytes, start, end)
  return end - start > MAX_NAME_BYTES ? name : withoutPadding(name)
}
