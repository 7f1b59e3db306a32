/**
 * Takes up the configuration of a running relay anew, put together again from where it came from. Owns that what becomes of it
 * is said, in the operational log and in the address file, and that a mistake harms nobody.
 */

import { ConfigError, type ConfigSources, loadConfig } from '../relay/config/load.js'
import type { Config } from '../relay/config/settings.js'
import type { AddressFile, LastReload } from '../relay/observe/address-file.js'
import type { RelayLog } from '../relay/observe/relay-log.js'
import { say } from '../relay/observe/say.js'
import type { ReloadReport, SettingChange } from '../relay/reload.js'

/** One relay, or several workers that are one. */
export interface Reloading {
  readonly addressFile: AddressFile | null
  /** @throws ConfigError with everything that is wrong */
  reload(config: () => Config): Promise<ReloadReport>
}

export class Reloads {
  readonly #relay: Reloading
  readonly #sources: ConfigSources
  readonly #log: RelayLog
  #number = 0
  #last: Promise<unknown> = Promise.resolve()
  /** Asked for and not begun. */
  #next: Promise<LastReload> | null = null

  constructor(relay: Reloading, sources: ConfigSources, log: RelayLog) {
    this.#relay = relay
    this.#sources = sources
    this.#log = log
  }

  /**
   * Takes up what there is now, or as soon as the one under way is over: files may have changed since that has read them.
   * @returns what became of it; does not reject
   */
  request(): Promise<LastReload> {
    if (this.#next === null) {
      const next = this.#last.then(() => {
        this.#next = null
        return this.#run()
      })
      this.#next = this.#last = next
    }
    return this.#next as Promise<LastReload>
  }

  async #run(): Promise<LastReload> {
    const number = ++this.#number
    const nothing = { live: [], waiting: [], problems: [] }
    // Said before anything is read: who reads this number knows that the next one has read what there is now.
    this.#tell({ number, state: 'under way', ...nothing })
    let outcome: LastReload
    try {
      const { live, waiting, workers } = await this.#relay.reload(() => loadConfig(this.#sources))
      outcome = { number, state: 'taken', ...nothing, live, waiting, ...(workers && { workers }) }
      say(this.#log, 'config.reloaded', { live, waiting }, takenWords(live))
      if (waiting.length > 0)
        say(this.#log, 'config.waiting', { waiting }, `${keysOf(waiting)}: takes a new start`)
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [(error as Error).message]
      outcome = { number, state: 'refused', ...nothing, problems }
      // A mistake is its own explanation; of a bug, where it is has to be known.
      const about = error instanceof ConfigError ? { problems } : { problems, err: error }
      const words = 'the configuration cannot be taken up, and nothing has changed'
      say(this.#log, 'config.refused', about, words)
    }
    this.#tell(outcome)
    return outcome
  }

  #tell(reload: LastReload): void {
    try {
      this.#relay.addressFile?.tell(reload)
    } catch (error) {
      const words = 'the address file cannot say what became of a reload'
      say(this.#log, 'config.untold', { err: error }, words)
    }
  }
}

function takenWords(live: readonly SettingChange[]): string {
  return live.length === 0
    ? 'the configuration was read again: no setting is another'
    : `taken up: ${keysOf(live)}`
}

function keysOf(changes: readonly SettingChange[]): string {
  return changes.map(({ key }) => key).join(', ')
}
