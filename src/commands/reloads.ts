/**
 * Takes up the configuration of a running relay anew, put together again from where it came from. Owns that what becomes of it is said, in the operational log and in the address file, and that a mistake
 * harms nobody.
 */

import { ConfigError, type ConfigSources, loadConfig } from '../relay/config/load.js'
import type { LastReload } from '../relay/observe/address-file.js'
import { type RelayLog, say } from '../relay/observe/relay-log.js'
import type { Relay } from '../relay/relay.js'
import type { SettingChange } from '../relay/reload.js'

export class Reloads {
  readonly #relay: Relay
  readonly #sources: ConfigSources
  readonly #log: RelayLog
  #number = 0
  #underWay: Promise<LastReload> | null = null
  /** What is asked for meanwhile is for another one: files may have changed since this one has read them. */
  #next: Promise<LastReload> | null = null

  constructor(relay: Relay, sources: ConfigSources, log: RelayLog) {
    this.#relay = relay
    this.#sources = sources
    this.#log = log
  }

  /** Takes up what there is now, or as soon as the one under way is over. Never rejects. @returns what became of it */
  request(): Promise<LastReload> {
    if (this.#underWay === null) return this.#begin()
    this.#next ??= this.#underWay.then(() => {
      this.#next = null
      return this.#begin()
    })
    return this.#next
  }

  #begin(): Promise<LastReload> {
    const run = this.#run().finally(() => {
      this.#underWay = null
    })
    this.#underWay = run
    return run
  }

  async #run(): Promise<LastReload> {
    const number = ++this.#number
    // Said before anything is read: who reads this number knows that the next one has read what there is now.
    this.#tell({ number, state: 'under way', live: [], waiting: [], problems: [] })
    const outcome = await this.#takeUp(number)
    this.#tell(outcome)
    return outcome
  }

  async #takeUp(number: number): Promise<LastReload> {
    try {
      const { live, waiting } = await this.#relay.reload(() => loadConfig(this.#sources))
      say(this.#log, 'config.reloaded', { live, waiting }, takenWords(live))
      if (waiting.length > 0)
        say(this.#log, 'config.waiting', { waiting }, `${keysOf(waiting)}: takes a new start`)
      return { number, state: 'taken', live, waiting, problems: [] }
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [(error as Error).message]
      const words = 'the configuration cannot be taken up, and nothing has changed'
      const fault = error instanceof ConfigError ? {} : { err: error }
      say(this.#log, 'config.refused', { problems, ...fault }, words)
      return { number, state: 'refused', live: [], waiting: [], problems }
    }
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
