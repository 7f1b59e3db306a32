/**
 * Who may come in. Owns the checks that every newcomer passes, whatever they come over, how many there are from each
 * address, and what an address may have refused. What becomes of a newcomer is `admit.ts`'s.
 *
 * A newcomer is looked at as soon as it is known where they come from: that is when they are accepted, or when a proxy has said
 * so. Then `arrived` counts them, and `left` has to follow when they are gone, whatever became of them.
 */

import type { AddressList } from '../addresses/address-list.js'
import { countedAddress } from '../addresses/network.js'
import type { RateLimits } from '../addresses/rate-limits.js'
import { CLOSE_REASONS, type CloseReason } from '../hub/close-reason.js'
import type { Bans } from './bans.js'

/** So many may be on their way out, being told why; beyond, they are just closed. */
export const MAX_REFUSALS_UNDER_WAY = 64

/** What a reload replaces as a whole. `null` is no such limit. */
export interface AdmissionRules {
  readonly deny: AddressList | null
  /** Where there is one, nobody else may come. */
  readonly allow: AddressList | null
  readonly maxConnections: number
  readonly perAddress: number | null
  readonly addressRate: RateLimits | null
  readonly rate: RateLimits | null
  /** Refused names. */
  readonly refusedNames: RateLimits
  /** Connections that came and went without a name. */
  readonly nameless: RateLimits
}

export interface AdmissionOptions {
  readonly rules: AdmissionRules
  readonly bans: Bans
  /** Every connection that is not gone. */
  readonly connections: { readonly size: number }
}

/** Those with one listener that hold a descriptor and are no connections yet: who is in a handshake, visits, or owes a PROXY header. */
export interface Others {
  readonly size: number
  /** Gives up one, who may never become a connection. @returns whether there was one */
  endOldest(): boolean
}

interface Newcomer {
  readonly address: string
  /** What it counts as. */
  readonly counted: string
  /** How many there are of those, with this one. */
  readonly open: number
}

interface Check {
  readonly reason: CloseReason
  readonly refuses: (newcomer: Newcomer, rules: AdmissionRules, bans: Bans) => boolean
}

/** In this order: who may not come at all uses up nobody's allowance, and one address not that of all. */
const CHECKS: readonly Check[] = [
  {
    reason: CLOSE_REASONS.denied,
    refuses: ({ address }, { deny, allow }) => deny?.has(address) === true || allow?.has(address) === false,
  },
  {
    reason: CLOSE_REASONS.banned,
    refuses: ({ address }, _rules, bans) => bans.ofAddress(address) !== null,
  },
  {
    reason: CLOSE_REASONS.addressFull,
    refuses: ({ open }, { perAddress }) => perAddress !== null && open > perAddress,
  },
  {
    reason: CLOSE_REASONS.addressRate,
    refuses: ({ counted }, { addressRate }) => addressRate?.take(counted) === false,
  },
  {
    reason: CLOSE_REASONS.rate,
    refuses: (_newcomer, { rate }) => rate?.take(EVERYBODY) === false,
  },
]

/** The key of the limit that is not by address. */
const EVERYBODY = ''

/** Why newcomers are refused: those of `CHECKS`, that there is no room, and what they have to show before they are connections. */
export const REFUSAL_REASONS: readonly CloseReason[] = [
  ...CHECKS.map(({ reason }) => reason),
  CLOSE_REASONS.full,
  CLOSE_REASONS.tls,
  CLOSE_REASONS.tlsDeadline,
  CLOSE_REASONS.certificateMissing,
  CLOSE_REASONS.certificateExpired,
  CLOSE_REASONS.certificateUntrusted,
  CLOSE_REASONS.proxyUntrusted,
  CLOSE_REASONS.proxyMissing,
  CLOSE_REASONS.proxyBroken,
  CLOSE_REASONS.proxyDeadline,
]

export class Admission {
  /** Connections that are there only to be told why they may not be. */
  readonly beingTold = new Set<object>()
  readonly bans: Bans
  readonly #connections: { readonly size: number }
  readonly #others: Others[] = []
  /** How many are here from each address. */
  readonly #open = new Map<string, number>()
  #rules: AdmissionRules

  constructor({ rules, bans, connections }: AdmissionOptions) {
    this.#rules = rules
    this.bans = bans
    this.#connections = connections
  }

  get maxConnections(): number {
    return this.#rules.maxConnections
  }

  /** From now on, for those who come from now on. */
  use(rules: AdmissionRules): void {
    this.#rules = rules
  }

  /** Only how many there may be is another. */
  limitTo(maxConnections: number): void {
    this.#rules = { ...this.#rules, maxConnections }
  }

  /**
   * Somebody has come, from this address; they count until `left`.
   * @returns why they may not stay, or `null`
   */
  arrived(address: string): CloseReason | null {
    const counted = countedAddress(address)
    const open = (this.#open.get(counted) ?? 0) + 1
    this.#open.set(counted, open)
    const newcomer = { address, counted, open }
    const check = CHECKS.find(({ refuses }) => refuses(newcomer, this.#rules, this.bans))
    return check?.reason ?? null
  }

  /** Who had `arrived` from this address is gone. */
  left(address: string): void {
    const counted = countedAddress(address)
    const open = this.#open.get(counted) ?? 0
    if (open > 1) this.#open.set(counted, open - 1)
    else this.#open.delete(counted)
  }

  /** How many are here from this address, or from the network that it counts for. */
  openFrom(address: string): number {
    return this.#open.get(countedAddress(address)) ?? 0
  }

  /** Why somebody who has `arrived` a while ago may not become a connection now, or `null`. */
  refusalNow(address: string): CloseReason | null {
    if (this.bans.ofAddress(address) !== null) return CLOSE_REASONS.banned
    const isFull = this.#connections.size - this.beingTold.size >= this.maxConnections
    return isFull || !this.makesRoom() ? CLOSE_REASONS.full : null
  }

  /** From now on these count where descriptors do. */
  alsoCount(others: Others): void {
    this.#others.push(others)
  }

  /**
   * Whether there is a descriptor for one more, whichever listener they come to and whatever they are: connections, and those
   * who are none yet, share those that there are. One of the latter goes, where that is what it takes.
   */
  makesRoom(): boolean {
    let size = this.#connections.size
    for (const others of this.#others) size += others.size
    if (size < this.maxConnections + MAX_REFUSALS_UNDER_WAY) return true
    return this.#others.some((others) => others.endOldest())
  }

  /** Whether another one may be told why it cannot stay. */
  get mayTell(): boolean {
    return this.beingTold.size < Math.min(MAX_REFUSALS_UNDER_WAY, this.maxConnections)
  }

  /** A name was refused to this address. @returns whether another one may be */
  nameRefused(address: string): boolean {
    return this.#rules.refusedNames.take(countedAddress(address))
  }

  /** Somebody from this address was let in, and has gone without a name. @returns whether it is tiresome */
  leftNameless(address: string): boolean {
    return !this.#rules.nameless.take(countedAddress(address)) || this.isTiresome(address)
  }

  /** Whether so many from this address had names refused, or came for nothing, that what they do is not worth a record for each. */
  isTiresome(address: string): boolean {
    const { refusedNames, nameless } = this.#rules
    const counted = countedAddress(address)
    return refusedNames.isSpent(counted) || nameless.isSpent(counted)
  }
}
