/**
 * Runs one check against a server: with connections of its own that are closed afterwards, within a time limit,
 * and with whatever goes wrong in it as its outcome. What the outcomes look like is for the reports.
 */

import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Check, CheckContext, Messages } from './check.js'
import { CheckFailure, NotApplicable } from './failure.js'
import { RawPeer, type RawPeerOptions } from './raw-peer.js'
import { WebSocketCarrier } from './websocket/carrier.js'
import { openWebSocket, type WebSocketUrl } from './websocket/opening.js'

/** How a check ended. */
export type Outcome =
  | { readonly kind: 'ok' }
  /** The server does something else than the page says. */
  | { readonly kind: 'failed'; readonly expected: string; readonly came: string }
  /** The check came to no result: a mistake of the kit's. Counts as a failure of its rule. */
  | { readonly kind: 'crashed'; readonly words: string }
  | { readonly kind: 'skipped'; readonly why: string }

/** Where a server accepts connections. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** The server under test, and how to ask it. */
export interface ServerUnderTest extends RawPeerOptions, Place {
  /** Further nodes of the same server: the connections of a check are spread over all of them, in turn. */
  readonly more?: readonly Place[]
  /** Resolves when what has happened at one of them is known at the others; after `quietMs` when left out. */
  readonly settled?: () => Promise<void>
  /** A name that nobody has had in this run. */
  freshName(): string
  /** As in `CheckContext`; none when left out. */
  readonly editWindowMs?: number | null
  readonly recentMessages?: number | null
  /** When it is tried over WebSocket. */
  readonly over?: Over
}

/** A server's place over WebSocket, and what is spoken there. */
export interface Over {
  readonly url: WebSocketUrl
  readonly tls: boolean
  readonly subprotocol: string
  readonly messages: Messages
}

/** A check may wait for several things, each as long as the time limit allows. */
const WAITS_PER_CHECK = 10
/** Enough for several deadlines of 10 s one after the other. */
const SLOW_CHECK_MS = 60_000
/** For a check that says as many as the server remembers. */
const MS_PER_MESSAGE = 10
/** How long a server may take to end connections after a check. */
const CLOSING_MS = 300

export async function runCheck(check: Check, server: ServerUnderTest): Promise<Outcome> {
  const peers: RawPeer[] = []
  const places = [server, ...(server.more ?? [])]
  let connected = 0
  let over = false
  const context: CheckContext = {
    async connect() {
      const peer = await context.connectBare()
      await open(peer, server)
      return peer
    },
    async connectBare() {
      const { host, port } = places[connected++ % places.length] as Place
      const peer = await RawPeer.open(host, port, server, server.over?.tls)
      if (over) peer.close()
      else peers.push(peer)
      return peer
    },
    async settled() {
      if (places.length > 1) await (server.settled?.() ?? delay(server.quietMs))
    },
    webSocket: server.over?.url ?? null,
    freshName: () => server.freshName(),
    editWindowMs: server.editWindowMs ?? null,
    recentMessages: server.recentMessages ?? null,
  }
  const limitMs =
    server.timeoutMs * WAITS_PER_CHECK +
    (check.slow ? SLOW_CHECK_MS : 0) +
    (server.editWindowMs ?? 0) +
    (server.recentMessages ?? 0) * MS_PER_MESSAGE
  try {
    await within(limitMs, check.run(context))
    return { kind: 'ok' }
  } catch (error) {
    return outcomeOf(error)
  } finally {
    over = true
    await Promise.all(peers.map(leaveAlone))
  }
}

/** A connection to the server, ready for its dialect. @throws CheckFailure when it cannot be had, or not over WebSocket */
export async function connectTo(server: ServerUnderTest): Promise<RawPeer> {
  const peer = await RawPeer.open(server.host, server.port, server, server.over?.tls)
  await open(peer, server)
  return peer
}

async function open(peer: RawPeer, { over }: ServerUnderTest): Promise<void> {
  if (over === undefined) return
  await openWebSocket(peer, over.url, over.subprotocol)
  peer.carry(new WebSocketCarrier(over.messages))
}

/** Names of one run: its own letters and a number of fixed width, so that no name is a part of another. */
export function freshNames(): () => string {
  const letters = Array.from({ length: 4 }, () => String.fromCharCode(0x61 + randomInt(26))).join('')
  let count = 0
  return () => `k${letters}${`${++count}`.padStart(4, '0')}`
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof CheckFailure) return { kind: 'failed', expected: error.expected, came: error.came }
  if (error instanceof NotApplicable) return { kind: 'skipped', why: error.message }
  return {
    kind: 'crashed',
    words: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  }
}

async function within(limitMs: number, run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let stray: ((error: unknown) => void) | undefined
  const otherwise = new Promise<never>((_, reject) => {
    const failure = new CheckFailure(`the check to be done within ${limitMs} ms`, 'no end of it')
    timer = setTimeout(() => reject(failure), limitMs)
    // A wait that nobody awaits is still a part of this check; without this it would end the process.
    stray = reject
    process.on('unhandledRejection', stray)
  })
  try {
    await Promise.race([run, otherwise])
  } finally {
    clearTimeout(timer)
    // Those that are rejected by now are told of in the next turn.
    await new Promise(setImmediate)
    if (stray !== undefined) process.off('unhandledRejection', stray)
  }
}

/**
 * Ends a connection in good order and waits, within reason, for the server's end of it: by then it has told the others,
 * so that the next check does not hear of people of this one.
 */
export async function leaveAlone(peer: RawPeer): Promise<void> {
  if (!peer.socket.destroyed) {
    peer.socket.resume()
    peer.end()
    await Promise.race([
      peer.closed('', CLOSING_MS).catch(() => {}),
      delay(CLOSING_MS, undefined, { ref: false }),
    ])
  }
  peer.close()
}
