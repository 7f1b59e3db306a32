/**
 * What operators, and a program that has the relay inside, do to people: say something as the relay, and send somebody
 * away. Owns the voice. Who may ask for it, and that it is recorded, is whoever's asks.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Backplane } from './backplane/backplane.js'
import type { Recipient } from './fanout/recipient.js'
import { type Person, personOf } from './hooks.js'
import type { CloseReason } from './hub/close-reason.js'
import type { Hub } from './hub/hub.js'
import type { Session } from './hub/session.js'
import { Connection } from './net/connection.js'
import { VOICE_DIALECT } from './voice.js'

/** Somebody of any node. */
export interface PersonAnywhere extends Person {
  /** `null` for this one. Where somebody comes from is known to their own node alone: `''` and 0 otherwise. */
  readonly node: string | null
}

export interface Expelled {
  readonly person: PersonAnywhere
  readonly isGone: boolean
}

/** So long is waited for another node. */
const EXPEL_MS = 3000
const POLL_MS = 10
/** Whoever does something to thousands holds up everybody no longer than anybody else does. */
const TURN_MS = 2

export class Moderation {
  readonly #hub: Hub<Recipient>
  readonly #voice: string

  readonly #backplane: Backplane

  /** @param voice a name that nobody else can have */
  constructor(hub: Hub<Recipient>, backplane: Backplane, voice: string) {
    this.#hub = hub
    this.#backplane = backplane
    this.#voice = voice
  }

  /**
   * Ends somebody's connection: they are told, where their dialect can say it, their rooms hear that they leave, and the name
   * is free when this returns. Not from inside a hook.
   * @returns who that was; `null` where nobody of this node has the name
   */
  expel(name: string, reason: CloseReason): Person | null {
    const session = this.#hub.session(name)
    const source = session?.recipientHere?.source
    if (session === undefined || !(source instanceof Connection)) return null
    const person = personOf(session)
    source.expel(reason)
    return person
  }

  /** As `expel`, a moment later, for somebody of another node. @returns who that is; `null` where there is nobody such */
  expelElsewhere(name: string, reason: CloseReason): Session<Recipient> | null {
    const session = this.#hub.session(name)
    if (session === undefined || session.node === null) return null
    this.#backplane.order({ kind: 'expel', name, reason }, session.node)
    return session
  }

  /**
   * As `expel`, wherever they are: their node is asked to, and known to have done it once it says that they are gone.
   * @returns who that was, and whether they are gone; `null` where nobody has the name
   */
  async expelAnywhere(name: string, reason: CloseReason): Promise<Expelled | null> {
    const here = this.expel(name, reason)
    if (here !== null) return { person: { ...here, node: null }, isGone: true }
    const session = this.expelElsewhere(name, reason)
    if (session === null) return null
    const deadlineMs = performance.now() + EXPEL_MS
    const isThere = () => this.#hub.session(session.name) === session
    while (isThere() && performance.now() < deadlineMs) await delay(POLL_MS)
    const { dialect, node } = session
    return { person: { name, dialect, address: '', port: 0, node }, isGone: !isThere() }
  }

  /** Ends these connections as `expel` does, in several turns of the event loop where they are many. @returns how many */
  async expelAll(connections: readonly Connection[], reason: CloseReason): Promise<number> {
    const breathe = breather()
    let ended = 0
    for (const connection of connections) {
      // Some are on their way out already, or have gone meanwhile.
      if (connection.gone) continue
      connection.expel(reason)
      ended++
      await breathe()
    }
    return ended
  }

  /**
   * Says something to a room. Not from inside a hook.
   * @param text has been checked (M3)
   * @returns the message's id; `null` where there is no such room
   */
  say(room: string, text: string): string | null {
    const found = this.#hub.rooms.get(room)
    return found === undefined ? null : this.#hub.messages.announce(this.#voice, VOICE_DIALECT, found, text)
  }

  /** Says something to those of this node who are in a room. Not from inside a hook. @param text has been checked (M3) */
  sayHere(room: string, text: string): void {
    const found = this.#hub.rooms.get(room)
    if (found !== undefined) this.#hub.messages.announceHere(this.#voice, VOICE_DIALECT, found, text, null)
  }

  /**
   * Says something to everybody, as `sayToAll` at each node.
   * @returns how many are told, as far as this node knows those of others
   */
  async sayEverywhere(text: string): Promise<number> {
    const elsewhere = this.#hub.elsewhere.size
    this.#backplane.order({ kind: 'say', text }, null)
    return (await this.sayToAll(text)) + elsewhere
  }

  /**
   * Says something to everybody of this node, once: in a room that they are in, and to those who are in none alone. Takes several
   * turns of the event loop where there are many rooms. Not from inside a hook.
   * @param text has been checked (M3)
   * @returns how many were told
   */
  async sayToAll(text: string): Promise<number> {
    const { messages, rooms } = this.#hub
    const present = Array.from(this.#hub.sessions()).filter(({ node }) => node === null)
    const told = new Set<Session<Recipient>>()
    const breathe = breather()
    for (const room of [...rooms.all()]) {
      // It may have come to its end meanwhile.
      if (rooms.get(room.name) !== room) continue
      const before = new Set<Session<Recipient>>()
      for (const member of room.members.keys()) {
        if (member.node !== null) continue
        if (told.has(member)) before.add(member)
        else told.add(member)
      }
      if (before.size === room.here) continue
      messages.announceHere(this.#voice, VOICE_DIALECT, room, text, before.size === 0 ? null : before)
      await breathe()
    }
    // Who is in no room, and who has gone to another one meanwhile.
    for (const session of present) {
      if (told.has(session) || this.#hub.session(session.name) !== session) continue
      told.add(session)
      messages.announceTo(this.#voice, VOICE_DIALECT, session, text)
      await breathe()
    }
    return told.size
  }
}

/** @returns lets others have their turn, where this one has taken long enough */
function breather(): () => Promise<void> {
  let turnEndsMs = performance.now() + TURN_MS
  return async () => {
    if (performance.now() < turnEndsMs) return
    await new Promise(setImmediate)
    turnEndsMs = performance.now() + TURN_MS
  }
}
