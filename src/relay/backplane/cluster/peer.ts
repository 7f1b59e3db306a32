/** Another node, and its people, as they are known here: plain data, which `presence.ts` and `peers.ts` change. */

import type { Recipient } from '../../hub/events.js'
import type { Session } from '../../hub/session.js'
import type { Subject } from '../bus.js'
import type { Incoming } from './incoming.js'
import type { Snapshot } from './packets.js'

/** Somebody of another node. */
export interface Person<R extends Recipient> {
  readonly peer: Peer<R>
  readonly number: number
  name: string
  /** `null` while somebody else has the name here: one of the two has lost it, and it was not heard of yet. */
  session: Session<R> | null
  /** An array, because nearly everybody is in one room. */
  rooms: string[]
}

/** One incarnation of another node. */
export class Peer<R extends Recipient> {
  readonly id: string
  readonly incarnation: string
  /** On this node's monotonic clock. */
  heardMs: number
  /** The number of `all` that comes next; `null` before it was first known. */
  next: number | null = null
  /** Whether its people are known as of `next`. Otherwise it was asked, or is to be. */
  isKnown = false
  /** It was declared dead: what people say there is heard by nobody, and missing. */
  isDead = false
  askedMs = Number.NEGATIVE_INFINITY
  /** When it will have told of all of its people, also of those whose names it claims anew; `null` when it has. */
  completeMs: number | null = null
  readonly people = new Map<number, Person<R>>()
  /** In which rooms it has people, and how many. */
  readonly rooms = new Map<string, number>()
  /** What it says in rooms, and to this node. */
  readonly incoming = new Map<Subject, Incoming>()
  /** What has come of a snapshot. */
  pieces: Snapshot[] = []

  constructor(id: string, incarnation: string, heardMs: number) {
    this.id = id
    this.incarnation = incarnation
    this.heardMs = heardMs
  }
}
