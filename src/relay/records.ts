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
import type { ConnectionObserver, Newcomer } from './net/connection-context.js'
import type { UpgradeRefusal } from './net/websocket/upgrade-refusal.js'
import type { Journal } from './observe/journal.js'
import { OnceASecond } from './observe/once-a-second.js'
import { OpenJournal } from './observe/open-journal.js'
import type { About } from './observe/operational-events.js'
import type { RelayLog } from './observe/relay-log.js'
import { say } from './observe/say.js'
import { type AdminAction, Tally } from './observe/tally.js'

/** What a hook was asked about. */
interface FailedHook {
  readonly hook: string
  readonly name: string
  readonly dialect: string
  readonly address: string
  readonly port: number
}

export interface RecordsOptions {
  readonly log: RelayLog
  /** Whether a fault has left the hub half changed. */
  readonly isHalfChanged: () => boolean
  /** Lines of `log` that were lost. */
  readonly linesLost?: (() => number) | undefined
}

export class Records implements ConnectionObserver<Connection>, Reloadable {
  readonly tally = new Tally()
  readonly #log: RelayLog
  readonly #isHalfChanged: () => boolean
  readonly #linesLost: () => number
  readonly #acceptErrors = new OnceASecond<{ url: string; error: string }>((last, count) =>
    say(this.#log, 'connection.accept-failed', { ...last, count }, 'a connection could not be accepted'),
  )
  readonly #opsRefusals = new OnceASecond<null>((_, count) =>
    say(this.#log, 'ops.refused', { count }, 'the ops endpoint has too many connections, and closed one'),
  )
  #open: OpenJournal | null = null
  #journal: Journal | null = null

  constructor({ log, isHalfChanged, linesLost = () => 0 }: RecordsOptions) {
    this.#log = log
    this.#isHalfChanged = isHalfChanged
    this.#linesLost = linesLost
  }

  /** From now on there are log files, unless they are off. @throws the system's error when one cannot be had */
  openFiles(config: Config): void {
    if (config.logDir === 'off') return
    this.#open = new OpenJournal(config, this.#log)
    this.#journal = this.#open.journal
  }

  /** What changes about the log files while they are open. */
  prepare(config: Config): () => void {
    return this.#open?.prepare(config) ?? (() => {})
  }

  /** Opens the log files by their names again, after somebody moved them away. */
  reopenFiles(): void {
    this.#open?.reopen()
  }

  /** What is recorded so far is written. */
  async closeFiles(): Promise<void> {
    await this.#open?.close()
  }

  /** Lines that the disk did not take, of the log files and of what the relay says about itself. */
  get linesLost(): number {
    return (this.#open?.linesLost ?? 0) + this.#linesLost()
  }

  /** What the hub says happened. */
  observe(event: HubEvent): void {
    this.tally.observe(event)
    this.#journal?.observe(event)
  }

  connected(connection: Connection, isSummed: boolean): void {
    this.#journal?.connected(connection, isSummed)
    say(this.#log, 'connection.opened', whereOf(connection), 'connected')
  }

  nameRequested(connection: Connection, name: string, outcome: ClaimOutcome): void {
    this.tally.nameRequested(outcome)
    this.#journal?.nameRequested(connection, name, outcome)
    if (outcome === 'accepted') return
    say(this.#log, 'name.refused', { ...whereOf(connection), name, reason: outcome }, 'a name was refused')
  }

  closed(connection: Connection, reason: CloseReason, isSummed: boolean): void {
    this.tally.closed(reason)
    this.#journal?.closed(connection, reason, isSummed)
    const who = whoIs(connection)
    say(this.#log, 'connection.closed', { ...who, reason: reason.label }, 'closed')
    if (reason !== CLOSE_REASONS.slow) return
    const { queuedBytes } = connection.outbox
    say(this.#log, 'connection.cut-off', { ...who, queuedBytes }, 'cut off a slow reader')
  }

  faulted(connection: Connection, error: unknown): void {
    this.fault(error, whoIs(connection))
  }

  refused(peer: Newcomer, reason: CloseReason): void {
    this.tally.refused(reason)
    this.#journal?.refused(peer, reason.label)
    const about = { ...whereOf(peer), reason: reason.label }
    say(this.#log, 'connection.refused', about, 'a connection was refused')
  }

  /** A certificate of a listener's that should be renewed. */
  certificateAges(words: string): void {
    say(this.#log, 'certificate.ages', { reason: words }, words)
  }

  /** A request to become a WebSocket was answered with an HTTP status. */
  upgradeRefused(reason: UpgradeRefusal, remoteAddress: string, remotePort: number): void {
    this.tally.upgradeRefused(reason)
    this.#journal?.refused({ remoteAddress, remotePort, dialect: 'ws' }, reason)
    const where = { ip: remoteAddress, port: remotePort }
    say(this.#log, 'upgrade.refused', { ...where, reason }, 'a request to become a WebSocket was refused')
  }

  /**
   * An operator did something. It is a warning, so that it is recorded also where little else is.
   * @param about whom it concerned, and in `by` who did it, as they say
   */
  adminDid<Action extends AdminAction>(
    event: `admin.${Action}`,
    about: About<`admin.${Action}`>,
    words: string,
  ): void {
    this.tally.adminDid(event.slice('admin.'.length) as Action)
    // Which of them it is, is its caller's to know: the types of all of them at once fit none.
    say(this.#log, event as 'admin.drain', about as About<'admin.drain'>, words)
  }

  /** There is no admin socket where there would be one. */
  adminUnreachable(path: string, error: unknown): void {
    const words = (error as Error).message
    say(this.#log, 'admin.unreachable', { path, error: words }, `no admin socket: ${words}`)
  }

  /** A fault of the relay's own that an operator's question met. */
  adminFailed(error: unknown): void {
    this.tally.faults++
    say(this.#log, 'admin.failed', { err: error }, 'a fault of the relay cost an answer to an operator')
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
  hookFailed(err: unknown, { hook, name, dialect, address: ip, port }: FailedHook): void {
    this.tally.hookFaults++
    const about = { hook, ip, port, name, dialect, err }
    say(this.#log, 'hook.failed', about, 'a hook failed: what it was asked about is refused')
  }

  /** What is half changed would harm everybody: then the process ends, loudly, rather than go on with it. */
  fault(err: unknown, about: Partial<ReturnType<typeof whoIs>>): void {
    if (this.#isHalfChanged()) throw err
    this.tally.faults++
    say(this.#log, 'relay.fault', { ...about, err }, 'a fault of the relay cost a connection')
  }
}

function whereOf({ remoteAddress: ip, remotePort: port, dialect }: Newcomer) {
  return { ip, port, dialect }
}

function whoIs(connection: Connection) {
  return { ...whereOf(connection), name: connection.name ?? undefined }
}
