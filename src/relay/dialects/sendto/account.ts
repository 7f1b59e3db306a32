/**
 * What one connection does on the relay, whichever way it speaks: logs in, says something to somebody, logs out,
 * logs in again. Owns the session; knows no bytes.
 *
 *                LOGIN free and valid
 *   nobody  -------------------------->  logged in
 *           <--------------------------
 *                LOGOUT                      the connection ends: over
 */

import type { Encoding } from '../../fanout/encoding.js'
import { Recipient } from '../../fanout/recipient.js'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import type { Session } from '../../hub/session.js'
import { isName, isText, withoutPadding } from '../../hub/text.js'
import type { Client, DialectContext, NameRefusal } from '../dialect.js'
import { loggedName } from '../words.js'
import { MAX_NAME_BYTES, type Outcome } from './layout.js'

export class Account {
  readonly recipient: Recipient
  readonly #relay: DialectContext
  readonly #client: Client
  #session: Session<Recipient> | null = null

  constructor(relay: DialectContext, client: Client, encoding: Encoding) {
    this.#relay = relay
    this.#client = client
    this.recipient = new Recipient(encoding, client.outbox)
  }

  get loggedIn(): boolean {
    return this.#session !== null
  }

  /** Whether a password or a token is looked for beside a name. */
  get takesSecrets(): boolean {
    return this.#relay.access.takesSecrets
  }

  /**
   * S2.
   * @param name one character a byte, as it came but for padding
   * @param answer is told how it ended, as `Client.authorize` does
   */
  login(name: string, secret: string | null, answer: (outcome: Outcome) => void): void {
    const valid = name.length <= MAX_NAME_BYTES && isName(name)
    if (this.#session !== null) answer(valid ? 'failure' : 'malformed')
    else if (valid) this.#client.authorize(name, secret, (denied) => answer(this.#claim(name, denied)))
    else {
      this.#client.nameRequested(loggedName(name), 'invalid')
      answer('malformed')
    }
  }

  #claim(name: string, denied: NameRefusal | null): Outcome {
    const claimed = denied ?? this.#relay.hub.claim(name, this.#client.dialect, this.recipient)
    this.#client.nameRequested(name, typeof claimed === 'string' ? claimed : 'accepted')
    if (typeof claimed === 'string') return 'failure'
    this.#session = claimed
    return 'ok'
  }

  /** S4. @param text `null` where it is not even UTF-8 */
  sendTo(name: string, text: string | null): Outcome {
    const session = this.#session
    if (session === null) return 'failure'
    const clean = text === null ? '' : withoutPadding(text)
    if (clean === '' || !isText(clean)) return 'malformed'
    // C11: to somebody who has blocked us, nothing goes; the page has no other word for that than failure.
    return this.#relay.hub.messages.direct(session, [name], clean).kind === 'sent' ? 'ok' : 'failure'
  }

  /** S3. @returns `null` for who is not to know */
  names(): readonly string[] | null {
    const { hub, access } = this.#relay
    return access.isClosed && this.#session === null ? null : hub.names()
  }

  /** S5: the name is free, the connection stays. */
  logout(): Outcome {
    if (this.#session === null) return 'failure'
    this.over(CLOSE_REASONS.left)
    this.#client.unnamed()
    return 'ok'
  }

  /** Nobody is logged in here any more. Asking again changes nothing. */
  over(reason: CloseReason): void {
    const session = this.#session
    this.#session = null
    if (session !== null) this.#relay.hub.end(session, reason.label)
  }
}
