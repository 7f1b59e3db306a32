/** One client of this bench as a load client's protocol: it comes in, and hands each whole unit to the ledger. */

import type { ClientEvents, Target, TargetClient } from '../load/targets/target.js'
import { type UnitReader, UnitStream } from '../load/targets/unit-stream.js'
import type { ScaleDialect } from './dialects.js'

const MOST_TRIES = 10
const RETRY_MS = 1000

/** Takes what clients are told, such as a `Ledger`. */
export interface UnitTaker {
  /** Logins that were refused and said once more. */
  triedAgain: number
  /** One whole unit, read by somebody who is in. */
  take(receiver: number, dialect: ScaleDialect, bytes: Uint8Array, at: number, end: number): void
}

/** A dialect whose clients report to `ledger`. */
export function targetOf(dialect: ScaleDialect, ledger: UnitTaker): Target {
  return {
    name: dialect.name,
    echoesOwn: false,
    client: ({ name, receiver, events }) => new ScaleClient(dialect, ledger, name, receiver, events),
    template: () => {
      throw new Error('what is said here is not stamped')
    },
  }
}

class ScaleClient implements TargetClient, UnitReader {
  readonly #dialect: ScaleDialect
  readonly #ledger: UnitTaker
  readonly #name: string
  readonly #receiver: number
  readonly #events: ClientEvents
  readonly #stream = new UnitStream(this)
  #isIn = false
  /** Until it tries again; what else is said of an earlier try does not count. */
  #isWaiting = false
  #tries = 0

  constructor(
    dialect: ScaleDialect,
    ledger: UnitTaker,
    name: string,
    receiver: number,
    events: ClientEvents,
  ) {
    this.#dialect = dialect
    this.#ledger = ledger
    this.#name = name
    this.#receiver = receiver
    this.#events = events
  }

  opening(): Uint8Array {
    return this.#dialect.login(this.#name)
  }

  read(bytes: Uint8Array, length: number): void {
    this.#stream.read(bytes, length)
  }

  unitEnd(bytes: Uint8Array, at: number, end: number): number {
    return this.#dialect.unitEnd(bytes, at, end)
  }

  take(bytes: Uint8Array, at: number, end: number): void {
    if (this.#isIn) {
      this.#ledger.take(this.#receiver, this.#dialect, bytes, at, end)
      return
    }
    const answer = this.#dialect.loginAnswer(bytes, at, end)
    if (answer === null) return
    if (answer === 'in') {
      this.#isIn = true
      this.#events.joined()
    } else if (!this.#isWaiting) {
      this.#refused(Buffer.from(bytes.subarray(at, end)).toString('latin1').trim())
    }
  }

  /** Whoever comes with thousands of others may be told to try again; so does a person. */
  #refused(words: string): void {
    if (++this.#tries === MOST_TRIES) {
      this.#events.refused(`${this.#dialect.name} refused ${MOST_TRIES} times: ${words}`)
      return
    }
    this.#ledger.triedAgain++
    this.#isWaiting = true
    setTimeout(() => {
      this.#isWaiting = false
      this.#events.reply(this.opening())
    }, RETRY_MS)
  }
}
