/**
 * Counts, for all clients of one process, what each was told: the message of the present round, exactly once and to the
 * last byte, and who came and went. It is where a message that is lost, doubled, changed or somebody else's shows.
 */

import { monotonicUs } from '../load/clock.js'
import type { ScaleDialect } from './dialects.js'
import { SCALE_DIALECTS } from './dialects.js'
import type { ExpectedUnit } from './expected-unit.js'
import { isMeant, meantIn, nameOf, type Range } from './plan.js'

/** One message that everybody who is meant has to get. */
export interface Round {
  readonly speaker: number
  readonly text: string
}

/** What became of a round in one process. All but `once` and `meant` must be 0. */
export interface RoundCounts {
  /** Clients that must get it. */
  meant: number
  /** Of them, those who got it exactly once. */
  once: number
  missing: number
  /** Clients that got it more than once. */
  doubled: number
  /** Clients that got it and must not. */
  uncalledFor: number
  /** Messages that are not what this round's must be, byte by byte. */
  wrongBytes: number
  /** One of them, in JSON's escapes. */
  example: string | null
}

/** Lines that tell who comes and goes, as everybody in the process was told them. */
export interface PresenceCounts {
  /** Lines of one person. */
  people: number
  /** Lines of several at once. */
  crowds: number
}

const MANY = 255
const LONGEST_EXAMPLE = 200

export class Ledger {
  readonly presence: PresenceCounts = { people: 0, crowds: 0 }
  /** Logins that were refused and said once more. */
  triedAgain = 0
  /** Chunks since the start. */
  chunks = 0
  /** When the newest chunk was read, on the monotonic clock. */
  chunkUs = 0
  /** Who has it, of those who are meant. */
  reached = 0

  readonly #range: Range
  readonly #times: Uint8Array
  readonly #reachedUs: Float64Array
  #round: Round | null = null
  #expected: ReadonlyMap<ScaleDialect, ExpectedUnit> = new Map()
  #wrongBytes = 0
  #example: string | null = null

  constructor(range: Range) {
    this.#range = range
    this.#times = new Uint8Array(range.clients)
    this.#reachedUs = new Float64Array(range.clients)
  }

  /** From now on every message is one of `round`. What an earlier round still has on its way is then wrong. */
  expect(round: Round): void {
    this.#round = round
    const sender = nameOf(round.speaker)
    this.#expected = new Map(SCALE_DIALECTS.map((dialect) => [dialect, dialect.heard(sender, round.text)]))
    this.#times.fill(0)
    this.#wrongBytes = 0
    this.#example = null
    this.reached = 0
  }

  /** How many must get the present round's message. */
  get meant(): number {
    return this.#round === null ? 0 : meantIn(this.#range, this.#round.speaker)
  }

  beginChunk(): void {
    this.chunks++
    this.chunkUs = monotonicUs()
  }

  /** One whole unit, read by somebody who is in. @param receiver the client's number in this process */
  take(receiver: number, dialect: ScaleDialect, bytes: Uint8Array, at: number, end: number): void {
    const kind = dialect.kindOf(bytes, at, end)
    if (kind === 'person') this.presence.people++
    else if (kind === 'crowd') this.presence.crowds++
    else if (kind === 'message') this.#message(receiver, dialect, bytes, at, end)
  }

  counts(): RoundCounts {
    const counts: RoundCounts = {
      meant: 0,
      once: 0,
      missing: 0,
      doubled: 0,
      uncalledFor: 0,
      wrongBytes: this.#wrongBytes,
      example: this.#example,
    }
    const round = this.#round
    if (round === null) return counts
    for (const [receiver, times] of this.#times.entries()) {
      if (!isMeant(this.#range.first + receiver, round.speaker)) {
        if (times > 0) counts.uncalledFor++
        continue
      }
      counts.meant++
      if (times === 0) counts.missing++
      else if (times === 1) counts.once++
      else counts.doubled++
    }
    return counts
  }

  /** When each of those who have it got it, in no order, on the monotonic clock. */
  arrivalsUs(): number[] {
    return Array.from(this.#reachedUs).filter((_, receiver) => this.#times[receiver] !== 0)
  }

  #message(receiver: number, dialect: ScaleDialect, bytes: Uint8Array, at: number, end: number): void {
    if (this.#expected.get(dialect)?.matches(bytes, at, end) !== true) {
      this.#wrongBytes++
      this.#example ??= JSON.stringify(Buffer.from(bytes.subarray(at, end)).toString('latin1')).slice(
        0,
        LONGEST_EXAMPLE,
      )
      return
    }
    const times = this.#times[receiver] as number
    this.#times[receiver] = Math.min(MANY, times + 1)
    if (times !== 0) return
    this.#reachedUs[receiver] = this.chunkUs
    this.reached++
  }
}

/** The counts of all processes together. */
export function sumOf(all: readonly RoundCounts[]): RoundCounts {
  const total: RoundCounts = {
    meant: 0,
    once: 0,
    missing: 0,
    doubled: 0,
    uncalledFor: 0,
    wrongBytes: 0,
    example: null,
  }
  for (const counts of all) {
    total.meant += counts.meant
    total.once += counts.once
    total.missing += counts.missing
    total.doubled += counts.doubled
    total.uncalledFor += counts.uncalledFor
    total.wrongBytes += counts.wrongBytes
    total.example ??= counts.example
  }
  return total
}

/** What is wrong with a round, in words; empty when it reached `meant` clients exactly once, whole, and nobody else. */
export function faultsOf(counts: RoundCounts, meant: number): string[] {
  const { once, missing, doubled, uncalledFor, wrongBytes, example } = counts
  return [
    ...(counts.meant === meant ? [] : [`${counts.meant} clients were meant, expected ${meant}`]),
    ...(once === meant ? [] : [`${once} of ${meant} got it exactly once`]),
    ...(missing === 0 ? [] : [`${missing} did not get it`]),
    ...(doubled === 0 ? [] : [`${doubled} got it more than once`]),
    ...(uncalledFor === 0 ? [] : [`${uncalledFor} got it and must not`]),
    ...(wrongBytes === 0
      ? []
      : [`${wrongBytes} messages have other bytes than they must, such as ${example}`]),
  ]
}
