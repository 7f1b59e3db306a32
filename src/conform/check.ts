/**
 * What a conformance check is: one thing that a page of the protocol says, tried on a server from outside. The kit
 * speaks raw bytes with encoders of its own, so that a mistake in the relay's cannot hide itself.
 */

import type { RawPeer } from './raw-peer.js'
import type { WebSocketUrl } from './websocket/opening.js'

/** One thing that a rule says. Several checks may belong to one rule. */
export interface Check {
  /** The rule's id, such as `F2`. */
  readonly rule: string
  /** What must be so, as a sentence. */
  readonly title: string
  /** It waits for a deadline of the server's, or needs very many people: run only when that is asked for. */
  readonly slow?: true
  /** @throws CheckFailure when it is not so; NotApplicable (failure.ts) when this server cannot be asked */
  run(context: CheckContext): Promise<void>
}

/**
 * What a check has to work with. Everything that it opens is closed after it. Other people may be on the server: what
 * comes about names that are not the check's own is not its business.
 */
export interface CheckContext {
  /** A new connection to the server under test, of which nothing was read yet; over WebSocket one that has been opened. */
  connect(): Promise<RawPeer>
  /** One on which nothing has been said: over WebSocket its opening handshake is still to come. */
  connectBare(): Promise<RawPeer>
  /**
   * What the server has answered to one connection holds for all others from here on. At once, unless the server is several
   * nodes: they tell each other, which takes a moment. Not needed for whoever has heard of it.
   */
  settled(): Promise<void>
  /** Where the server is over WebSocket, when it is tried over that. */
  readonly webSocket: WebSocketUrl | null
  /** A name that nobody has had in this run: short letters and digits, good in every dialect. */
  freshName(): string
  /** How long this server lets a message be edited, where the rules have such a thing; null when nobody has said. */
  readonly editWindowMs: number | null
  /** How many messages this server remembers for edits and receipts; null when nobody has said. */
  readonly recentMessages: number | null
}

/** What is tried together. */
export interface CheckSuite {
  readonly checks: readonly Check[]
}

/** How the bytes of a dialect stand in messages of WebSocket. */
export interface Messages {
  /** Whether these bytes, which begin a message, go as a binary one; otherwise as text. */
  isBinary(bytes: Buffer): boolean
  /**
   * How long the request is that begins here; 0 as long as it is not all there. What cannot become one is as long as all
   * that is there.
   */
  request(bytes: Buffer): number
  /** The same of what a server sends. */
  answer(bytes: Buffer): number
}

/** The checks of one dialect. */
export interface Suite extends CheckSuite {
  /** As in listener URLs, and the subprotocol over WebSocket. */
  readonly dialect: string
  readonly messages: Messages
  /** How its servers are told from those of other dialects. */
  readonly handshake: Handshake
  /** Plays a server that is strict about what a client sends. */
  readonly strictServer: StrictServer
}

/** The first request of a dialect, and what a server of the dialect is known by, which no other dialect's sends. */
export interface Handshake {
  /** What the request is called on the page. */
  readonly request: string
  /** Asks to come in under this name. */
  hello(name: string): Uint8Array | string
  /** Whether what has come so far begins as the greeting of such a server does, or its answer. */
  isKnownBy(received: Buffer): boolean
}

/** Sees what a client under development does. */
export interface Verdicts {
  /** The client did something that shows it keeps the rule. */
  kept(rule: string, what: string): void
  /** The client broke the rule. */
  broken(rule: string, what: string): void
}

/**
 * Serves one connection of a client under development until it ends. What it waits for on `peer` has no end but that
 * of the connection (a CheckFailure then, which may be let through), unless it says one itself: a client is
 * typed at by people. It need not close: that is done when it returns.
 */
export type StrictServer = (peer: RawPeer, verdicts: Verdicts) => Promise<void>
