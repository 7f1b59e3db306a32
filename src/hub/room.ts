/**
 * One room: who is in it, and the audience that tells them. It lives while somebody is in it (R2).
 */

import type { Audience, Recipient } from './events.js'
import type { Session } from './session.js'

export class Room<R extends Recipient> {
  readonly name: string
  readonly audience: Audience<R>
  /** R5: one half of the index; the other half is `Session.rooms`. */
  readonly members = new Set<Session<R>>()

  constructor(name: string, audience: Audience<R>) {
    this.name = name
    this.audience = audience
  }
}
