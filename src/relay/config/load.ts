/**
 * Puts the configuration together from its layers: defaults, then the file, then the environment, then flags.
 * Says everything that is wrong at once; changes nothing that was written into something else.
 */

import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { oneLine, quoted, shown } from '../streams/printable.js'
import {
  type Config,
  environmentName,
  flagName,
  SETTING_KEYS,
  SETTINGS,
  type Setting,
  type SettingKey,
} from './settings.js'

export interface ConfigSources {
  /** Path of a YAML or JSON file with settings by key. */
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

/** @throws ConfigError with everything that is wrong */
export function loadConfig(sources: ConfigSources): Config {
  const problems: string[] = []
  const values = new Map<SettingKey, unknown>()
  const take = (key: SettingKey, value: unknown, shown: string) => {
    const setting: Setting = SETTINGS[key]
    const result = setting.schema.safeParse(value)
    if (result.success) {
      values.set(key, frozen(result.data))
      return
    }
    // A list says which of its entries is wrong, and a schema of its own may know better what is missing.
    for (const issue of result.error.issues) {
      const at = issue.path[0]
      const wrong = Array.isArray(value) && typeof at === 'number' ? value[at] : value
      const expected =
        issue.code === 'custom' && issue.message.startsWith('expected') ? oneLine(issue.message) : undefined
      const problem = `${shown}: ${quoted(wrong)}: ${expected ?? `expected ${setting.expected}`}`
      // One value can be wrong in two ways that read the same here.
      if (!problems.includes(problem)) problems.push(problem)
    }
  }

  for (const key of SETTING_KEYS) take(key, SETTINGS[key].fallback, key)
  for (const [key, value] of readFile(sources.file, problems))
    take(key, value, `${shown(sources.file ?? '')}: ${key}`)
  for (const key of SETTING_KEYS) {
    const name = environmentName(key)
    const text = sources.environment[name]
    if (text !== undefined) take(key, fromText(SETTINGS[key], text), name)
    const flag = sources.flags[key]
    if (flag !== undefined) {
      take(key, typeof flag === 'string' ? fromText(SETTINGS[key], flag) : flag, flagName(key))
    }
  }
  const [soft, hard] = [values.get('softLimitBytes'), values.get('hardLimitBytes')]
  if (typeof soft === 'number' && typeof hard === 'number' && soft > hard) {
    problems.push(`hardLimitBytes: ${hard}: expected no less than softLimitBytes, which is ${soft}`)
  }
  const [spread, shutdown] = [values.get('closeSpreadMs'), values.get('shutdownMs')]
  if (typeof spread === 'number' && typeof shutdown === 'number' && spread >= shutdown) {
    problems.push(`closeSpreadMs: ${spread}: expected less than shutdownMs, which is ${shutdown}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(Object.fromEntries(values)) as Config
}

/** With the entries of a list. What a listener's dialect is, is not the configuration's to freeze. */
function frozen(value: unknown): unknown {
  if (Array.isArray(value)) for (const entry of value) Object.freeze(entry)
  return Object.freeze(value)
}

/** Text as the value that it stands for; text that stands for none is left for the schema to refuse. */
function fromText(setting: Setting, text: string): unknown {
  if (setting.list) return text.split(/[\s,]+/).filter((part) => part !== '')
  if (setting.numeric && /^\d+$/.test(text)) return Number(text)
  return text
}

function readFile(path: string | undefined, problems: string[]): [SettingKey, unknown][] {
  if (path === undefined) return []
  let content: unknown
  try {
    content = parseYaml(readFileSync(path, 'utf8'))
    // YAML can refer to itself; what is wrong with such a value could not be shown.
    JSON.stringify(content)
  } catch (error) {
    problems.push(`--config: ${quoted(path)}: ${shown((error as Error).message.split('\n')[0] as string)}`)
    return []
  }
  if (content === null || content === undefined) return []
  if (typeof content !== 'object' || Array.isArray(content)) {
    problems.push(`--config: ${quoted(path)}: expected settings by key, such as "room: lobby"`)
    return []
  }
  return Object.entries(content).filter((entry): entry is [SettingKey, unknown] => {
    const known = Object.hasOwn(SETTINGS, entry[0])
    if (!known) {
      problems.push(
        `${shown(path)}: ${shown(entry[0])}: ${quoted(entry[1])}: expected one of the keys ${SETTING_KEYS.join(', ')}`,
      )
    }
    return known
  })
}
