/**
 * Before a listener to which proxies connect: nobody comes in who has not said, in a PROXY header, whom the connection is for,
 * and only trusted proxies are asked. Owns how long that may take and what becomes of those who do not; how bytes are
 * read and handed on is a door's (`handle-door.ts`, `socket-door.ts`).
 *
 *   not trusted ──▶ refused        header for a client ──▶ in, as that client
 *   no header, broken, late ──▶ refused        LOCAL, UNKNOWN ──▶ in as the proxy itself, once it says something or stays
 *   gone without a byte, or after LOCAL or UNKNOWN ──▶ nothing is said of it: a health check
 */

import type { AddressList } from '../../addresses/address-list.js'
import { CLOSE_REASONS, type CloseReason } from '../../hub/close-reason.js'
import { Deadlines } from '../deadlines.js'
import type { PeerAddress } from '../peer-address.js'
import { readProxyHeader } from './header.js'

/** Whose headers are believed; for all listeners of a relay, and replaced while it runs. */
export interface TrustedProxies {
  list: AddressList
}

export interface ProxyGateOptions {
  readonly trusted: TrustedProxies
  /** How long a header may take, from the start of the connection. */
  readonly deadlineMs: number
  /** Whether there is room for one more that may become a connection. */
  readonly hasRoom: () => boolean
  /** It has been closed without a word. */
  readonly refused: (reason: CloseReason, peer: PeerAddress) => void
}

/** A connection as the system gives it, to the gate. */
export interface Door {
  /** Who has opened it. */
  readonly peer: PeerAddress
  /**
   * Lets it in. Called at most once, and nothing afterwards.
   * @param client `null` where it is the peer's own
   * @param rest what has come behind the header; borrowed until this returns
   */
  enter(client: PeerAddress | null, rest: Buffer): void
  /** Closes it. Nothing is called afterwards. */
  close(): void
}

/** How long the proxy's own connection is waited for to say something or to go, as health checks do at once. */
const OWN_MS = 250

const NOTHING = Buffer.alloc(0)
const REASONS = { missing: CLOSE_REASONS.proxyMissing, broken: CLOSE_REASONS.proxyBroken } as const

export class ProxyGate {
  readonly #options: ProxyGateOptions
  readonly #waiting = new Set<Arrival>()
  readonly #headers: Deadlines<Arrival>
  readonly #own: Deadlines<Arrival>

  constructor(options: ProxyGateOptions) {
    this.#options = options
    const now = () => performance.now()
    const { deadlineMs } = options
    this.#headers = new Deadlines({
      durationMs: deadlineMs,
      now,
      expired: (arrival) => this.refuse(arrival, CLOSE_REASONS.proxyDeadline),
    })
    this.#own = new Deadlines({ durationMs: OWN_MS, now, expired: (arrival) => arrival.enter(null, NOTHING) })
  }

  /** How many are waited for. */
  get size(): number {
    return this.#waiting.size
  }

  /** @returns who takes what comes through the door; `null` where it has been closed already */
  arrive(door: Door): Arrival | null {
    const arrival = new Arrival(this, door)
    // It was reset before it was accepted, as some health checks do: nobody knows whose it was.
    if (door.peer.address === '') {
      arrival.close()
      return null
    }
    const reason = this.#refusalOf(door.peer)
    if (reason !== null) {
      this.refuse(arrival, reason)
      return null
    }
    this.#waiting.add(arrival)
    this.#headers.set(arrival)
    return arrival
  }

  /** Gives up all that are waited for. */
  end(): void {
    for (const arrival of this.#waiting) arrival.close()
    this.#headers.stop()
    this.#own.stop()
  }

  // What an arrival says.

  refuse(arrival: Arrival, reason: CloseReason): void {
    arrival.close()
    this.#options.refused(reason, arrival.peer)
  }

  isOwn(arrival: Arrival): void {
    this.#headers.clear(arrival)
    this.#own.set(arrival)
  }

  over(arrival: Arrival): void {
    this.#waiting.delete(arrival)
    this.#headers.clear(arrival)
    this.#own.clear(arrival)
  }

  #refusalOf({ address }: PeerAddress): CloseReason | null {
    if (!this.#options.trusted.list.has(address)) return CLOSE_REASONS.proxyUntrusted
    return this.#options.hasRoom() ? null : CLOSE_REASONS.full
  }
}

/** One that has not come in yet. */
export class Arrival {
  readonly #gate: ProxyGate
  readonly #door: Door
  /** What has come of the header. */
  #held: Buffer = NOTHING
  /** Whether the header is here, and is for nobody. */
  #isOwn = false

  constructor(gate: ProxyGate, door: Door) {
    this.#gate = gate
    this.#door = door
  }

  get peer(): PeerAddress {
    return this.#door.peer
  }

  /** @param bytes borrowed until this returns */
  take(bytes: Buffer): void {
    if (this.#isOwn) {
      this.enter(null, bytes)
      return
    }
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const header = readProxyHeader(all)
    if (header === 'more') {
      this.#held = all === bytes ? Buffer.from(bytes) : all
    } else if (typeof header === 'string') {
      this.#gate.refuse(this, REASONS[header])
    } else if (header.client !== null || header.bytes < all.length) {
      this.enter(header.client, all.subarray(header.bytes))
    } else {
      this.#held = NOTHING
      this.#isOwn = true
      this.#gate.isOwn(this)
    }
  }

  /** The peer has ended its side, or broken the connection. */
  ended(): void {
    if (this.#held.length > 0) this.#gate.refuse(this, CLOSE_REASONS.proxyBroken)
    else this.close()
  }

  enter(client: PeerAddress | null, rest: Buffer): void {
    this.#gate.over(this)
    this.#door.enter(client, rest)
  }

  close(): void {
    this.#gate.over(this)
    this.#door.close()
  }
}
