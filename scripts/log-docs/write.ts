/** Writes docs/log-events.md from the tables of events and records. A test says when that has to be done again. */

import { writeFileSync } from 'node:fs'
import { logEventsPage } from './page.js'

writeFileSync(new URL('../../docs/log-events.md', import.meta.url), logEventsPage())
