/**
 * Every setting of the relay: its key, what it may be, and what it is when nobody says. The command line, the
 * environment, the configuration file and the help are all made from this table, whose parts are in `settings/`.
 */

import type { z } from 'zod'
import { ADMISSION_SETTINGS } from './settings/admission.js'
import { ALLOWANCES_SETTINGS } from './settings/allowances.js'
import { ENDING_SETTINGS } from './settings/ending.js'
import type { Setting } from './settings/kinds.js'
import { LISTENING_SETTINGS } from './settings/listening.js'
import { LOGS_SETTINGS } from './settings/logs.js'
import { QUEUES_SETTINGS } from './settings/queues.js'
import { ROOMS_SETTINGS } from './settings/rooms.js'

export const SETTINGS = {
  ...LISTENING_SETTINGS,
  ...LOGS_SETTINGS,
  ...ROOMS_SETTINGS,
  ...ADMISSION_SETTINGS,
  ...ALLOWANCES_SETTINGS,
  ...ENDING_SETTINGS,
  ...QUEUES_SETTINGS,
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof SETTINGS

/** The relay's configuration: every setting, validated. Frozen. */
export type Config = { readonly [Key in SettingKey]: z.infer<(typeof SETTINGS)[Key]['schema']> }

/** Some settings, as a program writes them: text where they are text in a file, numbers where they are numbers. */
export type Settings = {
  readonly [Key in SettingKey]?:
    | (z.input<(typeof SETTINGS)[Key]['schema']> extends infer Written
        ? Written extends readonly (infer Entry)[]
          ? readonly Entry[]
          : Written
        : never)
    | undefined
}

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[]

/** `logDir` is `PARLANCE_LOG_DIR` in the environment … */
export function environmentName(key: string): string {
  return `PARLANCE_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`
}

/** … and `--log-dir` on the command line. */
export function flagName(key: SettingKey): string {
  return `--${key.replace(/[A-Z]/g, '-$&').toLowerCase()}`
}
