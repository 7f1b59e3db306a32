/**
 * Takes up another configuration while the relay runs. Owns what differs, what of it can be taken up, and the order: every
 * part prepares, which may fail, and only when all have, they change over in one turn, which may not. What a setting does
 * is its part's (`config/reloadable.ts`).
 */

import { isDeepStrictEqual } from 'node:util'
import { ConfigError } from './config/load.js'
import type { Reloadable } from './config/reloadable.js'
import type { Setting } from './config/settings/kinds.js'
import { type Config, SETTING_KEYS, SETTINGS, type SettingKey, written } from './config/settings.js'

/** One setting that is another than before. */
export interface SettingChange {
  readonly key: SettingKey
  /** As an operator would write them. */
  readonly before: unknown
  readonly after: unknown
}

/** What became of a new configuration that nothing is wrong with. */
export interface ReloadReport {
  /** In use from now on. */
  readonly live: readonly SettingChange[]
  /** Takes a new start: the value before is still in use. */
  readonly waiting: readonly SettingChange[]
  /** Who has taken it, where several workers are the relay. */
  readonly workers?: readonly number[] | undefined
}

/** Nothing is wrong with it, and nothing has changed yet. */
export interface PreparedReload {
  readonly report: ReloadReport
  /** Has all parts change over. @returns what is in use then: of what takes a new start, the values before */
  take(): Config
}

/**
 * @param parts all of them, also those whose settings are as before: what is in a file that one names may be new
 * @throws ConfigError with everything that is wrong
 */
export async function prepareReload(
  current: Config,
  wanted: Config,
  parts: readonly Reloadable[],
): Promise<PreparedReload> {
  const report = reportOf(current, wanted)
  const { live } = report
  const taken = Object.fromEntries(live.map(({ key }) => [key, wanted[key]]))
  const config = Object.freeze({ ...current, ...taken }) as Config
  const prepared = await prepare(parts, config)
  return {
    report,
    take: () => {
      for (const changeOver of prepared) changeOver()
      return config
    },
  }
}

function isLive(key: SettingKey): boolean {
  const setting: Setting = SETTINGS[key]
  return setting.live === true
}

/** What differs, in the order of the table, and what of it is taken up. */
export function reportOf(current: Config, wanted: Config): ReloadReport {
  const changes = changesBetween(current, wanted)
  return {
    live: changes.filter(({ key }) => isLive(key)),
    waiting: changes.filter(({ key }) => !isLive(key)),
  }
}

function changesBetween(current: Config, wanted: Config): SettingChange[] {
  return SETTING_KEYS.filter((key) => !isDeepStrictEqual(current[key], wanted[key])).map((key) => {
    return { key, before: written(current, key), after: written(wanted, key) }
  })
}

/** @returns what has each part change over @throws ConfigError with everything that is wrong with any */
async function prepare(parts: readonly Reloadable[], config: Config): Promise<(() => void)[]> {
  const outcomes = await Promise.allSettled(parts.map(async (part) => part.prepare(config)))
  const problems: string[] = []
  const prepared: (() => void)[] = []
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') prepared.push(outcome.value)
    else if (outcome.reason instanceof ConfigError) problems.push(...outcome.reason.problems)
    else throw outcome.reason
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return prepared
}
