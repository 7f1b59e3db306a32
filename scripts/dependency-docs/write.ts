/** Writes docs/dependencies.md from package-lock.json and what is installed. A test says when that has to be done again. */

import { writeFileSync } from 'node:fs'
import { dependenciesPage } from './page.js'

writeFileSync(new URL('../../docs/dependencies.md', import.meta.url), dependenciesPage())
