/** Writes docs/configuration.md and docs/parlance.schema.json from the table of settings. A test says when that has to be done again. */

import { writeFileSync } from 'node:fs'
import { configJsonSchema } from '../../src/relay/config/json-schema.js'
import { configurationPage } from './reference.js'

const DOCS = new URL('../../docs/', import.meta.url)

writeFileSync(new URL('configuration.md', DOCS), configurationPage())
writeFileSync(new URL('parlance.schema.json', DOCS), `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
