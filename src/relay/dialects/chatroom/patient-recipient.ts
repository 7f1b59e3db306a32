/**
 * A recipient whose own words wait for its answer: somebody may send to themselves, and the answer to a request
 * comes before what the request made come.
 */

import { Recipient } from '../../fanout/recipient.js'
import type { PrivateEvent } from '../../hub/events.js'

export class PatientRecipient extends Recipient {
  #waiting: PrivateEvent[] | null = null

  override receive(event: PrivateEvent, sender: Recipient | null): void {
    if (sender !== this) super.receive(event, sender)
    else if (this.#waiting === null) this.#waiting = [event]
    else this.#waiting.push(event)
  }

  /** The answer is sent: what this one said to itself follows. */
  answered(): void {
    if (this.#waiting === null) return
    const events = this.#waiting
    this.#waiting = null
    for (const event of events) super.receive(event, this)
  }
}
