/**
 * This node's people whose names are not surely theirs: granted while nobody could be asked, or this node was declared dead since.
 * Owns that each such name is claimed as soon as that can be, and that whoever does not get it is sent away.
 */

import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import type { Recipient } from '../../hub/events.js'
import type { Hub } from '../../hub/hub.js'
import type { Session } from '../../hub/session.js'
import type { Claims } from './claims.js'
import type { ClusterObserver } from './observer.js'
import type { OwnPeople, OwnPerson } from './own-people.js'
import type { ClusterStats } from './stats.js'

export interface TrialsOptions<R extends Recipient> {
  readonly hub: Hub<R>
  readonly own: OwnPeople<R>
  readonly claims: Claims
  readonly stats: ClusterStats
  readonly observer: ClusterObserver
  readonly canAsk: () => boolean
  /** Their name is theirs: the others are told of them. */
  readonly introduce: (person: OwnPerson<R>) => void
  /** See `ClusterOptions`. */
  readonly expel: (session: Session<R>, reason: CloseReason) => void
}

export class Trials<R extends Recipient> {
  readonly #options: TrialsOptions<R>
  readonly #claiming = new Set<OwnPerson<R>>()

  constructor(options: TrialsOptions<R>) {
    this.#options = options
  }

  /** Claims the names of all who have them on trial, and are not about to know. */
  claim(): void {
    const { own, claims, canAsk, introduce } = this.#options
    if (!canAsk() || own.unsure === 0) return
    for (const person of own.all()) {
      if (person.isConfirmed || this.#claiming.has(person)) continue
      this.#claiming.add(person)
      const { session } = person
      const { name } = session
      claims.claim(name, (answer) => {
        this.#claiming.delete(person)
        const isAsBefore = own.of(session) === person && session.name === name
        if (!isAsBefore || person.isConfirmed) return
        if (answer === 'granted') introduce(person)
        else if (answer === 'taken') this.#lose(person)
      })
    }
  }

  /** Somebody of another node surely has the name. @returns whether it is free here now */
  makeWay(name: string): boolean {
    const { hub, own } = this.#options
    const holder = hub.session(name)
    const person = holder === undefined ? undefined : own.of(holder)
    if (person === undefined || person.isConfirmed) return false
    this.#lose(person)
    return hub.session(name) === undefined
  }

  #lose({ session }: OwnPerson<R>): void {
    const { stats, observer, expel } = this.#options
    stats.namesLost++
    observer.nameLost(session.name)
    expel(session, CLOSE_REASONS.nameLost)
  }
}
