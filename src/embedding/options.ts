/** What a program may say about a relay of its own, and that all of it is right before there is one. */

import { ConfigError, configFrom } from '../relay/config/load.js'
import type { Config, Settings } from '../relay/config/settings.js'
import type { RelayHooks } from '../relay/hooks.js'
import { isName } from '../relay/hub/text.js'
import type { RelayLog } from '../relay/observe/relay-log.js'
import { quoted } from '../relay/streams/printable.js'

/** Settings by key, and what a program has that an operator has not. */
export interface RelayOptions extends Settings {
  /** All settings at once, from `loadConfig`; then there are none by key. */
  readonly config?: Config | undefined
  readonly hooks?: RelayHooks | undefined
  /** Where the relay says what an operator should know; nowhere, without it. */
  readonly log?: RelayLog | undefined
  /** The name under which `say` speaks, which nobody else can have: `relay`, without it. */
  readonly voice?: string | undefined
}

/** Where they are others than for `parlance serve`: a program that wants files or another port says so. */
const FALLBACKS: Settings = { ops: 'off', logDir: 'off', adminSocket: 'off' }

const HOOKS: ReadonlySet<string> = new Set<keyof RelayHooks>([
  'onName',
  'onJoin',
  'onMessage',
  'onLeave',
  'onGone',
])

/** @throws ConfigError with everything that is wrong with the options */
export function configOf(
  whole: Config | undefined,
  hooks: RelayHooks | undefined,
  voice: string,
  settings: Settings,
): Config {
  const problems: string[] = []
  let config = whole
  if (whole === undefined) {
    try {
      config = configFrom(settings, FALLBACKS)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
    }
  } else {
    for (const key of Object.keys(settings)) {
      problems.push(`${key}: expected no settings by key beside config`)
    }
  }
  if (config !== undefined && config.workers !== 1)
    problems.push(`workers: ${config.workers}: expected 1 in a program that has the relay inside`)
  if (typeof voice !== 'string' || !isName(voice)) {
    problems.push(`voice: ${quoted(voice)}: expected 1 to 32 printable ASCII characters without a space`)
  }
  problems.push(...wrongHooks(hooks))
  if (problems.length > 0) throw new ConfigError(problems)
  return config as Config
}

function wrongHooks(hooks: RelayHooks | undefined): string[] {
  if (hooks === undefined) return []
  if (typeof hooks !== 'object' || hooks === null) return [`hooks: ${quoted(hooks)}: expected an object`]
  const problems: string[] = []
  for (const name of HOOKS) {
    const hook: unknown = hooks[name as keyof RelayHooks]
    if (hook !== undefined && typeof hook !== 'function') {
      problems.push(`hooks.${name}: ${quoted(hook)}: expected a function`)
    }
  }
  // One that is misspelt would never be asked.
  for (const name of Object.keys(hooks)) {
    if (/^on[A-Z]/.test(name) && !HOOKS.has(name)) {
      problems.push(`hooks.${name}: expected one of ${[...HOOKS].join(', ')}`)
    }
  }
  return problems
}
