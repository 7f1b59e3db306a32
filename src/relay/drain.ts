/**
 * How a relay ends: in stages, each with its record, and inside its deadline whatever clients, disks and scrapes do. Owns the
 * order and the times; what is done at each stage is its caller's parts'.
 *
 *   ready ──▶ draining ──────▶ closing ───────────▶ flushing ─────────▶ ended
 *             not ready any    no new connections;  what is queued is   timers, ops, files
 *             more, for        everybody is told    read, or cut off
 *             drainDelayMs     over closeSpreadMs   at the deadline
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Config } from './config/settings.js'
import type { Recipient } from './fanout/recipient.js'
import { CLOSE_REASONS } from './hub/close-reason.js'
import type { Hub } from './hub/hub.js'
import type { Connection } from './net/connection.js'
import { inTurn, windowOf } from './net/in-turn.js'
import type { About } from './observe/operational-events.js'
import type { RelayLog } from './observe/relay-log.js'
import { say } from './observe/say.js'

/** What a relay is at, in the order in which it goes through them. */
export type Stage = 'starting' | 'ready' | 'draining' | 'closing' | 'flushing' | 'ended'

/** What ends. */
export interface Draining {
  readonly hub: Hub<Recipient>
  readonly connections: ReadonlySet<Connection>
  readonly log: RelayLog
  /** Says something to everybody, once. */
  readonly tell: (text: string) => void
  readonly entered: (stage: Stage) => void
  /** No more connections. */
  closeListeners(): Promise<void>
  /** Connections are over: everything else ends. */
  end(): Promise<void>
}

export type DrainTimes = Pick<Config, 'drainDelayMs' | 'closeSpreadMs' | 'shutdownMs'>

/** Of the deadline, so much is for what comes behind the last connection: half for the log files, half for the process. */
const LAST_MS = 1000
const LAST_SHARE = 1 / 4
/** Whoever has less time than this left is told at their turn alone. */
const NOTICE_MS = 1000
const POLL_MS = 10

/**
 * Resolves a little before `shutdownMs` are over, at the latest.
 * @param wasReady whether anybody can know of the relay: a start that failed waits for nobody, and says nothing
 */
export async function drain(relay: Draining, times: DrainTimes, wasReady: boolean): Promise<void> {
  const { connections, hub } = relay
  const { drainDelayMs, closeSpreadMs, shutdownMs } = times
  const begun = performance.now()
  const lastMs = Math.min(LAST_MS, shutdownMs * LAST_SHARE)
  const end = begun + shutdownMs - lastMs
  const enter = (stage: Stage, about: Omit<About<'relay.drain'>, 'stage'>, words: string) => {
    relay.entered(stage)
    if (wasReady) say(relay.log, 'relay.drain', { ...about, stage }, words)
  }

  const delayMs = wasReady ? drainDelayMs : 0
  const more = delayMs > 0 ? `: new connections are taken for ${delayMs} ms more` : ''
  enter('draining', { connections: connections.size, delayMs }, `draining: not ready any more${more}`)
  if (delayMs + windowOf(connections.size, closeSpreadMs) >= NOTICE_MS)
    relay.tell(CLOSE_REASONS.shutdown.words)
  if (delayMs > 0) await delay(delayMs)

  await relay.closeListeners()
  hub.endQuietly()
  const told = connections.size
  const spreadMs = Math.min(windowOf(told, closeSpreadMs), Math.max(0, end - performance.now()))
  const closing = `draining: no new connections; everybody is told, over ${Math.round(spreadMs)} ms`
  enter('closing', { connections: told, spreadMs: Math.round(spreadMs) }, closing)
  // So that they do not all come back at once. Whose turn is still to come goes on chatting.
  await inTurn([...connections], spreadMs, (connection) => connection.expel(CLOSE_REASONS.shutdown))

  const left = connections.size
  enter('flushing', { told, connections: left }, 'draining: everybody is told; what is queued is sent')
  while (connections.size > 0 && performance.now() < end) await delay(POLL_MS)

  const cutOff = connections.size
  for (const connection of connections) connection.cutOff(CLOSE_REASONS.shutdown)
  const ended = relay.end()
  // A disk that hangs is not waited for, and what comes of it then is nobody's any more.
  ended.catch(() => {})
  const filesMs = Math.max(0, end + lastMs / 2 - performance.now())
  await Promise.race([ended, delay(filesMs, undefined, { ref: false })])
  const elapsedMs = Math.round(performance.now() - begun)
  const words = cutOff === 0 ? 'drained: everybody has left' : `drained: ${cutOff} had to be cut off`
  enter('ended', { told, cutOff, elapsedMs }, words)
}
