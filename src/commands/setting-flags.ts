/** Settings as flags, for every command that takes what `parlance serve` takes, and what is said when they are wrong. */

import type { Command } from 'commander'
import { ConfigError, type ConfigSources } from '../relay/config/load.js'
import type { Setting } from '../relay/config/settings/kinds.js'
import {
  environmentName,
  flagName,
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
} from '../relay/config/settings.js'

export type SettingFlags = Partial<Record<SettingKey, string | string[]>> & { readonly config?: string }

/** Where settings come from, for the help of these commands. */
export const SETTINGS_HELP = `
Every setting is also an environment variable (--log-dir is ${environmentName('logDir')}) and a key of the
file (logDir). Flags win over the environment, the environment over the file. A listener is a --listen of its
own, a part of ${environmentName('listen')} between spaces or commas, or an entry of the list in the file.`

/** Gives `command` `--config` and a flag for each setting. */
export function addSettingFlags(command: Command): Command {
  command.option('--config <FILE>', 'read settings from a YAML or JSON file (environment: PARLANCE_CONFIG)')
  for (const key of SETTING_KEYS) {
    const setting: Setting = SETTINGS[key]
    const fallback = Array.isArray(setting.fallback) ? setting.fallback.join(' ') || 'none' : setting.fallback
    const words = `${setting.help} (default: ${fallback})`
    const flags = `${flagName(key)} <${setting.placeholder}>`
    if (setting.list) {
      command.option(flags, words, (value: string, sofar: string[] | undefined) => [...(sofar ?? []), value])
    } else {
      command.option(flags, words)
    }
  }
  return command
}

/** What commander has made of the flags, with the environment of this process. */
export function sourcesOf(flags: SettingFlags): ConfigSources {
  const given = SETTING_KEYS.filter((key) => flags[key] !== undefined).map((key) => [key, flags[key]])
  return { file: flags.config, environment: process.env, flags: Object.fromEntries(given) }
}

/** @returns what `load` makes of the sources, or `null` when it was said why it cannot be */
export function orComplain<Loaded>(
  sources: ConfigSources,
  load: (sources: ConfigSources) => Loaded,
): Loaded | null {
  try {
    return load(sources)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    complain(error.problems)
    return null
  }
}

export function complain(problems: readonly string[]): void {
  process.stderr.write(`parlance: the configuration cannot be used:\n  ${problems.join('\n  ')}\n`)
}
