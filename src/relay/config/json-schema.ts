/** The configuration file as a JSON Schema, for editors: they complete keys, show what they mean, and mark what is wrong. */

import { z } from 'zod'
import { SCHEMA_KEY } from './config-file.js'
import type { Setting } from './settings/kinds.js'
import { SETTING_KEYS, SETTINGS } from './settings.js'

/** Of all drafts this is the one that editors know in full. */
const DRAFT = 'http://json-schema.org/draft-07/schema#'

/**
 * What it takes, the relay may refuse all the same: which text is a listener's URL, and how two settings go together, is
 * not in it.
 */
export function configJsonSchema(): object {
  const properties = SETTING_KEYS.map((key) => [key, propertyOf(SETTINGS[key])] as const)
  return {
    $schema: DRAFT,
    title: 'Configuration of parlance',
    type: 'object',
    properties: { [SCHEMA_KEY]: { type: 'string' }, ...Object.fromEntries(properties) },
    additionalProperties: false,
  }
}

function propertyOf({ schema, help, expected, fallback }: Setting): object {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  })
  return { ...shape, description: `${sentence(help)} Expected: ${expected}.`, default: fallback }
}

/** Help of a flag as a sentence. */
export function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`
}
