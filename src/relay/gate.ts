/**
 * Who may come in, which names nobody may have, and how much each may ask for, as the configuration says. Owns that a reload takes up lists, limits and
 * the file of bans as a whole, or, where something is wrong with them, not at all. The checks are `net/admission.ts`'s, and the
 * allowances `net/allowances.ts`'s.
 */

import { type AddressList, addressListOf } from './addresses/address-list.js'
import { type RateLimit, RateLimits } from './addresses/rate-limits.js'
import { ConfigError } from './config/load.js'
import type { Reloadable } from './config/reloadable.js'
import type { Config } from './config/settings.js'
import { NamePatterns } from './hub/name-patterns.js'
import { Admission, type AdmissionRules } from './net/admission.js'
import { type AllowanceRules, Allowances } from './net/allowances.js'
import { BanFileError } from './net/ban-file.js'
import { Bans, type ReadBans } from './net/bans.js'
import { connectionLimit } from './net/connection-limit.js'

/** How many connections there may be at once, and why no more. */
export interface ConnectionsAllowed {
  readonly maxConnections: number
  /** How many files this process may open, and how many of those are kept for other things; `null` where nobody says. */
  readonly descriptors: number | null
  readonly kept: number | null
}

export interface GateOptions {
  /** Every connection that is not gone. */
  readonly connections: { readonly size: number }
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
}

/** So many seconds of a rate may come at once. */
const BURST_SECONDS = 10
const REFUSED_NAMES_PER_SECOND = 1
/** Of connections that come and go without a name, so many of an address are records of their own, and another one every ten seconds. */
const NAMELESS = { perSecond: 0.1, burst: 1000 }

export class Gate implements Reloadable {
  readonly admission: Admission
  readonly allowances: Allowances
  readonly bans = new Bans({ now: Date.now })
  readonly #now: () => number
  #connectionLimit: ConnectionsAllowed
  #reserved: NamePatterns

  /** @throws ConfigError as `connectionsAllowed` and `readBans` do */
  constructor(config: Config, { connections, now }: GateOptions) {
    this.#now = now
    this.#connectionLimit = connectionsAllowed(config)
    this.bans.use(readBans(config))
    this.#reserved = new NamePatterns(config.reservedNames)
    const rules = this.#rulesOf(config, this.#connectionLimit)
    this.admission = new Admission({ rules, bans: this.bans, connections })
    this.allowances = new Allowances(now)
    this.allowances.use(allowancesOf(config))
  }

  get connectionLimit(): ConnectionsAllowed {
    return this.#connectionLimit
  }

  get maxConnections(): number {
    return this.#connectionLimit.maxConnections
  }

  /** No more than so many from now on, until a reload says otherwise; nobody who is here is sent away. */
  limitTo(most: number): void {
    const maxConnections = Math.min(most, connectionLimit().connections)
    this.#connectionLimit = { ...this.#connectionLimit, maxConnections }
    this.admission.limitTo(maxConnections)
  }

  /** Whether nobody may have this name from now on. */
  forbids(name: string): boolean {
    return this.#reserved.has(name) || this.bans.ofName(name) !== null
  }

  /** For those who come from then on: nobody who is here is sent away. */
  prepare(config: Config): () => void {
    const limit = connectionsAllowed(config)
    const bans = readBans(config)
    const rules = this.#rulesOf(config, limit)
    const reserved = new NamePatterns(config.reservedNames)
    return () => {
      this.#connectionLimit = limit
      this.bans.use(bans)
      this.admission.use(rules)
      this.allowances.use(allowancesOf(config))
      this.#reserved = reserved
    }
  }

  #rulesOf(config: Config, { maxConnections }: ConnectionsAllowed): AdmissionRules {
    const rateOf = (perSecond: number | 'off') => {
      const limit = limitOf(perSecond)
      return limit && new RateLimits(limit, this.#now)
    }
    const { maxConnectionsPerAddress, refusedNamesPerAddress } = config
    return {
      deny: listOf(config.deny),
      allow: listOf(config.allow),
      maxConnections,
      perAddress: maxConnectionsPerAddress === 'off' ? null : maxConnectionsPerAddress,
      addressRate: rateOf(config.connectionsPerSecondPerAddress),
      rate: rateOf(config.connectionsPerSecond),
      refusedNames: new RateLimits(
        { perSecond: REFUSED_NAMES_PER_SECOND, burst: refusedNamesPerAddress },
        this.#now,
      ),
      nameless: new RateLimits(NAMELESS, this.#now),
    }
  }
}

function allowancesOf({ messagesPerSecond, messagesPerSecondPerAddress, floodMs }: Config): AllowanceRules {
  return { connection: limitOf(messagesPerSecond), address: limitOf(messagesPerSecondPerAddress), floodMs }
}

function limitOf(perSecond: number | 'off'): RateLimit | null {
  return perSecond === 'off' ? null : { perSecond, burst: perSecond * BURST_SECONDS }
}

function listOf(texts: readonly string[]): AddressList | null {
  return texts.length === 0 ? null : addressListOf(texts)
}

/** Above what the system allows, it would close clients without a word. @throws ConfigError when it is */
export function connectionsAllowed({ maxConnections }: Pick<Config, 'maxConnections'>): ConnectionsAllowed {
  const { connections, descriptors } = connectionLimit()
  const kept = descriptors === null ? null : descriptors - connections
  if (maxConnections === 'auto') return { maxConnections: connections, descriptors, kept }
  if (descriptors === null || maxConnections <= connections) return { maxConnections, descriptors, kept }
  throw new ConfigError([
    `maxConnections: ${maxConnections}: expected auto or no more than ${connections}: this process may open ${descriptors} files, of which ${kept} are kept back (raise that with ulimit -n or LimitNOFILE=)`,
  ])
}

/** @throws ConfigError with all mistakes in the file of bans */
export function readBans({ banFile }: Config): ReadBans {
  try {
    return Bans.read(banFile === 'off' ? null : banFile)
  } catch (error) {
    if (!(error instanceof BanFileError)) throw error
    throw new ConfigError(error.problems.map((problem) => `banFile: ${problem}`))
  }
}
