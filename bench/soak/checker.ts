/**
 * Holds every numbered message that somebody is told against what they must be told: to the last byte, each once, in the order of
 * its sender. The counting of sequences is the load generator's; that a message is whole, and from whom it says, is looked at here.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { InFlight } from '../load/generator/in-flight.js'
import { type OrderCounts, Tally } from '../load/generator/tally.js'
import { readSender, readSequence, readTimeUs, STAMP_BYTES, STAMP_MARK } from '../load/stamp.js'
import { words } from '../load/targets/ascii.js'
import type { UnitTaker } from '../scale/client.js'
import type { ScaleDialect } from '../scale/dialects.js'
import type { ExpectedUnit } from '../scale/expected-unit.js'
import { numberedText } from './numbered.js'
import type { Senders } from './senders.js'
import { dialectNamed } from './speech.js'

/** What became of all that was said. All but `deliveries` must be 0. */
export interface CheckedCounts {
  readonly deliveries: number
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  /** Told to somebody who must not be told, or from nobody who speaks here. */
  readonly foreign: number
  /** Other bytes than they must be. */
  readonly wrongBytes: number
  /** One of these, in JSON's escapes. */
  readonly example: string | null
}

/** All that are wrong. */
export function wrongIn({ lost, duplicated, reordered, foreign, wrongBytes }: CheckedCounts): number {
  return lost + duplicated + reordered + foreign + wrongBytes
}

/** Who came and went, as one was told. */
export interface Presence {
  joined: number
  left: number
}

interface Expected {
  readonly sequence: number
  readonly timeUs: number
  readonly unit: ExpectedUnit
}

const POLL_MS = 20
/** Of the dialects with a header, whose lengths may look like anything; in the others no text begins so early. */
const HEADER_BYTES = 4
const LONGEST_EXAMPLE = 200
const JOINING = ' is joining the chat**'
const LEAVING = ' is leaving the chat**'

export class Checker implements UnitTaker {
  readonly tally: Tally
  triedAgain = 0
  /** Messages without a number: of those who edit, ask and so on. */
  unnumbered = 0
  /** By receiver, of those who speak framed. */
  readonly presence = new Map<number, Presence>()
  readonly #senders: Senders
  /** What all who speak a dialect must get of a sender's newest message to the room. */
  readonly #expected = new Map<ScaleDialect, Map<number, Expected>>()
  /** Deliveries that came before it was `begin`. */
  #earlier = 0
  #wrongBytes = 0
  #example: string | null = null

  constructor(senders: Senders) {
    this.#senders = senders
    // Who waits for whom is the closed loop's, which is not used here.
    this.tally = new Tally(
      senders.members.length,
      senders.count,
      new InFlight(new Int32Array(senders.count), []),
    )
  }

  /** What does not fit so far; what is late by now may still come. */
  get wrong(): number {
    return this.tally.wrong + this.#wrongBytes
  }

  take(receiver: number, dialect: ScaleDialect, bytes: Uint8Array, at: number, end: number): void {
    const kind = dialect.kindOf(bytes, at, end)
    if (kind === 'person' && dialect.name === 'framed') this.#person(receiver, words(bytes, at, end))
    if (kind !== 'message') return
    const textAt = bytes.indexOf(STAMP_MARK, at + HEADER_BYTES)
    if (textAt < 0 || textAt + STAMP_BYTES > end) {
      this.unnumbered++
      return
    }
    const sender = readSender(bytes, textAt)
    const isKnown = sender < this.#senders.count
    if (!isKnown || !this.#isExact(receiver, dialect, sender, bytes, textAt, at, end)) {
      if (isKnown) this.#wrongBytes++
      this.#example ??= JSON.stringify(words(bytes, at, end)).slice(0, LONGEST_EXAMPLE)
    }
    this.tally.delivered(receiver, bytes, textAt)
  }

  /** Deliveries so far. */
  get deliveries(): number {
    return this.tally.deliveries - this.#earlier
  }

  /** Nobody has said anything yet. What newcomers were told of an earlier time, and of each other's coming, does not count. */
  begin(): void {
    this.#account()
    this.tally.latencies.reset()
    this.presence.clear()
    this.unnumbered = 0
    this.#earlier = this.tally.deliveries
    this.#wrongBytes = 0
    this.#example = null
  }

  /** Resolves when all that has been said is here, or nothing has come for `stallMs`; after `deadlineMs` at the latest. */
  async settle(stallMs: number, deadlineMs: number): Promise<void> {
    const { due } = this.#senders
    const beganMs = performance.now()
    let changedMs = beganMs
    let { deliveries } = this
    while (this.deliveries < due) {
      const nowMs = performance.now()
      // Pings come all the time: it is deliveries that count.
      if (this.deliveries !== deliveries) changedMs = nowMs
      deliveries = this.deliveries
      if (nowMs - changedMs >= stallMs || nowMs - beganMs >= deadlineMs) return
      await sleep(POLL_MS)
    }
  }

  /** Settles what has been said so far: what has not come by now is lost. */
  counts(): CheckedCounts {
    const { deliveries } = this
    return { deliveries, ...this.#account(), wrongBytes: this.#wrongBytes, example: this.#example }
  }

  #account(): OrderCounts {
    const expects = (receiver: number, sender: number) => this.#senders.expects(receiver, sender)
    return this.tally.account(this.#senders.sent, expects)
  }

  #isExact(
    receiver: number,
    dialect: ScaleDialect,
    sender: number,
    bytes: Uint8Array,
    textAt: number,
    at: number,
    end: number,
  ): boolean {
    const sequence = readSequence(bytes, textAt)
    const timeUs = readTimeUs(bytes, textAt)
    return this.#unitOf(receiver, dialect, sender, sequence, timeUs).matches(bytes, at, end)
  }

  #unitOf(
    receiver: number,
    dialect: ScaleDialect,
    sender: number,
    sequence: number,
    timeUs: number,
  ): ExpectedUnit {
    const senders = this.#senders
    const text = () => numberedText(senders.lengthOf, sender, sequence, timeUs)
    const name = senders.nameOf(sender, sequence)
    if (senders.partnerOf(sender) !== null) {
      const to = senders.members[receiver]?.name ?? ''
      return dialectNamed(dialect.name).heardDirectly(name, to, text())
    }
    let ofDialect = this.#expected.get(dialect)
    if (ofDialect === undefined) {
      ofDialect = new Map()
      this.#expected.set(dialect, ofDialect)
    }
    const known = ofDialect.get(sender)
    if (known?.sequence === sequence && known.timeUs === timeUs) return known.unit
    const unit = dialect.heard(name, text())
    ofDialect.set(sender, { sequence, timeUs, unit })
    return unit
  }

  #person(receiver: number, line: string): void {
    let presence = this.presence.get(receiver)
    if (presence === undefined) {
      presence = { joined: 0, left: 0 }
      this.presence.set(receiver, presence)
    }
    if (line.endsWith(JOINING)) presence.joined++
    else if (line.endsWith(LEAVING)) presence.left++
  }
}
