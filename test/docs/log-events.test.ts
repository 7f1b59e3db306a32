/** That docs/log-events.md has every event and every record of the tables in the code. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { logEventsPage } from '../../scripts/log-docs/page.js'
import { LOG_RECORDS } from '../../src/relay/observe/log-records.js'
import { OPERATIONAL_EVENTS } from '../../src/relay/observe/operational-events.js'

test('the page is made from the tables as they are: npm run docs:logs', () => {
  assert.equal(readFileSync(new URL('../../docs/log-events.md', import.meta.url), 'utf8'), logEventsPage())
})

test('the page has every event and every record once', () => {
  const page = logEventsPage()
  for (const name of [...Object.keys(OPERATIONAL_EVENTS), ...Object.keys(LOG_RECORDS)])
    assert.equal(page.split(`\n| \`${name}\` | `).length, name === 'status' ? 3 : 2, name)
})
