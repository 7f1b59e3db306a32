/**
 * What is recorded of what happens: counted, written to the log files, said in the operational log. Owns which of them
 * hears of what, and what becomes of a fault of the relay's own.
 */

import type { Config } from './config/settings.js'
import type { ClaimOutcome } from './dialects/dialect.js'
import { CLOSE_REASONS, type CloseReason } from './hub/close-reason.js'
import type { HubEvent } from './hub/events.js'
import type { Connection } from './net/connection.js'
import type { ConnectionObserver, Newcomer } from './net/connection-context.js'
import type { UpgradeRefusal } from './net/websocket/handshake.js'
import type { Journal } from './observe/journal.js'
import type { LogFile } from './observe/log-file.js'
import { OnceASecond } from './observe/once-a-second.js'
import { openJournal } from './observe/open-journal.js'
import type { RelayLog } from './observe/relay-log.js'
import { Tally } from './observe/tally.js'

export interface RecordsOptions {
  readonly log: RelayLog
  /** Whether a fault has left the hub half changed. */
  readonly isHalfChanged: () => boolean
}

export class Records implements ConnectionObserver<Connection> {
  readonly tally = new Tally()
  readonly #log: RelayLog
  readonly #isHalfChanged: () => boolean
  readonly #acceptErrors = new OnceASecond<object>((last, count) =>
    this.#log.error({ ...last, count }, 'a connection could not be accepted'),
  )
  readonly #opsRefusals = new OnceASecond<null>((_, count) =>
    this.#log.warn({ count }, 'the ops endpoint has too many connections, and closed one'),
  )
  #files: readonly LogFile[] = []
  #journal: Journal | null = null

  constructor({ log, isHalfChanged }: RecordsOptions) {
    this.#log = log
    this.#isHalfChanged = isHalfChanged
  }

  /** From now on there are log files, unless they are off. @throws the system's error when one cannot be had */
  openFiles(config: Config): void {
    if (config.logDir === 'off') return
    const { journal, files } = openJournal(config, this.#log)
    this.#journal = journal
    this.#files = files
  }

  /** Opens the log files by their names again, after somebody moved them away. */
  reopenFiles(): void {
    for (const file of this.#files) file.reopen()
  }

  /** What is recorded so far is written. */
  async closeFiles(): Promise<void> {
    this.#journal?.close()
    await Promise.all(this.#files.map((file) => file.close()))
  }

  /** Lines that the disk did not take. */
  get linesLost(): number {
    return this.#files.reduce((sum, file) => sum + file.linesLost, 0)
  }

  /** What the hub says happened. */
  observe(event: HubEvent): void {
    this.tally.observe(event)
    this.#journal?.observe(event)
  }

  connected(connection: Connection, isSummed: boolean): void {
    this.#journal?.connected(connection, isSummed)
  }

  nameRequested(connection: Connection, name: string, outcome: ClaimOutcome): void {
    this.tally.nameRequested(outcome)
    this.#journal?.nameRequested(connection, name, outcome)
  }

  closed(connection: Connection, reason: CloseReason, isSummed: boolean): void {
    this.tally.closed(reason)
    this.#journal?.closed(connection, reason, isSummed)
    if (reason === CLOSE_REASONS.slow) {
      const { remoteAddress: ip, remotePort: port, name, dialect } = connection
      this.#log.warn(
        { ip, port, name, dialect, queuedBytes: connection.outbox.queuedBytes },
        'cut off a slow reader',
      )
    }
  }

  faulted(connection: Connection, error: unknown): void {
    const { remoteAddress: ip, remotePort: port, name, dialect } = connection
    this.fault(error, { ip, port, name, dialect })
  }

  refused(peer: Newcomer, reason: CloseReason): void {
    this.tally.refused(reason)
    this.#journal?.refused(peer, reason)
  }

  /** A request to become a WebSocket was answered with an HTTP status. */
  upgradeRefused(reason: UpgradeRefusal, remoteAddress: string, remotePort: number): void {
    this.tally.upgradeRefused(reason)
    this.#journal?.upgradeRefused({ remoteAddress, remotePort, dialect: 'ws', name: null }, reason)
  }

  acceptFailed(url: string, error: Error): void {
    this.tally.acceptErrors++
    this.#acceptErrors.happened({ url, error: error.message })
  }

  opsRefused(): void {
    this.tally.opsRefused++
    this.#opsRefusals.happened(null)
  }

  /** A hook threw, or answered something that it may not. */
  hookFailed(error: unknown, about: object): void {
    this.tally.hookFaults++
    this.#log.error({ ...about, err: error }, 'a hook failed: what it was asked about is refused')
  }

  /** What is half changed would harm everybody: then the process ends, loudly, rather than go on with it. */
  fault(error: unknown, about: object): void {
    if (this.#isHalfChanged()) throw error
    this.tally.faults++
    this.#log.error({ ...about, err: error }, 'a fault of the relay cost a connection')
  }
}
