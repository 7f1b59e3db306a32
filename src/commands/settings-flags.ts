/** The relay's settings as flags: what `parlance serve` takes, and whatever else has to know its configuration. */

import type { Command } from 'commander'
import { ConfigError, loadConfig } from '../relay/config/load.js'
import type { Setting } from '../relay/config/settings/kinds.js'
import { type Config, flagName, SETTING_KEYS, SETTINGS, type SettingKey } from '../relay/config/settings.js'

export type SettingsFlags = Partial<Record<SettingKey, string | string[]>> & { config?: string }

/** `--config`, and a flag for each setting. */
export function addSettingsFlags(command: Command): Command {
  command.option('--config <FILE>', 'read settings from a YAML or JSON file (environment: PARLANCE_CONFIG)')
  for (const key of SETTING_KEYS) {
    const setting: Setting = SETTINGS[key]
    const shown = Array.isArray(setting.fallback) ? setting.fallback.join(' ') : setting.fallback
    const words = `${setting.help} (default: ${shown})`
    const flags = `${flagName(key)} <${setting.placeholder}>`
    if (setting.list) {
      command.option(flags, words, (value: string, sofar: string[] | undefined) => [...(sofar ?? []), value])
    } else {
      command.option(flags, words)
    }
  }
  return command
}

/** @returns `null` after everything that is wrong was said */
export function configOrComplain(flags: SettingsFlags): Config | null {
  const { config: file, ...settings } = flags
  try {
    return loadConfig({ file, environment: process.env, flags: settings })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    complain(error)
    return null
  }
}

export function complain({ problems }: ConfigError): void {
  process.stderr.write(`parlance: the configuration cannot be used:\n  ${problems.join('\n  ')}\n`)
}
