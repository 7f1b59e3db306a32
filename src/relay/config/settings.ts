/**
 * Every setting of the relay: its key, what it may be, and what it is when nobody says. The command line, the
 * environment, the configuration file, the help, the reference and the JSON Schema are all made from this table.
 */

import type { z } from 'zod'
import { ACCESS_SETTINGS } from './settings/access.js'
import { ADMIN_SETTINGS } from './settings/admin.js'
import { ADMISSION_SETTINGS } from './settings/admission.js'
import { ALLOWANCES_SETTINGS } from './settings/allowances.js'
import { CLUSTER_SETTINGS } from './settings/cluster.js'
import { ENDING_SETTINGS } from './settings/ending.js'
import { HISTORY_SETTINGS } from './settings/history.js'
import type { Setting } from './settings/kinds.js'
import { LISTENING_SETTINGS } from './settings/listening.js'
import { LOGS_SETTINGS } from './settings/logs.js'
import { QUEUES_SETTINGS } from './settings/queues.js'
import { ROOMS_SETTINGS } from './settings/rooms.js'
import { WORKERS_SETTINGS } from './settings/workers.js'

/** By what they are about. `logs` is the file `settings/logs.ts`, whose first comment says what that is. */
export const SETTING_GROUPS = {
  listening: LISTENING_SETTINGS,
  admin: ADMIN_SETTINGS,
  logs: LOGS_SETTINGS,
  rooms: ROOMS_SETTINGS,
  history: HISTORY_SETTINGS,
  admission: ADMISSION_SETTINGS,
  allowances: ALLOWANCES_SETTINGS,
  access: ACCESS_SETTINGS,
  ending: ENDING_SETTINGS,
  queues: QUEUES_SETTINGS,
  workers: WORKERS_SETTINGS,
  cluster: CLUSTER_SETTINGS,
} as const satisfies Record<string, Record<string, Setting>>

type Group = (typeof SETTING_GROUPS)[keyof typeof SETTING_GROUPS]
type All<Part> = (Part extends unknown ? (part: Part) => void : never) extends (part: infer Whole) => void
  ? Whole
  : never

/** All of them, by key. */
export const SETTINGS = Object.assign({}, ...Object.values(SETTING_GROUPS)) as All<Group>

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

/** A setting's value as an operator would write it in a file. */
export function written(config: Config, key: SettingKey): unknown {
  const setting: Setting = SETTINGS[key]
  const value = config[key]
  return setting.write === undefined ? value : setting.write(value)
}

/** `logDir` is `PARLANCE_LOG_DIR` in the environment … */
export function environmentName(key: string): string {
  return `PARLANCE_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`
}

/** … and `--log-dir` on the command line. */
export function flagName(key: SettingKey): string {
  return `--${key.replace(/[A-Z]/g, '-$&').toLowerCase()}`
}
