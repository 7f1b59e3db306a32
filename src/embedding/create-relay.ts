/**
 * A relay inside another program: `createRelay`. Owns when it may be started and ended, and what may be asked of it
 * meanwhile. It touches nothing of the process: no signals, no environment, nothing on stdout; so there may be several.
 *
 *               listen                         close
 *   created ------------> listening ------------------------> closing -----------> closed
 *      |  ^       |                                                                  ^
 *      |  +-------+ an address or a file cannot be had                               |
 *      +------------------------------ close ----------------------------------------+
 */

import type { Config, Settings } from '../relay/config/settings.js'
import { EXPECTED_TEXT, isFitText, type RelayHooks } from '../relay/hooks.js'
import { CLOSE_REASONS } from '../relay/hub/close-reason.js'
import type { ListeningAt } from '../relay/listening-at.js'
import type { RelayLog } from '../relay/observe/relay-log.js'
import { type FanoutInUse, Relay } from '../relay/relay.js'
import type { ReloadReport } from '../relay/reload.js'
import { quoted } from '../relay/streams/printable.js'
import { VOICE } from '../relay/voice.js'
import { configOf, type RelayOptions } from './options.js'
import { RelayError } from './relay-error.js'
import { type PersonHere, peopleHere, type RoomHere, roomsHere } from './snapshots.js'

export type RelayState = 'created' | 'listening' | 'closing' | 'closed'

/** A relay that its program starts and ends. */
export interface EmbeddedRelay {
  /** `listening` from the moment at which `listen` has resolved. */
  readonly state: RelayState
  /** Where it listens, in the order of the settings; empty while it does not. */
  readonly listeningAt: readonly ListeningAt[]
  /** The port of the ops endpoint; `null` while there is none. */
  readonly opsPort: number | null
  /** How rooms are written to; `null` while it does not listen. */
  readonly fanout: FanoutInUse | null
  /**
   * Opens its listeners, and its files where it has some.
   * @returns where it listens
   * @throws StartError when an address or a file cannot be had; nothing is left open then, and it may be tried again
   * @throws ConfigError when more connections are asked for than there can be, a way to fan out that is not there, or a
   *   certificate that cannot be used
   * @throws RelayError `ERR_STATE`
   */
  listen(): Promise<readonly ListeningAt[]>
  /**
   * Ends it as SIGTERM ends `parlance serve`: no new connections, everybody is told, what is queued is sent, and what is not
   * gone after `shutdownMs` is cut off. From inside a hook it begins after the request under way. Asking again changes
   * nothing.
   */
  close(): Promise<void>
  /**
   * Takes up other settings while it listens, as far as that can be: those that are not given are what they are where
   * nobody gives them. What is in files that settings name is read anew. Nobody is disconnected.
   * @returns what is in use from now on, and what would take a new relay
   * @throws ConfigError with everything that is wrong; then nothing has changed
   * @throws RelayError `ERR_STATE`
   */
  reload(settings: Settings & Pick<RelayOptions, 'config'>): Promise<ReloadReport>
  /**
   * Says something to a room, as `voice`.
   * @returns the message's id; `null` where there is no such room, or the relay does not listen
   * @throws RelayError `ERR_TEXT`, `ERR_IN_HOOK`
   */
  say(room: string, text: string): string | null
  /**
   * Ends somebody's connection: they are told, where their dialect can say it, and the name is free when this returns; that of
   * somebody at another node a moment later.
   * @returns whether there was somebody of that name
   * @throws RelayError `ERR_IN_HOOK`
   */
  disconnect(name: string): boolean
  /** Who is here now, in the order in which they came; in a cluster, people of all nodes. The list is the caller's. */
  people(): PersonHere[]
  /** Which rooms there are now, private ones included. The list is the caller's. */
  rooms(): RoomHere[]
  /** Opens the log files by their names again, after somebody moved them away. */
  reopenLogs(): void
}

const SILENT: RelayLog = { warn() {}, error() {} }

/**
 * A relay that does nothing yet.
 * @throws ConfigError with everything that is wrong with the options
 */
export function createRelay(options: RelayOptions = {}): EmbeddedRelay {
  return new OwnRelay(options)
}

class OwnRelay implements EmbeddedRelay {
  readonly #config: Config
  readonly #hooks: RelayHooks | undefined
  readonly #log: RelayLog
  readonly #voice: string
  #relay: Relay | null = null
  #starting: Promise<Relay> | null = null
  #closed: Promise<void> | null = null
  #state: RelayState = 'created'

  constructor({ config, hooks, log = SILENT, voice = VOICE, ...settings }: RelayOptions) {
    this.#config = configOf(config, hooks, voice, settings)
    this.#hooks = hooks
    this.#log = log
    this.#voice = voice
  }

  get state(): RelayState {
    return this.#state
  }

  get listeningAt(): readonly ListeningAt[] {
    return this.#here?.listeningAt ?? []
  }

  get opsPort(): number | null {
    return this.#here?.opsPort ?? null
  }

  get fanout(): FanoutInUse | null {
    return this.#here?.fanout ?? null
  }

  async listen(): Promise<readonly ListeningAt[]> {
    if (this.#state !== 'created' || this.#starting !== null) {
      const is = this.#state === 'created' ? 'about to listen' : this.#state
      throw new RelayError('ERR_STATE', `listen: the relay is ${is}: expected one that was just created`)
    }
    const program = { drain: () => void this.close() }
    const options = { hooks: this.#hooks, voice: this.#voice, program }
    this.#starting = Relay.start(this.#config, this.#log, options)
    try {
      this.#relay = await this.#starting
    } finally {
      this.#starting = null
    }
    // Closed meanwhile.
    if (this.#closed === null) this.#state = 'listening'
    return this.#relay.listeningAt
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async reload({ config, ...settings }: Settings & Pick<RelayOptions, 'config'>): Promise<ReloadReport> {
    if (this.#state !== 'listening' || this.#relay === null) {
      throw new RelayError('ERR_STATE', `reload: the relay is ${this.#state}: expected one that listens`)
    }
    return this.#relay.reload(configOf(config, this.#hooks, this.#voice, settings))
  }

  say(room: string, text: string): string | null {
    this.#refuseInHook('say')
    if (typeof text !== 'string' || !isFitText(text)) {
      throw new RelayError('ERR_TEXT', `say: ${quoted(text)}: expected ${EXPECTED_TEXT}`)
    }
    return this.#here?.moderation.say(room, text) ?? null
  }

  disconnect(name: string): boolean {
    this.#refuseInHook('disconnect')
    const { moderation } = this.#here ?? {}
    if (moderation === undefined) return false
    const { removed } = CLOSE_REASONS
    return moderation.expel(name, removed) !== null || moderation.expelElsewhere(name, removed) !== null
  }

  people(): PersonHere[] {
    return this.#here === null ? [] : peopleHere(this.#here.parts.hub)
  }

  rooms(): RoomHere[] {
    return this.#here === null ? [] : roomsHere(this.#here.parts.hub)
  }

  reopenLogs(): void {
    this.#here?.reopenLogs()
  }

  /** As long as it listens, or is on its way out. */
  get #here(): Relay | null {
    return this.#state === 'closed' ? null : this.#relay
  }

  async #close(): Promise<void> {
    this.#state = 'closing'
    // Not in the middle of a request, which may be what asked for it.
    await new Promise((resolve) => setImmediate(resolve))
    // What became of it, `listen` says.
    await this.#starting?.catch(() => {})
    await this.#relay?.stop()
    this.#state = 'closed'
  }

  #refuseInHook(what: string): void {
    if (this.#relay?.isAsking !== true) return
    throw new RelayError(
      'ERR_IN_HOOK',
      `${what}: called from inside a hook: expected outside, as by setImmediate`,
    )
  }
}
