/**
 * Puts the configuration together from its layers: defaults, then the file, then the environment, then flags.
 * Says everything that is wrong at once; changes nothing that was written into something else.
 */

import { oneLine, quoted, shown } from '../streams/printable.js'
import { type ConfigFile, readConfigFile } from './config-file.js'
import type { Origin } from './origin.js'
import type { Setting } from './settings/kinds.js'
import {
  type Config,
  environmentName,
  flagName,
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
  type Settings,
} from './settings.js'
import { isSettingKey, strayKey, strayVariables } from './stray-names.js'

export interface ConfigSources {
  /** Path of a YAML or JSON file with settings by key; without it, `PARLANCE_CONFIG` may name one. */
  readonly file?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** By key; `listen` as a list. */
  readonly flags: Readonly<Partial<Record<SettingKey, string | readonly string[]>>>
}

/** The configuration cannot be used. `problems` names each key, its value and what was expected. */
export class ConfigError extends Error {
  readonly code = 'ERR_CONFIG'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** A configuration, and where each of its values came from. */
export interface TracedConfig {
  readonly config: Config
  readonly origins: ReadonlyMap<SettingKey, Origin>
}

/** @throws ConfigError with everything that is wrong */
export function loadConfig(sources: ConfigSources): Config {
  return traceConfig(sources).config
}

/** As `loadConfig`. @throws ConfigError with everything that is wrong */
export function traceConfig(sources: ConfigSources): TracedConfig {
  const layers = new Layers()
  const { problems } = layers
  for (const key of SETTING_KEYS) layers.take(key, SETTINGS[key].fallback, key, { from: 'default' })
  const file = fileOf(sources)
  if (file !== null) {
    const { path } = file
    for (const { key, value, line } of readConfigFile(file, problems))
      layers.take(key, value, `${shown(path)}: ${key}`, { from: 'file', path, line })
  }
  problems.push(...strayVariables(sources.environment))
  for (const key of SETTING_KEYS) {
    const name = environmentName(key)
    const text = sources.environment[name]
    if (text !== undefined)
      layers.take(key, fromText(SETTINGS[key], text), name, { from: 'environment', name })
    const given = sources.flags[key]
    if (given !== undefined) {
      const value = typeof given === 'string' ? fromText(SETTINGS[key], given) : given
      const flag = flagName(key)
      layers.take(key, value, flag, { from: 'flag', name: flag })
    }
  }
  return { config: layers.config(), origins: layers.origins }
}

/**
 * The configuration of a program that has its settings as values: neither files nor the environment are looked at.
 * @param fallbacks where they are others than an operator's
 * @throws ConfigError with everything that is wrong
 */
export function configFrom(settings: Settings, fallbacks: Settings): Config {
  const layers = new Layers()
  for (const key of SETTING_KEYS) layers.take(key, fallbacks[key] ?? SETTINGS[key].fallback, key)
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined) continue
    if (isSettingKey(key)) layers.take(key, value, key)
    else layers.problems.push(strayKey(key, value))
  }
  return layers.config()
}

/** Values by key, each of which replaces the one before, and what is wrong with them so far. */
class Layers {
  readonly problems: string[] = []
  readonly origins = new Map<SettingKey, Origin>()
  readonly #values = new Map<SettingKey, unknown>()

  /** @param shown the key, as whoever gave the value wrote it */
  take(key: SettingKey, value: unknown, shown: string, origin: Origin = { from: 'default' }): void {
    const setting: Setting = SETTINGS[key]
    const result = setting.schema.safeParse(value)
    if (result.success) {
      this.#values.set(key, frozen(result.data))
      this.origins.set(key, origin)
      return
    }
    // What it was in an earlier layer says nothing of what others are to go with.
    this.#values.delete(key)
    // A list says which of its entries is wrong, and a schema of its own may know better what is missing.
    for (const issue of result.error.issues) {
      const at = issue.path[0]
      const wrong = Array.isArray(value) && typeof at === 'number' ? value[at] : value
      const expected =
        issue.code === 'custom' && issue.message.startsWith('expected') ? oneLine(issue.message) : undefined
      const problem = `${shown}: ${quoted(setting.conceal?.(wrong) ?? wrong)}: ${expected ?? expectation(setting, value)}`
      // One value can be wrong in two ways that read the same here.
      if (!this.problems.includes(problem)) this.problems.push(problem)
    }
  }

  /** @throws ConfigError with everything that is wrong */
  config(): Config {
    const [soft, hard] = [this.#values.get('softLimitBytes'), this.#values.get('hardLimitBytes')]
    if (typeof soft === 'number' && typeof hard === 'number' && soft > hard) {
      this.problems.push(`hardLimitBytes: ${hard}: expected no less than softLimitBytes, which is ${soft}`)
    }
    this.#refuseLongEnd()
    this.#refuseStrangers()
    const { listen = [], trustedProxies } = Object.fromEntries(this.#values) as Partial<Config>
    for (const { url, proxy } of listen) {
      if (!proxy || trustedProxies?.length !== 0) continue
      this.problems.push(`listen: ${quoted(url)}: expected trustedProxies with proxy=on, such as 10.0.0.0/8`)
    }
    if (this.problems.length > 0) throw new ConfigError(this.problems)
    return Object.freeze(Object.fromEntries(this.#values)) as Config
  }

  /** Workers know of each other's people by NATS alone. */
  #refuseStrangers(): void {
    const [workers, nats] = [this.#values.get('workers'), this.#values.get('nats')]
    if (workers === undefined || workers === 1 || !Array.isArray(nats) || nats.length > 0) return
    this.problems.push(`workers: ${workers}: expected 1 without nats, such as nats://127.0.0.1:4222`)
  }

  /** What the end waits for has to leave some of its time. */
  #refuseLongEnd(): void {
    const [delay, spread, shutdown] = (['drainDelayMs', 'closeSpreadMs', 'shutdownMs'] as const).map((key) =>
      this.#values.get(key),
    )
    if (typeof delay !== 'number' || typeof spread !== 'number' || typeof shutdown !== 'number') return
    if (spread >= shutdown) {
      this.problems.push(`closeSpreadMs: ${spread}: expected less than shutdownMs, which is ${shutdown}`)
    } else if (delay + spread >= shutdown) {
      this.problems.push(
        `drainDelayMs: ${delay}: expected less than ${shutdown - spread}, which shutdownMs (${shutdown}) leaves beside closeSpreadMs (${spread})`,
      )
    }
  }
}

/** With the entries of a list. What a listener's dialect is, is not the configuration's to freeze. */
function frozen(value: unknown): unknown {
  if (Array.isArray(value)) for (const entry of value) Object.freeze(entry)
  return Object.freeze(value)
}

function expectation(setting: Setting, value: unknown): string {
  // In a file, where text for a list is one entry of it.
  if (setting.list && typeof value === 'string')
    return `expected a list: [${quoted(setting.conceal?.(value) ?? value)}]`
  return `expected ${setting.expected}`
}

/** Text as the value that it stands for; text that stands for none is left for the schema to refuse. */
function fromText(setting: Setting, text: string): unknown {
  if (setting.list) return text.split(/[\s,]+/).filter((part) => part !== '')
  if (setting.numeric && /^\d+$/.test(text)) return Number(text)
  return text
}

function fileOf({ file, environment }: ConfigSources): ConfigFile | null {
  if (file !== undefined) return { path: file, source: '--config' }
  const source = environmentName('config')
  const path = environment[source]
  return path === undefined ? null : { path, source }
}
