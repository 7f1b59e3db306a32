/**
 * Asks for names among all nodes. Owns what is under way: so much at once, each for so long at most, and one question for each
 * name however many want it. What was granted and not taken up is given back. However many come back at once, they wait for as long as
 * somebody else's name is decided meanwhile.
 *
 *     claim ──▶ waiting ──▶ asked ──▶ answered ──▶ in a turn of its own: whoever wants it is told, in order
 *                  ▲          │
 *                  └──────────┘  this node is another incarnation by now: the answer was for the one before;
 *                                or nobody knows, as when this node was too busy to hear of it: asked again at the next tick;
 *                                or it is somebody's of whom nothing is known here: they have left, and the name is about to be free
 */

import type { ClusterRefusal } from '../backplane.js'
import type { Leases, NameRegistry } from '../bus.js'
import type { Clock } from './clock.js'
import type { ClusterStats } from './stats.js'
import { CLAIM_AGAIN_MS, CLAIM_MS, FREED_WITHIN_MS, TICK_MS } from './timing.js'

/** So many questions are asked at once, … */
const MAX_ASKED = 256
/** … and so many names may wait for that. */
const MAX_WAITING = 50_000
/** A name of which nobody knows is asked for so often. */
const MOST_ASKS = 5
/** Of two ticks that are further apart, this much counts: this node was busy meanwhile, or stood still. */
const MOST_BETWEEN_TICKS_MS = 2 * TICK_MS

/** `cut-off`: nobody can be asked. */
export type ClaimAnswer = 'granted' | 'cut-off' | ClusterRefusal

interface Claim {
  readonly name: string
  /** When it was asked for last, or came. On the clock of `Claims`. */
  sinceMs: number
  asks: number
  /** How often nobody knew what had become of it. */
  unknowns: number
  /** When it was somebody else's for the first time. */
  takenMs: number | null
  /** When it was granted although somebody is known to have it, for the first time. */
  doubtedMs: number | null
  /** When it came, on the machine's clock. */
  cameMs: number
  state: 'waiting' | 'asked' | 'granted' | 'taken' | 'unreachable'
  /** Of whom it was asked for. */
  incarnation: string
  wanted: ((answer: ClaimAnswer) => void)[]
}

export interface ClaimsOptions {
  readonly registry: NameRegistry
  readonly leases: Leases
  readonly clock: Clock
  readonly stats: ClusterStats
  readonly afterTurn: (callback: () => void) => void
  /** Whether somebody of this node has the name, or holds it. */
  readonly isTakenUp: (name: string) => boolean
  /** Whether anybody has the name, as far as is known here. */
  readonly isKnown: (name: string) => boolean
  /** Whether somebody of another node has it, as far as is known here. */
  readonly isElsewhere: (name: string) => boolean
}

export class Claims {
  readonly #options: ClaimsOptions
  readonly #claims = new Map<string, Claim>()
  #waiting: Claim[] = []
  /** Those of which nobody knows: they wait again from the next tick on. */
  #again: Claim[] = []
  #asked = 0
  /** Milliseconds in which this node did something, … */
  #ranMs = 0
  #lastTickMs: number
  /** … and when a name was decided last. */
  #decidedMs = 0
  #answered: Claim[] = []
  /** What is granted this very moment, to whoever is told. */
  #granting: string | null = null
  #wasTakenUp = false
  /** Granted, and held for somebody who is not here yet. */
  readonly #held = new Set<string>()

  constructor(options: ClaimsOptions) {
    this.#options = options
    this.#lastTickMs = options.clock.now()
  }

  /** @param then called later, from a turn of its own; or at once when there are too many */
  claim(name: string, then: (answer: ClaimAnswer) => void): void {
    const { clock, stats } = this.#options
    stats.claims++
    const known = this.#claims.get(name)
    if (known !== undefined) {
      // Whoever wanted it before was told that it takes too long.
      if (known.wanted.length === 0) {
        known.sinceMs = this.#ranMs
        known.cameMs = clock.now()
        known.takenMs = null
        known.doubtedMs = null
      }
      known.wanted.push(then)
      return
    }
    if (this.#waiting.length >= MAX_WAITING) {
      stats.claimsBusy++
      then('busy')
      return
    }
    const since = {
      sinceMs: this.#ranMs,
      cameMs: clock.now(),
      takenMs: null,
      doubtedMs: null,
      asks: 0,
      unknowns: 0,
    }
    const claim: Claim = { name, ...since, state: 'waiting', incarnation: '', wanted: [then] }
    this.#claims.set(name, claim)
    this.#waiting.push(claim)
    this.ask()
  }

  /** @returns whether somebody who has the name from now on has it among all nodes */
  takeUp(name: string): boolean {
    if (name !== this.#granting) return this.#held.delete(name)
    this.#wasTakenUp = true
    return true
  }

  /** A name that was held is free. */
  release(name: string): void {
    if (this.#held.delete(name)) this.giveBack(name)
  }

  /** A name of this node's is free for everybody, unless somebody here has it again, or is about to. */
  giveBack(name: string): void {
    const { registry, isTakenUp } = this.#options
    if (!isTakenUp(name) && !this.#claims.has(name)) registry.release(name)
  }

  /** Nothing that was granted counts any more. */
  forgetGrants(): void {
    this.#held.clear()
  }

  /** Asks what waits, as far as this node may ask. */
  ask(): void {
    if (!this.#options.leases.isFresh) return
    let next = 0
    while (next < this.#waiting.length && this.#asked < MAX_ASKED) this.#ask(this.#waiting[next++] as Claim)
    if (next > 0) this.#waiting = this.#waiting.slice(next)
  }

  /** At each tick: whoever has waited too long is told so. In a queue that moves nobody has. */
  expire(): void {
    const { clock, stats } = this.#options
    const now = clock.now()
    this.#ranMs += Math.min(now - this.#lastTickMs, MOST_BETWEEN_TICKS_MS)
    this.#lastTickMs = now
    this.#waiting.push(...this.#again.splice(0))
    const oldestMs = this.#ranMs - CLAIM_MS
    const hasMoved = this.#decidedMs > oldestMs
    for (const claim of this.#claims.values()) {
      if (claim.sinceMs > oldestMs || (hasMoved && claim.state === 'waiting')) continue
      stats.claimsBusy += claim.wanted.length
      if (claim.state === 'waiting') this.#forget(claim)
      this.#tell(claim, 'busy')
    }
    this.#waiting = this.#waiting.filter((claim) => this.#claims.get(claim.name) === claim)
  }

  /** The others cannot be asked: everybody is told so. */
  cutOff(): void {
    this.#waiting = []
    this.#again = []
    for (const claim of [...this.#claims.values()]) {
      if (claim.state === 'waiting') this.#forget(claim)
      this.#tell(claim, 'cut-off')
    }
  }

  #forget({ name, asks }: Claim): void {
    this.#claims.delete(name)
    // It may have been granted.
    if (asks > 0) this.giveBack(name)
  }

  #ask(claim: Claim): void {
    const { registry, leases } = this.#options
    this.#asked++
    claim.state = 'asked'
    claim.asks++
    claim.sinceMs = this.#ranMs
    claim.incarnation = leases.incarnation
    const answer = (state: Claim['state']) => {
      this.#asked--
      claim.state = state
      this.#answered.push(claim)
      if (this.#answered.length === 1) this.#options.afterTurn(() => this.#tellAnswers())
    }
    registry.claim(claim.name).then(answer, () => answer('unreachable'))
  }

  #tellAnswers(): void {
    const answered = this.#answered
    this.#answered = []
    for (const claim of answered) this.#answer(claim)
    this.ask()
  }

  #answer(claim: Claim): void {
    const { leases, stats, isTakenUp } = this.#options
    const { name, state } = claim
    if (claim.incarnation !== leases.incarnation && claim.wanted.length > 0) {
      claim.state = 'waiting'
      this.#waiting.push(claim)
      return
    }
    if (state === 'unreachable' && claim.wanted.length > 0 && ++claim.unknowns < MOST_ASKS) {
      claim.state = 'waiting'
      this.#again.push(claim)
      return
    }
    if (state === 'taken' && this.#maySoonBeFree(claim)) {
      this.#askAgain(claim)
      return
    }
    if (state === 'granted' && this.#isDoubtful(claim)) {
      this.#lookAgain(claim)
      return
    }
    this.#claims.delete(name)
    if (state !== 'unreachable') this.#decidedMs = this.#ranMs
    if (state !== 'granted') {
      if (state === 'taken') stats.claimsTaken += claim.wanted.length
      else stats.claimsBusy += claim.wanted.length
      this.#tell(claim, state === 'taken' ? 'taken' : 'busy')
      // It may have been granted, and only the answer is missing.
      if (state === 'unreachable') this.giveBack(name)
      return
    }
    if (this.#options.isElsewhere(name)) {
      stats.claimsTaken += claim.wanted.length
      this.#tell(claim, 'taken')
      this.giveBack(name)
      return
    }
    this.#granting = name
    this.#wasTakenUp = isTakenUp(name)
    this.#tell(claim, 'granted')
    this.#granting = null
    if (!isTakenUp(name)) this.giveBack(name)
    else if (!this.#wasTakenUp) this.#held.add(name)
  }

  /**
   * N3: who has left is gone here before the name is given back, and who has just come is not here yet. Whoever it is, it is
   * known in a moment.
   */
  #maySoonBeFree(claim: Claim): boolean {
    const { clock, isKnown } = this.#options
    claim.takenMs ??= clock.now()
    return claim.wanted.length > 0 && !isKnown(claim.name) && clock.now() - claim.takenMs < FREED_WITHIN_MS
  }

  /**
   * N1: it is granted, and somebody of another node is known to have it. They have left, and that is on its way here; or what NATS
   * knew of names is lost, and their node is about to claim theirs again. Then nobody takes it from them.
   */
  #isDoubtful(claim: Claim): boolean {
    const { clock, isElsewhere } = this.#options
    if (claim.wanted.length === 0 || !isElsewhere(claim.name)) return false
    claim.doubtedMs ??= clock.now()
    return clock.now() - claim.doubtedMs < FREED_WITHIN_MS
  }

  #lookAgain(claim: Claim): void {
    this.#options.clock.later(() => {
      if (this.#claims.get(claim.name) === claim) this.#answer(claim)
    }, CLAIM_AGAIN_MS)
  }

  #askAgain(claim: Claim): void {
    claim.state = 'waiting'
    this.#options.clock.later(() => {
      // Somebody may have been told meanwhile that it takes too long.
      if (this.#claims.get(claim.name) !== claim) return
      if (this.#options.isKnown(claim.name)) {
        claim.state = 'taken'
        this.#answer(claim)
        return
      }
      this.#waiting.push(claim)
      this.ask()
    }, CLAIM_AGAIN_MS)
  }

  #tell(claim: Claim, answer: ClaimAnswer): void {
    const { clock, stats } = this.#options
    const { wanted } = claim
    claim.wanted = []
    stats.claimMs += wanted.length * (clock.now() - claim.cameMs)
    for (const then of wanted) then(answer)
  }
}
