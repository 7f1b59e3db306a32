/**
 * One connection that asks for names: what it has shown, and whether that is being looked at. Owns that nothing more of it is read
 * meanwhile, that a connection which ends is no longer waited for, and that nobody guesses for long.
 */

import type { AccessRefusal } from '../dialects/dialect.js'
import { PAUSE, type PauseCause } from '../fanout/pauses.js'
import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'

/** Somebody asks for a name. */
export interface NameClaim {
  readonly name: string
  /** What was shown for it; `null` for nothing. */
  readonly secret: string | null
  /** The name in a verified certificate of the client's, or `null`. */
  readonly certificateName: string | null
  readonly address: string
}

/** Why not; `null` for yes. */
export type Refusal = AccessRefusal | null

/** How to find out. */
export interface Check {
  /** @returns gives it up; `null` when too many wait already, and then nothing has begun */
  begin(done: (refusal: Refusal) => void): (() => void) | null
}

/** Who knows the rules. */
export interface Decides {
  decide(claim: NameClaim): Refusal | Check
}

/** What came with a connection itself. */
export interface Shown {
  readonly remoteAddress: string
  readonly certificateName: string | null
  readonly presentedSecret: string | null
}

/** A connection, as far as this goes. */
export interface Asking {
  pause(cause: PauseCause): void
  resume(cause: PauseCause): void
  /** Carries out what was waited for, as if it had just been read. */
  carryOn(work: () => void): void
  expel(reason: CloseReason): void
}

/** Whoever has shown so many wrong passwords is sent away. */
const MAX_WRONG = 10

/** Not one that was merely not shown, or could not be looked at. */
const WRONG: ReadonlySet<Refusal> = new Set(['wrong-secret', 'expired', 'other-name'])

export class Applicant {
  readonly #rules: Decides
  readonly #asking: Asking
  readonly #shown: Shown
  #giveUp: (() => void) | null = null
  #wrong = 0

  constructor(rules: Decides, asking: Asking, shown: Shown) {
    this.#rules = rules
    this.#asking = asking
    this.#shown = shown
  }

  /** As `Client.authorize`. */
  ask(name: string, secret: string | null, then: (refusal: Refusal) => void): void {
    const asking = this.#asking
    const { certificateName, remoteAddress: address, presentedSecret } = this.#shown
    const shown = secret ?? presentedSecret
    const decision = this.#rules.decide({ name, secret: shown, certificateName, address })
    if (decision === null || typeof decision === 'string') {
      this.#answer(decision, then)
      return
    }
    const giveUp = decision.begin((refusal) => {
      this.#giveUp = null
      asking.carryOn(() => this.#answer(refusal, then))
      asking.resume(PAUSE.access)
    })
    if (giveUp === null) {
      this.#answer('busy', then)
      return
    }
    this.#giveUp = giveUp
    asking.pause(PAUSE.access)
  }

  /** The connection is over. */
  gone(): void {
    this.#giveUp?.()
    this.#giveUp = null
  }

  #answer(refusal: Refusal, then: (refusal: Refusal) => void): void {
    if (WRONG.has(refusal) && ++this.#wrong >= MAX_WRONG) {
      // Not now: the speaker has still to say that this one is refused too.
      setImmediate(() => this.#asking.expel(CLOSE_REASONS.refused))
    }
    then(refusal)
  }
}
