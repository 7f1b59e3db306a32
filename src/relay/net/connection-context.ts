/**
 * What the connections of a listener share, and who sees what becomes of them. `Connection` is `connection.ts`'s class.
 */

import type { AccessRefusal, ClaimOutcome, NameRefusal, SpeakerFactory } from '../dialects/dialect.js'
import type { OutboxContext } from '../fanout/outbox.js'
import type { SlowPolicy } from '../fanout/sink.js'
import type { CloseReason } from '../hub/close-reason.js'
import type { Admission } from './admission.js'
import type { Allowances } from './allowances.js'
import type { Deadlines } from './deadlines.js'
import type { Expellable, Strangers } from './strangers.js'
import type { Credentials } from './transport.js'
import type { TurnBudget } from './turn-budget.js'

/** Plain integers of all connections of one dialect; the hot path adds, metrics read. */
export interface ConnectionStats {
  opened: number
  closed: number
  bytesIn: number
  bytesOut: number
}

/** How many connections there are now over one kind of transport. */
export interface TransportStats {
  open: number
}

/** The kinds, as metrics call them. */
export type TransportKind = 'tcp' | 'tls' | 'ws' | 'wss'

/** Sees what the log of connections and the counters need. */
export interface ConnectionObserver<Connection> {
  /** @param isSummed whether it is not worth a record of its own: see `Admission.isTiresome` */
  connected(connection: Connection, isSummed: boolean): void
  nameRequested(connection: Connection, name: string, outcome: ClaimOutcome): void
  closed(connection: Connection, reason: CloseReason, isSummed: boolean): void
  /**
   * The dialect threw. It has cost this connection; should the fault have left what others rely on half changed, this
   * throws it again.
   */
  faulted(connection: Connection, error: unknown): void
  /**
   * It may not stay, whether it is told so or not: there is no room, or not for where it comes from; or it has not shown the
   * certificate or the PROXY header that are due. Nothing else is said of it.
   */
  refused(peer: Newcomer, reason: CloseReason): void
}

/** A client that has not been let in. */
export interface Newcomer {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly dialect: string
}

/** One for each kind, for the connections of all listeners. */
export interface ConnectionDeadlines<Connection> {
  readonly login: Deadlines<Connection>
  readonly frame: Deadlines<Connection>
  /** How long a client may take to end its side after we have ended ours. */
  readonly linger: Deadlines<Connection>
  /** How long a connection is not read from after each refused name beyond `FREE_REFUSALS`. */
  readonly refusal: Deadlines<Connection>
}

/** Who may have which name, beyond that it is free. */
export interface NameAccess<Connection> {
  /** Whether anybody is asked anything. */
  readonly isOn: boolean
  /** @param shown what came with the connection itself */
  applicant(connection: Connection, shown: Credentials): Applicant
}

/** One connection that asks for names. */
export interface Applicant {
  /** As `Client.authorize`. */
  ask(name: string, secret: string | null, then: (refusal: AccessRefusal | null) => void): void
  /** The connection is over. */
  gone(): void
}

/** What rooms have said. */
export interface History {
  /**
   * Has it at hand.
   * @param then called once: before this returns, where it is at hand already
   * @returns whether it was
   */
  load(room: string, then: () => void): boolean
}

/** The other nodes of a cluster, as whoever wants a name sees them. */
export interface OtherNodes {
  /** As `Backplane.claim`. */
  claim(name: string, then: (refusal: NameRefusal | null) => void): void
}

/** What all connections of one listener share. */
export interface ConnectionContext<Connection extends Expellable> {
  readonly dialect: string
  readonly needsLogin: boolean
  readonly speak: SpeakerFactory
  readonly outboxes: OutboxContext
  readonly slowPolicy: SlowPolicy
  readonly deadlines: ConnectionDeadlines<Connection>
  readonly stats: ConnectionStats
  readonly transport: TransportStats
  readonly observer: ConnectionObserver<Connection>
  readonly admission: Admission
  readonly allowances: Allowances
  /** Those without a name that no login deadline ends. */
  readonly strangers: Strangers<Connection>
  readonly access: NameAccess<Connection>
  /** `null` where rooms keep nothing. */
  readonly history: History | null
  /** `null` for a node that is alone. */
  readonly otherNodes: OtherNodes | null
  readonly turn: TurnBudget
  readonly input: HeldInput
  /** Every connection that is not gone. */
  readonly all: Set<Connection>
}

/** What all connections have sent of requests that are not complete, and that the relay keeps. */
export interface HeldInput {
  bytes: number
  limitBytes: number
}
