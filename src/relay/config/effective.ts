/** A configuration as text: every setting as an operator would write it, and where its value came from. */

import { Document, isScalar } from 'yaml'
import { printable, shown } from '../streams/printable.js'
import type { TracedConfig } from './load.js'
import { type Origin, originWords } from './origin.js'
import { SETTING_KEYS, type SettingKey, written } from './settings.js'

/** As a configuration file that says the same again, with a comment for each value. */
export function effectiveYaml({ config, origins }: TracedConfig): string {
  const document = new Document({})
  for (const key of SETTING_KEYS) {
    const pair = document.createPair(key, written(config, key))
    const value = pair.value as NonNullable<typeof pair.value>
    const comment = ` ${originWords(origins.get(key) as Origin)}`
    if (isScalar(value)) {
      value.comment = comment
      // What does not plainly show itself can be escaped between such quotes alone.
      if (typeof value.value === 'string' && shown(value.value) !== value.value) value.type = 'QUOTE_DOUBLE'
    } else {
      value.commentBefore = comment
    }
    document.add(pair)
  }
  return printable(document.toString({ lineWidth: 0 }))
}

/** One setting, for programs. */
export interface EffectiveSetting {
  readonly value: unknown
  readonly origin: Origin
}

/** By key. */
export function effectiveSettings({ config, origins }: TracedConfig): Record<SettingKey, EffectiveSetting> {
  const entries = SETTING_KEYS.map((key) => {
    return [key, { value: written(config, key), origin: origins.get(key) }] as const
  })
  return Object.fromEntries(entries) as Record<SettingKey, EffectiveSetting>
}
