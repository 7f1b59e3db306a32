/**
 * What is recorded of what happens: counted, written to the log files, said in the operational log. Owns which of them
 * hears of what, and what becomes of a fault of the relay's own.
 */

import type { Reloadable } from './config/reloadable.js'
import type { Config } from './config/settings.js'
import type { ClaimOutcome } from './dialects/dialect.js'
import { CLOSE_REASONS, type CloseReason } from './hub/close-reason.js'
import type { HubEvent } from './hub/events.js'
import type { Connection } from './net/connection.js'
import type { ConnectionObserver, TurnedAway } from './net/connection-context.js'
import type { UpgradeRefusal } from './net/websocket/handshake.js'
import type { Journal } from './observe/journal.js'
import type { LogFile } from './observe/log-file.js'
import { OnceASecond } from './observe/once-a-second.js'
import { openJournal, rotationOf } from './observe/open-journal.js'
import type { RelayLog } from './observe/relay-log.js'
import { type AdminAction, Tally } from './observe/tally.js'

export interface RecordsOptions {
  readonly log: RelayLog
  /** Whether a fault has left the hub half changed. */
  readonly isHalfChanged: () => boolean
}

export class Records implements ConnectionObserver<Connection>, Reloadable {
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

  /** What is recorded of direct messages, and when files are put aside. */
  prepare(config: Config): () => void {
    return () => {
      if (this.#journal !== null) this.#journal.logsDirectText = config.logDirect === 'text'
      for (const file of this.#files) file.rotateBy(rotationOf(config))
    }
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

  connected(connection: Connection): void {
    this.#journal?.connected(connection)
  }

  nameRequested(connection: Connection, name: string, outcome: ClaimOutcome): void {
    this.tally.nameRequested(outcome)
    this.#journal?.nameRequested(connection, name, outcome)
  }

  closed(connection: Connection, reason: CloseReason): void {
    this.tally.closed(reason)
    this.#journal?.closed(connection, reason)
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

  turnedAway(peer: TurnedAway): void {
    this.tally.closed(CLOSE_REASONS.full)
    this.#journal?.closed({ ...peer, name: null }, CLOSE_REASONS.full)
  }

  /** A request to become a WebSocket was answered with an HTTP status. */
  upgradeRefused(reason: UpgradeRefusal, remoteAddress: string, remotePort: number): void {
    this.tally.upgradeRefused(reason)
    this.#journal?.upgradeRefused({ remoteAddress, remotePort, dialect: 'ws', name: null }, reason)
  }

  /**
   * An operator did something. It is a warning, so that it is recorded also where little else is.
   * @param about whom it concerned, and in `by` who did it, as they say
   */
  adminDid(action: AdminAction, about: object, words: string): void {
    this.tally.adminDid(action)
    this.#log.warn({ event: `admin.${action}`, ...about }, words)
  }

  /** There is no admin socket where there would be one. */
  adminUnreachable(path: string, error: unknown): void {
    const words = `no admin socket: ${(error as Error).message}`
    this.#log.warn({ event: 'admin.unreachable', path }, words)
  }

  /** A fault of the relay's own that an operator's question met. */
  adminFailed(error: unknown): void {
    this.tally.faults++
    this.#log.error(
      { event: 'admin.failed', err: error },
      'a fault of the relay cost an answer to an operator',
    )
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
