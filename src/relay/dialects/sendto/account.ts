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
import type { Hub } from '../../hub/hub.js'
import type { Session } from '../../hub/session.js'
import { isName, isText, withoutPadding } from '../../hub/text.js'
import type { Client } from '../dialect.js'
import { loggedName } from '../words.js'
import { MAX_NAME_BYTES, type Outcome } from './layout.js'

export class Account {
  readonly recipient: Recipient
  readonly #hub: Hub<Recipient>
  readonly #client: Client
  #session: Session<Recipient> | null = null

  constructor(hub: Hub<Recipient>, client: Client, encoding: Encoding) {
    this.#hub = hub
    this.#client = client
    this.recipient = new Recipient(encoding, client.outbox)
  }

  get loggedIn(): boolean {
    return this.#session !== null
  }

  /** S2. @param name one character a byte, as it came but for padding */
  login(name: string): Outcome {
    const valid = name.length <= MAX_NAME_BYTES && isName(name)
    if (this.#session !== null) return valid ? 'failure' : 'malformed'
    if (!valid) {
      this.#client.nameRequested(loggedName(name), 'invalid')
      return 'malformed'
    }
    const claimed = this.#hub.claim(name, this.#client.dialect, this.recipient)
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
    return this.#hub.messages.direct(session, [name], clean).kind === 'sent' ? 'ok' : 'failure'
  }

  /** S3. */
  names(): readonly string[] {
    return this.#hub.names()
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
    if (session !== null) this.#hub.end(session, reason.label)
  }
}
