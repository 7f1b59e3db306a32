/** Somebody who comes for a moment: one connection in one dialect, which says, asks and leaves, and counts what it does. */

import type { RawPeer } from '../../src/conform/raw-peer.js'
import { monotonicUs } from '../load/clock.js'
import type { Deeds } from './deeds.js'
import type { Door } from './door.js'
import type { Senders, Slot } from './senders.js'
import type { SoakDialect } from './speech.js'

export interface House {
  readonly door: Door
  readonly deeds: Deeds
  readonly senders: Senders
  readonly random: () => number
  /** A name that nobody has had. */
  freshName(): string
}

export class Guest {
  readonly name: string
  readonly dialect: SoakDialect
  readonly isOverWebSocket: boolean
  readonly peer: RawPeer
  readonly #house: House

  private constructor(house: House, dialect: SoakDialect, isOverWebSocket: boolean, peer: RawPeer) {
    this.#house = house
    this.dialect = dialect
    this.isOverWebSocket = isOverWebSocket
    this.peer = peer
    this.name = house.freshName()
  }

  /** A stranger so far. */
  static async come(house: House, dialect: SoakDialect, isOverWebSocket = false): Promise<Guest> {
    const peer = await house.door.open(dialect, isOverWebSocket)
    return new Guest(house, dialect, isOverWebSocket, peer)
  }

  /** @throws CheckFailure when the name is refused */
  static async enter(house: House, dialect: SoakDialect, isOverWebSocket = false): Promise<Guest> {
    const guest = await Guest.come(house, dialect, isOverWebSocket)
    const answer = await guest.login(guest.name)
    if (answer !== 'in') throw new Error(`${dialect.wire.name} refuses the free name ${guest.name}`)
    house.deeds.accepted++
    return guest
  }

  async login(name: string): Promise<'in' | 'refused'> {
    const { wire } = this.dialect
    this.peer.write(wire.login(name))
    let answer: 'in' | 'refused' | null = null
    while (answer === null) {
      const unit = await this.unit(`the answer to the login of ${name}`)
      answer = wire.loginAnswer(unit, 0, unit.length)
    }
    return answer
  }

  /** The next unit that comes. @throws CheckFailure when none does */
  async unit(expected: string): Promise<Buffer> {
    const { unitEnd } = this.dialect.wire
    return await this.peer.takeUnit((received) => {
      const end = unitEnd(received, 0, received.length)
      return end <= received.length ? end : 0
    }, expected)
  }

  /** Passes over what else comes. @throws CheckFailure when it does not come */
  async until(isIt: (unit: Buffer) => boolean, expected: string): Promise<Buffer> {
    for (;;) {
      const unit = await this.unit(expected)
      if (isIt(unit)) return unit
    }
  }

  /** The next unit with these words in it. */
  async untilSaid(words: string): Promise<Buffer> {
    return await this.until((unit) => unit.includes(words), words)
  }

  /** Asks so often, all at once, and takes all answers. */
  async ask(times: number): Promise<void> {
    const { question, isAnswer, wire } = this.dialect
    for (let asked = 0; asked < times; asked++) this.peer.write(question)
    for (let answer = 0; answer < times; answer++) await this.until(isAnswer, `an answer of ${wire.name}`)
    this.#house.deeds.answered += times
  }

  /** Says something to the room that has no number, so that nobody counts on it. */
  say(text: string): void {
    this.peer.write(this.dialect.wire.say(this.name, text, ''))
    this.#house.deeds.said.message++
  }

  /** Says numbered messages to the room, in one write. */
  sayNumbered(slot: Slot, messages: number): void {
    const { senders, deeds } = this.#house
    const all = Array.from({ length: messages }, () =>
      this.dialect.wire.say(this.name, senders.next(slot.sender, monotonicUs()), ''),
    )
    deeds.said.message += messages
    this.peer.write(Buffer.concat(all))
  }

  /** Leaves in the dialect's words, where it has any. */
  async leave(): Promise<void> {
    const { farewell } = this.dialect
    if (farewell === null) {
      await this.end()
      return
    }
    this.peer.discard()
    this.peer.write(farewell)
    await this.#closed('left')
  }

  /** Ends its side, and waits until the relay has ended the other. */
  async end(): Promise<void> {
    this.peer.discard()
    this.peer.end()
    await this.#closed('ended')
  }

  /** Breaks the connection. */
  reset(): void {
    this.peer.reset()
    this.#house.deeds.end('reset')
  }

  /** Waits until the relay ends it, which it must record as `reason`. */
  async endedFor(reason: string): Promise<void> {
    this.peer.discard()
    await this.#closed(reason)
  }

  async #closed(reason: string): Promise<void> {
    await this.peer.closed(`the end of a connection of ${this.dialect.wire.name}, as ${reason}`)
    this.peer.close()
    this.#house.deeds.end(reason)
  }
}
